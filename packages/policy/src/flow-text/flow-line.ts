import type { Address } from "@ringfence/model";
import type { FlowFacts, ProcessFacts } from "../evaluate/facts.js";

/** One end of a flow; null where it does not matter. */
export interface Endpoint {
  readonly address: Address | null;
  readonly port: number | null;
}

/**
 * Which way a flow goes, as the program sees it. A `listen` is a bind or a request to wait for flows that come in;
 * `unattributed` is what belongs to no process, a `query` a name that a resolver is asked for.
 */
export type LineFlow =
  | { readonly direction: "egress"; readonly flow: FlowFacts & { readonly direction?: "egress" } }
  | {
      readonly direction: "ingress" | "unattributed";
      readonly protocol: FlowFacts["protocol"];
      readonly source: Endpoint;
      readonly local: Endpoint;
    }
  | {
      readonly direction: "query";
      readonly name: string;
    }
  | {
      readonly direction: "listen";
      readonly protocol: FlowFacts["protocol"];
      readonly local: Endpoint;
    };

/** What a line of flow text says: of the process, only what is written. */
export type FlowLine = LineFlow & { readonly process: Partial<ProcessFacts> };
