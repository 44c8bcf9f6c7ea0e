/** Who may use a rule. nftables knows no executables: there, a user id of its own stands for one. */
export type RuleSubject =
  | { readonly kind: "exe"; readonly exe: readonly string[]; readonly uid: number }
  | { readonly kind: "uid"; readonly uid: number }
  | { readonly kind: "cgroup"; readonly path: string }
  | { readonly kind: "exe-and-uid"; readonly exe: string; readonly uid: number }
  | { readonly kind: "any" };

/** One rule of a generated policy: what both systems can say. */
export interface Rule {
  readonly action: "allow" | "deny";
  readonly subject: RuleSubject;
  /** blocks of one family, in the usual notation */
  readonly to: readonly string[];
  readonly protocol: "tcp" | "udp" | "both";
  /** first and last port */
  readonly ports: readonly [number, number];
}

/** Rules, and what happens to a flow that none of them decides. */
export interface RuleSet {
  readonly name: string;
  readonly default: "allow" | "deny";
  readonly rules: readonly Rule[];
}

/** Executables of the benchmark: the caller of everything that is measured, and what moves bulk data. */
export const ownExecutables = ["/**/bench/worker", "/usr/bin/iperf3"] as const;

/** Ports that the benchmark's rules leave to its own flows, which use ports that the kernel chose. */
export const ownPorts = [1024, 65_535] as const;
