/** What a runtime tells its hooks of a container that it makes (OCI runtime specification, "State"): what is asked of it here. */
export interface ContainerState {
  readonly id: string;
  /** Of the container's first process, as the runtime sees it. */
  readonly pid: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Most seconds that a hook may wait until the policy covers its container. */
export const MOST_HOOK_SECONDS = 600;

/** True for a map of texts, as annotations are. */
export function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === "string")
  );
}
