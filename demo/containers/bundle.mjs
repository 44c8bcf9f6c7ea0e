// bundle.mjs CONFIG ROOTFS NAME COMMAND: makes of runc's usual configuration that of a container of the demo.
import { readFileSync, writeFileSync } from "node:fs";

const [file, rootfs, name, command] = process.argv.slice(2);
const spec = JSON.parse(readFileSync(file, "utf8"));
spec.process.terminal = false;
spec.process.args = ["/bin/sh", "-c", command];
spec.process.rlimits = [];
spec.process.capabilities.bounding.push("CAP_NET_BIND_SERVICE");
spec.root = { path: rootfs, readonly: true };
spec.hostname = name;
spec.linux.cgroupsPath = `/ringfence-demo/${name}`;
spec.linux.resources = {};
for (const namespace of spec.linux.namespaces) {
  if (namespace.type === "network") namespace.path = `/run/netns/rf-demo-${name}`;
}
writeFileSync(file, JSON.stringify(spec));
