import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { type ContainerState, isTexts, RingfenceError } from "@ringfence/model";

/** What runtimes take for an id: a name of a folder. */
const ID = /^[\w.+-]{1,1024}$/;

/** A runtime that works has written it long before. */
const LEAST_MS = 1000;

/** Reads the state from stdin, within so many seconds. Throws RF_OCI_STATE. */
export async function readContainerState(seconds: number): Promise<ContainerState> {
  const late = sleep(Math.max(seconds * 1000, LEAST_MS), null, { ref: false });
  const said = await Promise.race([text(process.stdin), late]);
  process.stdin.destroy();
  if (said === null) throw stateError("it does not end");
  return parseContainerState(said);
}

/** The state in a text. Throws RF_OCI_STATE. */
export function parseContainerState(text: string): ContainerState {
  const state = parseObject(text);
  const { id, pid, annotations = {} } = state;
  if (typeof id !== "string" || !ID.test(id) || /^\.+$/.test(id))
    throw stateError('it has no "id" that a runtime gives');
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid < 1)
    throw stateError('it has no "pid", as at a stage without a process');
  if (!isTexts(annotations)) throw stateError('its "annotations" are not texts');
  return { id, pid, annotations };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const state: unknown = JSON.parse(text);
    if (typeof state === "object" && state !== null) return state as Record<string, unknown>;
  } catch {
    // no JSON is as little an object as a number
  }
  throw stateError("it is no JSON object");
}

function stateError(what: string): RingfenceError {
  return new RingfenceError("RF_OCI_STATE", `Cannot read the container's state on stdin: ${what}`, {
    hint: "Let the runtime call ringfence oci-hook, at the stage createRuntime",
  });
}
