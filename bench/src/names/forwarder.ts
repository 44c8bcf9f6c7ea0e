import { setTimeout } from "node:timers/promises";
import { Worker } from "../calls/worker.js";
import type { BenchPlace } from "../host/bench-place.js";
import { CALLER_CPU } from "../host/caller-cpu.js";
import type { NetworkNamespace } from "../network/namespace.js";

/** Where the forwarder listens, in the namespace of those who ask. */
export const FORWARDER = "127.0.0.1";

const READY_MS = 300;

/**
 * Starts dnsmasq, which keeps no answer and asks the resolver each time. It is on the CPU of those who ask, where it adds
 * least: on another one it adds three times as much. Throws where it is not installed.
 */
export async function startForwarder(
  { cleanup }: BenchPlace,
  namespace: NetworkNamespace,
  resolver: string,
): Promise<Worker> {
  try {
    namespace.run(["dnsmasq", "--version"]);
  } catch (cause) {
    throw new Error('Cannot start "dnsmasq", which names are measured beside: run make deps-bench', {
      cause,
    });
  }
  const forwarder = Worker.start();
  cleanup.add(() => forwarder.kill());
  await forwarder.order(namespace.joining);
  await forwarder.order(`pin ${CALLER_CPU}`);
  const process =
    "--keep-in-foreground --conf-file=/dev/null --user=root --pid-file --log-facility=/dev/null";
  const service = `--no-resolv --no-hosts --cache-size=0 --bind-interfaces --listen-address=${FORWARDER}`;
  forwarder.become(`exec dnsmasq ${process} ${service} --server=${resolver}`);
  await setTimeout(READY_MS);
  return forwarder;
}
