import type { ReportNames } from "@ringfence/model";

/** The names of a report about a command that asked for none. */
export const noNames: ReportNames = {
  resolvers: [],
  queries: [],
  moreQueries: 0,
  askers: [],
  moreAskers: 0,
  counters: {
    queries: 0,
    answers: 0,
    malformed: 0,
    unasked: 0,
    untrusted: 0,
    ignored: 0,
    reordered: 0,
    forged: 0,
  },
};
