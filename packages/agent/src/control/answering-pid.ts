import { connect } from "node:net";
import { peerCredentials } from "@ringfence/kernel/system";
import { RingfenceError } from "@ringfence/model";
import { descriptorOf } from "./peer.js";

/** The process that listens on a UNIX socket; null when nobody does. Throws what else connecting meets. */
export function answeringPid(path: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      resolve(peerCredentials(descriptorOf(socket)).pid);
      socket.destroy();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(null);
      else reject(error);
    });
  });
}

/** Throws RF_AGENT_RUNS where somebody listens already. */
export async function refuseAnswered(path: string): Promise<void> {
  const pid = await answeringPid(path);
  if (pid === null) return;
  throw new RingfenceError("RF_AGENT_RUNS", `Process ${pid} answers on "${path}" already`, {
    hint: "End it first, or name another socket in socket.path",
  });
}
