/** Name and version of the report format; a change that breaks readers gets a new one. */
export const REPORT_SCHEMA = "ringfence.report/v1";

/** Name and version of a line of the verdict log. */
export const VERDICT_SCHEMA = "ringfence.verdict/v1";
