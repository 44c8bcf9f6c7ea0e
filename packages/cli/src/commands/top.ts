import { RingfenceError } from "@ringfence/model";
import { configOption, readAgentConfig } from "../agent/read-config.js";
import { noneRead, tellSkipped } from "../observe/read-records.js";
import { recordedEvents } from "../observe/recorded-events.js";
import { whyNothing } from "../observe/why-nothing.js";
import { type OptionSpec, parseOnlyOptions, renderOptions } from "../option-table.js";
import { recordSpecs, toRecordOptions } from "../policy/record-options.js";
import { printLine } from "../print-line.js";
import { liveTop } from "../top/live-top.js";
import { renderTop } from "../top/render-top.js";
import { type TopOrder, TopTable, topOrders } from "../top/top-table.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [
  { name: "order", value: "ORDER", choices: topOrders, help: "what is most comes first (bytes)" },
  { name: "once", help: "print the table of what was recorded, once, and end" },
  ...recordSpecs.map((spec) =>
    spec === configOption ? spec : { ...spec, help: `with --once: ${spec.help}` },
  ),
  { name: "help", help: "show this text" },
];

export const top: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, specs, "top");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    const order = (values.get("order")?.[0] ?? "bytes") as TopOrder;
    if (values.has("once")) {
      await printOnce(order, values);
      return 0;
    }
    const stray = recordSpecs.find((spec) => spec !== configOption && values.has(spec.name));
    if (stray !== undefined) throw usage(`Option "--${stray.name}" is for what was recorded`, "add --once");
    if (!process.stdout.isTTY) throw usage("stdout is no terminal", "add --once to print a table");
    const stop = new AbortController();
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => stop.abort());
    await liveTop(readAgentConfig(values.get("config")?.[0]).spec.socket.path, order, stop.signal);
    return 0;
  },
};

async function printOnce(order: TopOrder, values: ReadonlyMap<string, readonly string[]>): Promise<void> {
  const { files, since, named } = toRecordOptions(values, Date.now());
  const counts = noneRead();
  const table = new TopTable();
  for (const event of recordedEvents({ files, filter: {}, since, until: null }, counts)) table.add(event);
  tellSkipped(counts);
  if (table.isEmpty) {
    const lookedAt = { named, since, config: values.get("config")?.[0] };
    printLine(`nothing to show: ${await whyNothing(counts, lookedAt, "is a verdict or a connection")}`);
  }
  const from = since === null ? "all records" : `since ${new Date(since).toISOString()}`;
  const title = `ringfence top  ${from}; bytes of connections that ended`;
  const columns = process.stdout.isTTY ? process.stdout.columns : null;
  writeOut(1, `${renderTop(table, { columns, lines: null, order, title }).join("\n")}\n`);
}

function usage(message: string, hint: string): RingfenceError {
  return new RingfenceError("RF_USAGE", message, { hint });
}

function helpText(): string {
  return `Usage: ringfence top [OPTIONS]

Shows live which executables connect, send and receive most, and what is denied to them, by workload.
Keys: b, c and d order by bytes, connections and denials; q ends.

${renderOptions(specs)}

Exit status: 0; 125 when the agent or the history cannot be reached.
`;
}
