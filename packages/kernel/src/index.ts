export { Btf, KERNEL_BTF_PATH } from "./btf/btf.js";
export type { BtfEnumerator, BtfMember, BtfType } from "./btf/btf-type.js";
export { Cgroup2 } from "./cgroup/cgroup2.js";
export { type MountEntry, parseMountInfo, visibleCgroup2Mounts } from "./cgroup/cgroup2-mount.js";
export type { Feature, FeatureProbe } from "./features/feature.js";
export type { FeatureReport, KernelReport } from "./features/kernel-report.js";
export { lsmList } from "./features/lsm-list.js";
export {
  type FeatureStatus,
  type ProbeResult,
  probeFeature,
  refusesProgramType,
} from "./features/probe-feature.js";
export { probeKernel } from "./features/probe-kernel.js";
export { type Finding, type Summary, summarize } from "./features/summarize.js";
export { featureOfSection, features } from "./features/table.js";
export * as layout from "./generated/layout.js";
export type { Codec } from "./layout/codec.js";
export { type RenderOptions, renderLayout } from "./layout/render-layout.js";
export { bytesCodec, u32Codec, u64Codec } from "./layout/scalar-codecs.js";
export { StructCodec } from "./layout/struct-codec.js";
export type {
  ArrayKind,
  BytesKind,
  FieldKind,
  FieldSpec,
  ScalarKind,
  StructSpec,
} from "./layout/struct-spec.js";
export type { StructInput, StructValue, ValueOf } from "./layout/struct-value.js";
export { BpfLink } from "./libbpf/bpf-link.js";
export { BpfLoadError } from "./libbpf/bpf-load-error.js";
export { BpfObject, type MapDefinition, type OpenOptions } from "./libbpf/bpf-object.js";
export { BpfProgram } from "./libbpf/bpf-program.js";
export { explainVerifierLog } from "./libbpf/explain-verifier-log.js";
export { iterate } from "./libbpf/iterate.js";
export { libbpfVersion } from "./libbpf/library.js";
export { type LinkInfo, linkInfo } from "./libbpf/link-info.js";
export { openPinned, pinObject } from "./libbpf/pinned.js";
export type { ProgramInfo } from "./libbpf/program-info.js";
export type { TestRunOptions, TestRunResult } from "./libbpf/run-program.js";
export { type TcDirection, TcFilter } from "./libbpf/tc-filter.js";
export { TcxLink } from "./libbpf/tcx-link.js";
export { BpfMap } from "./maps/bpf-map.js";
export type { MapInfo } from "./maps/map-info.js";
export { mapTypes } from "./maps/map-type.js";
export { PerCpuMap } from "./maps/per-cpu-map.js";
export { BPF_ANY, BPF_EXIST, BPF_NOEXIST, type RawEntries, RawMap } from "./maps/raw-map.js";
export { type OnRecord, RingBufferReader, type RunOptions } from "./ring/ring-buffer-reader.js";
