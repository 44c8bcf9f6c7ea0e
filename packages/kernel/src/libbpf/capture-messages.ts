import koffi from "koffi";
import { libc } from "../system/libc.js";
import { libbpf } from "./library.js";

/** Severity as libbpf numbers it. */
const LIBBPF_DEBUG = 2;
/** Bytes of a va_list on x86-64 (24) and arm64 (32). */
const VA_LIST_BYTES = 32;
const FIRST_BUFFER_BYTES = 1024;

type Print = (level: number, format: bigint, args: bigint) => number;

const setPrint = libbpf.func<(callback: bigint) => bigint | null>("void *libbpf_set_print(void *callback)");
const vsnprintf = libc.func<
  (out: Uint8Array, size: number, format: bigint, args: Uint8Array | bigint) => number
>("int vsnprintf(void *out, size_t size, void *format, void *args)");

interface Sink {
  readonly messages: string[];
  readonly debug: boolean;
}

let sink: Sink | undefined;
let callback: bigint | undefined;

const print: Print = (level, format, args) => {
  if (sink === undefined || (level >= LIBBPF_DEBUG && !sink.debug)) return 0;
  // the list can be walked only once: measure with a copy
  const copy = new Uint8Array(koffi.view(args, VA_LIST_BYTES).slice(0));
  let text = Buffer.alloc(FIRST_BUFFER_BYTES);
  const length = vsnprintf()(text, text.length, format, copy);
  if (length >= text.length) {
    text = Buffer.alloc(length + 1);
    vsnprintf()(text, text.length, format, args);
  }
  sink.messages.push(text.toString("utf8", 0, Math.max(length, 0)));
  return 0;
};

/** Registers our printer, once: nothing that libbpf says ever reaches stderr. */
export function silenceLibbpf(): void {
  if (callback !== undefined) return;
  const type = koffi.pointer(koffi.proto("int RingfenceLibbpfPrint(int level, void *format, void *args)"));
  callback = koffi.register(print, type);
  setPrint()(callback);
}

/** Runs a call of libbpf and appends what it says to `messages`; with `debug` its debug messages too. */
export function captureMessages<T>(messages: string[], run: () => T, debug = false): T {
  silenceLibbpf();
  const outer = sink;
  sink = { messages, debug };
  try {
    return run();
  } finally {
    sink = outer;
  }
}
