/** What the supervisor tells the launcher, as one JSON line; bytes are base64. */
export interface LaunchOrder {
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly ignoredSignals: string;
  readonly blockedSignals: string;
  readonly openFiles: number | null;
  readonly descriptors: readonly (number | "closed" | null)[];
  readonly user: { readonly name: string; readonly uid: number; readonly gid: number } | null;
  /** false takes away what could undo the fence */
  readonly privileged: boolean;
}

/** What the launcher answers when it could not execute the command; success is the end of the stream. */
export interface LaunchFailure {
  /** "command" when only the command is at fault, "launch" when we are */
  readonly at: "command" | "launch";
  readonly code: string;
  readonly message: string;
}

/** The launcher's end of the socket over which its descriptors and its order come. */
export const ORDERS_FD = 3;
