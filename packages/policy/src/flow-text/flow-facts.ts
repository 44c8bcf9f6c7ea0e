import { RingfenceError } from "@ringfence/model";
import type { FlowFacts } from "../evaluate/facts.js";
import type { LineFlow } from "./flow-line.js";

/** The flow of a line as the judges take it. Throws RF_FLOW for a direction that none of them knows yet. */
export function flowFactsOf(line: LineFlow): FlowFacts {
  if (line.direction === "egress") return line.flow;
  throw new RingfenceError("RF_FLOW", `Direction "${line.direction}" is not judged by this version`, {
    hint: "write a flow that goes out, such as tcp 10.0.0.1:443",
  });
}
