import { RingfenceError } from "@ringfence/model";
import koffi from "koffi";
import { errnoText } from "./errno.js";
import { libbpf } from "./library.js";

export interface TestRunOptions {
  /** the program's context, as its type wants it */
  readonly ctxIn?: Uint8Array;
  /** a packet, for networking programs */
  readonly dataIn?: Uint8Array;
  /** times to run, default 1; SEC("syscall") programs take no other */
  readonly repeat?: number;
}

export interface TestRunResult {
  readonly returnValue: number;
  /** average of one run, 0 where the kernel does not measure */
  readonly durationNs: number;
  /** the packet as the program left it, present when one was given */
  readonly dataOut: Uint8Array;
}

/** Room for packets that a program grows. */
const DATA_HEADROOM = 512;

/** struct bpf_test_run_opts (bpf/bpf.h). */
const optionsType = koffi.struct({
  sz: "size_t",
  data_in: "uintptr_t",
  data_out: "uintptr_t",
  data_size_in: "uint32_t",
  data_size_out: "uint32_t",
  ctx_in: "uintptr_t",
  ctx_out: "uintptr_t",
  ctx_size_in: "uint32_t",
  ctx_size_out: "uint32_t",
  retval: "uint32_t",
  repeat: "int",
  duration: "uint32_t",
  flags: "uint32_t",
  cpu: "uint32_t",
  batch_size: "uint32_t",
});

interface NativeResult {
  readonly retval: number;
  readonly duration: number;
  readonly data_size_out: number;
}

const runProgram = libbpf.func<(fd: number, options: Uint8Array) => number>(
  "int bpf_prog_test_run_opts(int fd, void *opts)",
);

/** Runs a loaded program once or often, without its hook (BPF_PROG_TEST_RUN). */
export function testRun(fd: number, name: string, options: TestRunOptions = {}): TestRunResult {
  const { ctxIn, dataIn, repeat = 0 } = options;
  const dataOut = dataIn === undefined ? new Uint8Array(0) : new Uint8Array(dataIn.length + DATA_HEADROOM);
  const bytes = Buffer.alloc(koffi.sizeof(optionsType));
  koffi.encode(bytes, optionsType, {
    sz: bytes.length,
    data_in: addressOf(dataIn),
    data_out: dataIn === undefined ? 0n : addressOf(dataOut),
    data_size_in: dataIn?.length ?? 0,
    data_size_out: dataOut.length,
    ctx_in: addressOf(ctxIn),
    ctx_out: 0n,
    ctx_size_in: ctxIn?.length ?? 0,
    ctx_size_out: 0,
    retval: 0,
    repeat,
    duration: 0,
    flags: 0,
    cpu: 0,
    batch_size: 0,
  });
  const result = runProgram()(fd, bytes);
  if (result < 0) {
    throw new RingfenceError("RF_INTERNAL", `Cannot test-run program "${name}": ${errnoText(-result)}`);
  }
  const after = koffi.decode(bytes, optionsType) as NativeResult;
  return {
    returnValue: after.retval,
    durationNs: after.duration,
    dataOut: dataOut.subarray(0, after.data_size_out),
  };
}

function addressOf(bytes: Uint8Array | undefined): bigint {
  return bytes === undefined || bytes.length === 0 ? 0n : koffi.address(bytes);
}
