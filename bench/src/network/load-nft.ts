import type { Cgroup2 } from "@ringfence/kernel";
import type { NetworkNamespace } from "./namespace.js";

/** Where nft looks for cgroups, wherever the host has them. */
const LOOKS_IN = "/sys/fs/cgroup";

/** Runs an nftables script in a namespace of the benchmark's own. Throws when it is refused. */
export function loadNft(namespace: NetworkNamespace, script: string, cgroups: Cgroup2): void {
  const root = cgroups.directory("/").replace(/\/$/, "");
  const nft = ["nft", "-f", "-"];
  const elsewhere = [
    "unshare",
    "--mount",
    "sh",
    "-c",
    `mount --bind "$0" ${LOOKS_IN} && exec ${nft.join(" ")}`,
  ];
  namespace.run(root === LOOKS_IN ? nft : [...elsewhere, root], script);
}
