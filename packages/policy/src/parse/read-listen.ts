import type { Listen } from "@ringfence/model";
import { isScalar, type Node } from "yaml";
import { parseListenPorts } from "../text/port-text.js";
import { readPorts } from "./read-destination.js";
import type { Reader } from "./reader.js";

/** Reads the ports of `listen`, or `none`. */
export function readListen(reader: Reader, node: Node): Listen {
  const location = reader.locate(node);
  if (isScalar(node) && node.value === "none") return { ports: [], location };
  return { ports: readPorts(reader, node, "listen", parseListenPorts), location };
}
