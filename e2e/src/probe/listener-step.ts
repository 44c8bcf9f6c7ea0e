/** One thing that `listeners.ts` does; sockets are known by name. */
export type ListenerStep =
  | {
      readonly op: "socket";
      readonly name: string;
      readonly family: "v4" | "v6";
      readonly type: "tcp" | "udp";
      readonly v6only?: boolean;
      readonly reusePort?: boolean;
      /** the usual one of its type unless given, such as 262 for MPTCP */
      readonly protocol?: number;
    }
  /** a name stands for the port of that socket */
  | { readonly op: "bind"; readonly name: string; readonly address: string; readonly port: number | string }
  | { readonly op: "listen"; readonly name: string }
  /** uses up the memory that the kernel grants a socket for options, so that programs get none for what they keep */
  | { readonly op: "exhaust"; readonly name: string }
  /** the effective user id of the process from here on */
  | { readonly op: "uid"; readonly id: number }
  /** makes a cgroup of that name below the process's own, and moves there */
  | { readonly op: "cgroup"; readonly name: string };
