import { RingfenceError } from "@ringfence/model";

/** What a runtime tells its hooks: the part of the state (OCI runtime specification, "State") that is asked here. */
export interface ContainerState {
  readonly id: string;
  /** Of the container's first process, as the runtime sees it. */
  readonly pid: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads the state. Throws RF_OCI_STATE. */
export function parseContainerState(text: string): ContainerState {
  const state = parseObject(text);
  const { id, pid, annotations = {} } = state;
  if (typeof id !== "string" || id === "") throw stateError('it has no "id"');
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

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((text) => typeof text === "string")
  );
}

function stateError(what: string): RingfenceError {
  return new RingfenceError("RF_OCI_STATE", `Cannot read the container's state on stdin: ${what}`, {
    hint: "Let the runtime call ringfence oci-hook, at the stage createRuntime",
  });
}
