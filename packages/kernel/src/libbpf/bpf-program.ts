import { RingfenceError } from "@ringfence/model";
import koffi from "koffi";
import { BpfLink } from "./bpf-link.js";
import { captureMessages } from "./capture-messages.js";
import { errnoText } from "./errno.js";
import type { Handle } from "./handle.js";
import { libbpf } from "./library.js";
import { type ProgramInfo, programInfo } from "./program-info.js";
import { type TestRunOptions, type TestRunResult, testRun } from "./run-program.js";
import { type TcDirection, TcFilter } from "./tc-filter.js";

type Pointer = bigint | null;

const programName = libbpf.func<(program: bigint) => string>("const char *bpf_program__name(void *program)");
const programSection = libbpf.func<(program: bigint) => string>(
  "const char *bpf_program__section_name(void *program)",
);
const programType = libbpf.func<(program: bigint) => number>("int bpf_program__type(void *program)");
const programFd = libbpf.func<(program: bigint) => number>("int bpf_program__fd(void *program)");
const programAutoload = libbpf.func<(program: bigint) => boolean>(
  "bool bpf_program__autoload(void *program)",
);
const attach = libbpf.func<(program: bigint) => Pointer>("void *bpf_program__attach(void *program)");
const attachCgroup = libbpf.func<(program: bigint, fd: number) => Pointer>(
  "void *bpf_program__attach_cgroup(void *program, int fd)",
);
const attachXdp = libbpf.func<(program: bigint, ifindex: number) => Pointer>(
  "void *bpf_program__attach_xdp(void *program, int ifindex)",
);
const attachIter = libbpf.func<(program: bigint, options: null) => Pointer>(
  "void *bpf_program__attach_iter(void *program, void *options)",
);
const pinProgram = libbpf.func<(program: bigint, path: string) => number>(
  "int bpf_program__pin(void *program, const char *path)",
);
const unpinProgram = libbpf.func<(program: bigint, path: string) => number>(
  "int bpf_program__unpin(void *program, const char *path)",
);

/** A program of a BpfObject; usable as long as the object is open. */
export class BpfProgram {
  readonly name: string;
  /** as written in SEC() */
  readonly section: string;
  readonly #owner: Handle;
  readonly #pointer: bigint;

  /** Made by BpfObject, whose handle it watches. */
  constructor(owner: Handle, pointer: bigint) {
    this.#owner = owner;
    this.#pointer = pointer;
    this.name = programName()(pointer);
    this.section = programSection()(pointer);
  }

  /** libbpf's program. Throws after the object was closed. */
  get pointer(): bigint {
    this.#owner.assertOpen();
    return this.#pointer;
  }

  /** Descriptor of the loaded program. Throws before load. */
  get fd(): number {
    const fd = programFd()(this.pointer);
    if (fd < 0) throw new Error(`Cannot use program "${this.name}": it is not loaded`);
    return fd;
  }

  /** Number of enum bpf_prog_type. */
  get type(): number {
    return programType()(this.pointer);
  }

  /** False when setAutoload left the program out. */
  get autoload(): boolean {
    return programAutoload()(this.pointer);
  }

  info(): ProgramInfo {
    return programInfo(this.fd);
  }

  /** Instructions the verifier walked to accept the program (Linux 5.16 and later). */
  verifiedInstructions(): number {
    return this.info().verifiedInstructions;
  }

  /** Attaches by what SEC() says: tracing, raw tracepoints, tracepoints, LSM. Throws RF_ATTACH_REFUSED. */
  attach(): BpfLink {
    return this.#link("its hook", () => attach()(this.pointer));
  }

  /** Attaches to a cgroup's directory descriptor, beside programs that are there already. */
  attachCgroup(cgroupFd: number): BpfLink {
    return this.#link(`cgroup descriptor ${cgroupFd}`, () => attachCgroup()(this.pointer, cgroupFd));
  }

  /** Attaches to an interface's receive path; one program at a time per interface. */
  attachXdp(ifindex: number): BpfLink {
    return this.#link(`XDP of interface ${ifindex}`, () => attachXdp()(this.pointer, ifindex));
  }

  /** Attaches an iterator, which `iterate` then runs. */
  attachIter(): BpfLink {
    return this.#link("its iterator", () => attachIter()(this.pointer, null));
  }

  /** Attaches to an interface's clsact hook. */
  attachTc(ifindex: number, direction: TcDirection, options: { readonly priority?: number } = {}): TcFilter {
    return TcFilter.attach(this.fd, ifindex, direction, options.priority);
  }

  testRun(options?: TestRunOptions): TestRunResult {
    return testRun(this.fd, this.name, options);
  }

  /** Keeps the program loaded beyond this process; the path lies in a bpf file system. */
  pin(path: string): void {
    this.#check(() => pinProgram()(this.pointer, path), `pin program "${this.name}" to "${path}"`);
  }

  unpin(path: string): void {
    this.#check(() => unpinProgram()(this.pointer, path), `unpin program "${this.name}" from "${path}"`);
  }

  #link(where: string, call: () => Pointer): BpfLink {
    const messages: string[] = [];
    let errno = 0;
    const pointer = captureMessages(messages, () => {
      const link = call();
      if (link === null) errno = koffi.errno();
      return link;
    });
    if (pointer !== null) return new BpfLink(pointer, this.name);
    throw refusal(`attach program "${this.name}" (${this.section}) to ${where}`, errno, messages);
  }

  #check(call: () => number, action: string): void {
    const messages: string[] = [];
    const result = captureMessages(messages, call);
    if (result < 0) throw refusal(action, -result, messages);
  }
}

function refusal(action: string, errno: number, messages: readonly string[]): RingfenceError {
  return new RingfenceError("RF_ATTACH_REFUSED", `Cannot ${action}: ${errnoText(errno)}`, {
    cause: messages.length === 0 ? undefined : new Error(messages.join("").trim()),
  });
}
