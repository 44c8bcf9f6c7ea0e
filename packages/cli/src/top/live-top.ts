import { ControlClient } from "@ringfence/agent/control";
import type { AgentEvent } from "@ringfence/model";
import { writeOut } from "../write-out.js";
import { renderTop } from "./render-top.js";
import { type TopOrder, TopTable } from "./top-table.js";

const REFRESH_MS = 1000;
const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

const keys: Readonly<Record<string, TopOrder>> = { b: "bytes", c: "connections", d: "denied" };

/** What the agent sends: its events, and how many its own queue had no room for. */
type Streamed = AgentEvent | { readonly type: "lost"; readonly lost: number };

/** Fills the terminal until q or the signal. Throws RF_AGENT_ABSENT, RF_ACCESS, RF_AGENT_LOST. */
export async function liveTop(socket: string, first: TopOrder, signal: AbortSignal): Promise<void> {
  const { stdin, stdout } = process;
  using client = await ControlClient.connect(socket);
  const table = new TopTable();
  let order = first;
  let isEnded = false;
  const end = () => {
    isEnded = true;
    client.close();
  };
  const draw = () => {
    const view = {
      columns: stdout.columns ?? 80,
      lines: stdout.rows ?? 24,
      order,
      title: titleAt(new Date()),
    };
    const lines = renderTop(table, view).map((line) => `${line}${CLEAR_LINE}`);
    writeOut(1, `${HOME}${lines.join("\r\n")}${CLEAR_BELOW}`);
  };
  const onKey = (text: Buffer) => {
    const key = text.toString();
    if (key === "q" || key === "\u0003" || key === "\u001b") return end();
    order = keys[key] ?? order;
    draw();
  };
  const timer = setInterval(draw, REFRESH_MS);
  signal.addEventListener("abort", end, { once: true });
  stdin.setRawMode?.(true);
  stdin.resume().on("data", onKey);
  stdout.on("resize", draw);
  writeOut(1, ENTER);
  draw();
  try {
    await client.subscribe(
      "events.subscribe",
      { types: ["verdict", "connection"] },
      {
        event: (event) => {
          const streamed = event as Streamed;
          if (streamed.type === "lost") table.lose(streamed.lost);
          else table.add(streamed);
        },
        lost: (count) => table.lose(count),
      },
    );
  } catch (error) {
    if (!isEnded) throw error;
  } finally {
    clearInterval(timer);
    stdout.off("resize", draw);
    stdin.off("data", onKey).pause();
    stdin.setRawMode?.(false);
    writeOut(1, LEAVE);
  }
}

function titleAt(now: Date): string {
  return `ringfence top  ${now.toISOString().slice(11, 19)} UTC  since it was started; bytes of connections that ended   b c d: order  q: quit`;
}
