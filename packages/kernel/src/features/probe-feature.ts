import { closeSync, existsSync } from "node:fs";
import { constants } from "node:os";
import koffi from "koffi";
import { captureMessages } from "../libbpf/capture-messages.js";
import { errnoText } from "../libbpf/errno.js";
import { libbpf } from "../libbpf/library.js";
import type { Feature, FeatureProbe } from "./feature.js";

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

/** The leading part of struct bpf_prog_load_opts (bpf/bpf.h); `sz` says where it ends. */
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
const probeHelper = libbpf.func<(programType: number, helper: number, options: null) => number>(
  "int libbpf_probe_bpf_helper(int program_type, int helper, void *opts)",
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
        return fromAnswer(probeHelper()(probe.programType, probe.helper, null));
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
  const options = Buffer.alloc(koffi.sizeof(loadOptionsType));
  koffi.encode(options, loadOptionsType, {
    sz: options.length,
    attempts: 0,
    expected_attach_type: probe.attachType,
    prog_btf_fd: 0,
    prog_flags: probe.flags ?? 0,
    prog_ifindex: 0,
    kern_version: 0,
    attach_btf_id: target,
    attach_prog_fd: 0,
    attach_btf_obj_fd: 0,
  });
  const { type } = probe;
  const fd = progLoad()(type, "rf_probe", "Dual BSD/GPL", minimalProgram, minimalProgram.length, options);
  if (fd >= 0) closeSync(fd);
  return fromAnswer(fd >= 0 ? 1 : fd);
}

/** libbpf's answer: 1 yes, 0 no, negative errno. */
function fromAnswer(answer: number): ProbeResult {
  if (answer > 0) return { status: "works", detail: "" };
  if (answer === 0) return { status: "missing", detail: "unknown to this kernel" };
  const refused = answer === -constants.errno.EPERM || answer === -constants.errno.EACCES;
  return { status: refused ? "refused" : "missing", detail: errnoText(-answer) };
}
