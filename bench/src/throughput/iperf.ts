/** What one iperf3 run moved. */
export interface Moved {
  /** as the receiver counted it */
  readonly gigabitsPerSecond: number;
  readonly retransmits: number;
}

interface IperfReport {
  readonly error?: string;
  readonly end?: {
    readonly sum_sent?: { readonly retransmits?: number };
    readonly sum_received?: { readonly bits_per_second?: number };
  };
}

/** The client's command; both ends stay on a CPU of their own. */
export function iperfClient(
  address: string,
  streams: number,
  seconds: number,
  cpus: readonly [number, number],
) {
  const [near, far] = cpus;
  return `exec iperf3 -c ${address} -P ${streams} -t ${seconds} -A ${near},${far} -J 2>&1`;
}

/** Reads what `iperf3 -J` printed. Throws with its complaint when it failed. */
export function readIperf(output: string): Moved {
  const report = parse(output);
  const bits = report.end?.sum_received?.bits_per_second;
  if (report.error !== undefined || bits === undefined) {
    throw new Error(`Cannot move data with iperf3: ${report.error ?? "its report has no total"}`);
  }
  return { gigabitsPerSecond: bits / 1e9, retransmits: report.end?.sum_sent?.retransmits ?? 0 };
}

function parse(output: string): IperfReport {
  try {
    return JSON.parse(output) as IperfReport;
  } catch {
    throw new Error(`Cannot read what iperf3 says: ${output.slice(0, 200)}`);
  }
}
