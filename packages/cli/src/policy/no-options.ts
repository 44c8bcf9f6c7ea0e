/** What the command line of a run could add to a policy: where files say everything, nothing. */
export const noOptions = {
  allow: [],
  deny: [],
  default: null,
  allowFrom: [],
  listen: [],
  mode: null,
} as const;
