/** Name and version of the report format; a change that breaks readers gets a new one. */
export const REPORT_SCHEMA = "ringfence.report/v1";

/** Name and version of a line of the verdict log. */
export const VERDICT_SCHEMA = "ringfence.verdict/v1";

/** Name and version of what `ringfence explain --json` prints. */
export const EXPLAIN_SCHEMA = "ringfence.explain/v1";

/** Name and version of the result of a selftest. */
export const SELFTEST_SCHEMA = "ringfence.selftest/v1";

/** Name and version of a line about a DNS query in the log. */
export const DNS_SCHEMA = "ringfence.dns/v1";

/** Name and version of an event of the agent. */
export const EVENT_SCHEMA = "ringfence.event/v1";
