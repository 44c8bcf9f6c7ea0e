import type { Cleanup } from "../host/cleanup.js";
import { NetworkNamespace } from "./namespace.js";

/** Two namespaces and the cable between them. */
export interface VethPair {
  readonly near: NetworkNamespace;
  readonly far: NetworkNamespace;
  /** address at the far end */
  readonly address: string;
}

const NEAR = "10.200.0.1";
const FAR = "10.200.0.2";

/** Lays it. `cleanup` takes it up. */
export async function layVeth(cleanup: Cleanup): Promise<VethPair> {
  const near = await NetworkNamespace.create(cleanup);
  const far = await NetworkNamespace.create(cleanup);
  const peer = ["peer", "name", "far0", "netns", String(far.holder.pid)];
  near.run(["ip", "link", "add", "near0", "type", "veth", ...peer]);
  bringUp(near, "near0", NEAR);
  bringUp(far, "far0", FAR);
  return { near, far, address: FAR };
}

function bringUp(namespace: NetworkNamespace, link: string, address: string): void {
  namespace.run(["ip", "addr", "add", `${address}/30`, "dev", link]);
  namespace.run(["ip", "link", "set", link, "up"]);
}
