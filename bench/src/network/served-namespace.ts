import { Worker } from "../calls/worker.js";
import type { Cleanup } from "../host/cleanup.js";
import { NetworkNamespace } from "./namespace.js";

/** A namespace in which everything in 10.0.0.0/8 is served, on two ports. */
export interface ServedNamespace {
  readonly namespace: NetworkNamespace;
  readonly server: Worker;
  /** "PORT PORT" */
  readonly ports: string;
}

/** Makes one. `cleanup` takes it down. */
export async function serveTen(cleanup: Cleanup): Promise<ServedNamespace> {
  const namespace = await NetworkNamespace.create(cleanup);
  namespace.ownTen();
  const server = Worker.start();
  cleanup.add(() => server.stop());
  await server.order(namespace.joining);
  return { namespace, server, ports: await server.order("serve 0.0.0.0") };
}
