import { accessSync } from "node:fs";
import { constants } from "node:os";
import { basename } from "node:path";
import type { ErrorCode } from "@ringfence/model";
import { KERNEL_BTF_PATH } from "../btf/btf.js";
import type { Feature } from "../features/feature.js";
import { probeFeature } from "../features/probe-feature.js";
import { featureOfFunction, featureOfMapType, featureOfSection } from "../features/table.js";
import { getCapabilities } from "../system/capabilities.js";
import { capabilitySet } from "../system/capability-names.js";
import { BpfLoadError } from "./bpf-load-error.js";
import { errnoText } from "./errno.js";
import { explainVerifierLog } from "./explain-verifier-log.js";
import { type LoadMessages, parseLoadMessages } from "./load-messages.js";

/** What is known of a failed load. */
export interface FailedLoad {
  readonly path: string;
  /** positive */
  readonly errno: number;
  /** everything that libbpf said */
  readonly messages: string;
  readonly sectionOf: (program: string) => string | undefined;
  readonly mapTypeOf: (map: string) => number | undefined;
}

interface Diagnosis {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly hint?: string;
}

/** Finds out why a load failed, by the log and, where that is silent, by probing the kernel. */
export function loadError(failed: FailedLoad): BpfLoadError {
  const parsed = parseLoadMessages(failed.messages);
  const { code, reason, hint } = diagnose(failed, parsed);
  const texts = { verifierLog: parsed.verifierLog, libbpfMessages: failed.messages };
  return new BpfLoadError(code, `Cannot load ${subject(failed, parsed)}: ${reason}`, texts, { hint });
}

function subject({ path, sectionOf }: FailedLoad, { program, map }: LoadMessages): string {
  if (program !== undefined) return `program "${program}" (${sectionOf(program) ?? "unknown section"})`;
  return map === undefined ? `BPF object "${basename(path)}"` : `map "${map}"`;
}

function diagnose(failed: FailedLoad, parsed: LoadMessages): Diagnosis {
  return (
    missingPrivilege(failed.errno) ??
    missingBtf() ??
    missingFunction(parsed) ??
    missingType(failed, parsed) ?? {
      code: "RF_LOAD_REFUSED",
      reason: explainVerifierLog(parsed.verifierLog) || silentReason(failed.errno, parsed),
    }
  );
}

function missingPrivilege(errno: number): Diagnosis | undefined {
  if (errno !== constants.errno.EPERM && errno !== constants.errno.EACCES) return undefined;
  const { effective } = getCapabilities();
  const enough = capabilitySet(["CAP_BPF", "CAP_NET_ADMIN", "CAP_PERFMON"]);
  const admin = capabilitySet(["CAP_SYS_ADMIN"]);
  if ((effective & enough) === enough || (effective & admin) === admin) return undefined;
  return { code: "RF_NOT_ROOT", reason: "the caller lacks CAP_BPF", hint: "Run it as root, with sudo" };
}

function missingBtf(): Diagnosis | undefined {
  try {
    accessSync(KERNEL_BTF_PATH);
    return undefined;
  } catch {
    const hint = "Boot a kernel built with CONFIG_DEBUG_INFO_BTF=y";
    return { code: "RF_NO_BTF", reason: `the kernel publishes no types in ${KERNEL_BTF_PATH}`, hint };
  }
}

/** A helper or kernel function that the verifier or libbpf does not find. */
function missingFunction({ verifierLog, lines }: LoadMessages): Diagnosis | undefined {
  const helper = /(?:cannot use helper|unknown func) (bpf_\w+)#/.exec(verifierLog)?.[1];
  const kfunc = /extern \(func ksym\) '(\w+)': not found/.exec(lines.join("\n"))?.[1];
  const name = helper ?? kfunc;
  if (name === undefined) return undefined;
  const feature = featureOfFunction(name);
  const since = feature === undefined ? "" : `, in Linux since ${feature.since}`;
  const reason = `this kernel lacks ${name}${helper === undefined ? "" : " in this program type"}${since}`;
  return { code: "RF_FEATURE_MISSING", reason };
}

/** A program or map type that the kernel does not take, found by trying a minimal one. */
function missingType(failed: FailedLoad, { program, map, verifierLog }: LoadMessages): Diagnosis | undefined {
  if (verifierLog !== "") return undefined;
  const section = program === undefined ? undefined : failed.sectionOf(program);
  const mapType = map === undefined ? undefined : failed.mapTypeOf(map);
  const feature: Feature | undefined =
    section !== undefined
      ? featureOfSection(section)
      : mapType !== undefined
        ? featureOfMapType(mapType)
        : undefined;
  if (feature === undefined) return undefined;
  const { status, detail } = probeFeature(feature);
  if (status === "works") return undefined;
  const verb = status === "missing" ? "lacks" : "refuses";
  const reason = `this kernel ${verb} ${feature.name}: ${detail}; in Linux since ${feature.since}`;
  return { code: "RF_FEATURE_MISSING", reason };
}

/** libbpf's first words on the failure, or the bare errno. */
function silentReason(errno: number, { lines }: LoadMessages): string {
  const said = lines.find(
    (line) => !line.includes("BPF program load failed") && !/failed to load/.test(line),
  );
  const reason = errnoText(errno);
  return said === undefined ? reason : `${said.replace(/^(?:prog|map) '[^']+': /, "")} [${reason}]`;
}
