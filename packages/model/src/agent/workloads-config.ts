import { z } from "zod";

const path = z.string().regex(/^\//, "Expected an absolute path");

/** Where container runtimes keep what is known of their containers. */
export const workloadsConfigSchema = z.strictObject({
  docker: path.default("/var/lib/docker").describe("Docker's data root"),
  podman: path.default("/var/lib/containers/storage").describe("podman's storage, of root"),
  containerd: path
    .default("/run/containerd/io.containerd.runtime.v2.task")
    .describe("containerd's bundles: NAMESPACE/ID/config.json"),
  "cri-o": path.default("/run/containers/storage").describe("CRI-O's run root"),
  runc: z
    .array(path)
    .min(1)
    .default(["/run/runc"])
    .describe("root folders of runc, for containers that nothing above it made"),
});
