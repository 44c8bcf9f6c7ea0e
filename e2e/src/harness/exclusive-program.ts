import { closeSync, openSync } from "node:fs";
import { syscall } from "@ringfence/kernel/system";
import { addressOf } from "@ringfence/probe";

const BPF_PROG_LOAD = 5;
const BPF_PROG_ATTACH = 8;
const ATTRIBUTE_BYTES = 72;
const BPF_F_ALLOW_MULTI = 2;
/** r0 = 1; exit: whatever it is asked, it agrees. */
const AGREES = new BigUint64Array([0x1_0000_00b7n, 0x95n]);
/** r0 = 0; exit: it refuses. */
const REFUSES = new BigUint64Array([0xb7n, 0x95n]);
const LICENSE = Buffer.from("GPL\0");

/** Cgroup hooks: numbers of enum bpf_prog_type and enum bpf_attach_type. */
export const cgroupHooks = {
  judge_connect4: { program: 18, attach: 10 },
  judge_connect6: { program: 18, attach: 11 },
  judge_sendmsg4: { program: 18, attach: 14 },
  judge_sendmsg6: { program: 18, attach: 15 },
  judge_sock_create: { program: 9, attach: 2 },
  note_sock_release: { program: 9, attach: 34 },
  judge_setsockopt: { program: 25, attach: 22 },
  judge_device: { program: 15, attach: 6 },
  judge_packet_in: { program: 8, attach: 0 },
  judge_packet_out: { program: 8, attach: 1 },
} as const;

/**
 * Attaches a program to a cgroup so that below it nobody else may attach one of its kind: what some other software
 * did before us. It goes with the cgroup.
 */
export function attachExclusively(folder: string, hook: Hook): void {
  attach(folder, hook, AGREES, 0);
}

/** Attaches one that refuses everything, beside whoever else is there: as systemd does for IPAddressDeny=any. */
export function attachRefusal(folder: string, hook: Hook): void {
  attach(folder, hook, REFUSES, BPF_F_ALLOW_MULTI);
}

interface Hook {
  readonly program: number;
  readonly attach: number;
}

function attach(folder: string, hook: Hook, instructions: BigUint64Array, flags: number): void {
  const cgroup = openSync(folder, "r");
  const program = bpf("load a program", BPF_PROG_LOAD, (view) => {
    view.setUint32(0, hook.program, true);
    view.setUint32(4, instructions.length, true);
    view.setBigUint64(8, addressOf(instructions), true);
    view.setBigUint64(16, addressOf(LICENSE), true);
    view.setUint32(68, hook.attach, true);
  });
  try {
    bpf("attach a program", BPF_PROG_ATTACH, (view) => {
      view.setUint32(0, cgroup, true);
      view.setUint32(4, program, true);
      view.setUint32(8, hook.attach, true);
      view.setUint32(12, flags, true);
    });
  } finally {
    closeSync(cgroup);
    closeSync(program);
  }
}

function bpf(action: string, command: number, fill: (view: DataView) => void): number {
  const attributes = new Uint8Array(ATTRIBUTE_BYTES);
  fill(new DataView(attributes.buffer));
  return syscall("bpf", action, command, attributes, attributes.length);
}
