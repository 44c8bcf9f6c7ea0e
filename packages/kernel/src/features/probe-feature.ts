import { closeSync, existsSync } from "node:fs";
import { constants } from "node:os";
import koffi from "koffi";
import { captureMessages } from "../libbpf/capture-messages.js";
import { errnoText } from "../libbpf/errno.js";
import { libbpf } from "../libbpf/library.js";
import type { Feature, FeatureProbe } from "./feature.js";
import { programFeatures } from "./program-features.js";

/** `refused`: the kernel knows it and says no, which a policy or a capability may explain. */
export type FeatureStatus = "works" | "missing" | "refused";

export interface ProbeResult {
  readonly status: FeatureStatus;
  /** the kernel's own words, empty when it works */
  readonly detail: string;
}

/** BPF_TRACE_FENTRY: finds a kernel function by its plain name. */
const ATTACH_FENTRY = 24;
/** mov r0, 0; exit */
const minimalProgram = new BigUint64Array([0x00000000000000b7n, 0x0000000000000095n]);
const LOG_BYTES = 4096;

/** struct bpf_prog_load_opts (bpf/bpf.h) of libbpf 1.0; `sz` says where it ends. */
const loadOptionsType = koffi.struct({
  sz: "size_t",
  attempts: "int",
  expected_attach_type: "int",
  prog_btf_fd: "uint32_t",
  prog_flags: "uint32_t",
  prog_ifindex: "uint32_t",
  kern_version: "uint32_t",
  attach_btf_id: "uint32_t",
  attach_prog_fd: "uint32_t",
  attach_btf_obj_fd: "uint32_t",
  fd_array: "uintptr_t",
  func_info: "uintptr_t",
  func_info_cnt: "uint32_t",
  func_info_rec_size: "uint32_t",
  line_info: "uintptr_t",
  line_info_cnt: "uint32_t",
  line_info_rec_size: "uint32_t",
  log_level: "uint32_t",
  log_size: "uint32_t",
  log_buf: "uintptr_t",
});

type ProgLoad = (
  type: number,
  name: string,
  license: string,
  instructions: BigUint64Array,
  count: number,
  options: Uint8Array,
) => number;

const progLoad = libbpf.func<ProgLoad>(
  "int bpf_prog_load(int type, const char *name, const char *license, void *insns, size_t count, void *opts)",
);
const findBtfId = libbpf.func<(name: string, attachType: number) => number>(
  "int libbpf_find_vmlinux_btf_id(const char *name, int attach_type)",
);
const probeMap = libbpf.func<(type: number, options: null) => number>(
  "int libbpf_probe_bpf_map_type(int type, void *opts)",
);

/** Finds out by trying whether this kernel has a feature; leaves nothing behind. */
export function probeFeature({ name, probe }: Feature): ProbeResult {
  return captureMessages([], () => {
    switch (probe.kind) {
      case "program":
        return probeProgram(probe);
      case "map":
        return fromAnswer(probeMap()(probe.type, null));
      case "helper":
        return probeHelper(probe);
      case "kfunc":
        return fromAnswer(findBtfId()(name, ATTACH_FENTRY) > 0 ? 1 : 0);
    }
  });
}

function probeProgram(probe: FeatureProbe & { kind: "program" }): ProbeResult {
  if (probe.attachableIf !== undefined && !existsSync(probe.attachableIf)) {
    return { status: "missing", detail: `no "${probe.attachableIf}"` };
  }
  const target = probe.target === undefined ? 0 : findBtfId()(probe.target, probe.attachType);
  if (target < 0) return { status: "missing", detail: `no "${probe.target}" in the kernel's types` };
  return fromAnswer(tryLoad(probe, minimalProgram, target).answer);
}

/**
 * True when the kernel refuses programs of this kind to everybody, found without reading the kernel's types: one that
 * attaches to nothing is then refused for its kind, and not as incomplete.
 */
export function refusesProgramType({ probe }: Feature): boolean {
  if (probe.kind !== "program") return false;
  return captureMessages([], () => fromAnswer(tryLoad(probe, minimalProgram, 0).answer).status === "refused");
}

/**
 * Loads a program that calls the helper without arguments: the verifier then complains either about them or
 * about the helper. (libbpf 1.1 asks the same way, but does not know what kernels since 6.10 say.)
 */
function probeHelper({ helper, programType }: FeatureProbe & { kind: "helper" }): ProbeResult {
  const type = programFeatures.find(
    ({ probe }) => probe.kind === "program" && probe.type === programType,
  )?.probe;
  const attachType = type?.kind === "program" ? type.attachType : 0;
  const call = 0x85n | (BigInt(helper) << 32n);
  const program = new BigUint64Array([call, ...minimalProgram]);
  const { answer, log } = tryLoad({ type: programType, attachType }, program, 0);
  if (answer > 0) return fromAnswer(1);
  if (/unknown func|invalid func|cannot use helper/.test(log)) return fromAnswer(0);
  return fromAnswer(log === "" ? answer : 1);
}

interface LoadedType {
  readonly type: number;
  readonly attachType: number;
  readonly flags?: number;
}

/** Loads and drops a program: 1 or a negative errno, and what the verifier said. */
function tryLoad(
  { type, attachType, flags = 0 }: LoadedType,
  program: BigUint64Array,
  target: number,
): { readonly answer: number; readonly log: string } {
  const log = Buffer.alloc(LOG_BYTES);
  const options = Buffer.alloc(koffi.sizeof(loadOptionsType));
  koffi.encode(options, loadOptionsType, {
    ...emptyOptions,
    sz: options.length,
    expected_attach_type: attachType,
    prog_flags: flags,
    attach_btf_id: target,
    log_level: 1,
    log_size: log.length,
    log_buf: koffi.address(log),
  });
  const fd = progLoad()(type, "rf_probe", "Dual BSD/GPL", program, program.length, options);
  if (fd >= 0) closeSync(fd);
  return { answer: fd >= 0 ? 1 : fd, log: log.toString("latin1", 0, log.indexOf(0)) };
}

const emptyOptions = Object.fromEntries(Object.keys(loadOptionsType.members ?? {}).map((name) => [name, 0]));

/** The kernel's answer: 1 yes, 0 no, negative errno. */
function fromAnswer(answer: number): ProbeResult {
  if (answer > 0) return { status: "works", detail: "" };
  if (answer === 0) return { status: "missing", detail: "unknown to this kernel" };
  const refused = answer === -constants.errno.EPERM || answer === -constants.errno.EACCES;
  return { status: refused ? "refused" : "missing", detail: errnoText(-answer) };
}
