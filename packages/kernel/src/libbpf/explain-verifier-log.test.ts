import assert from "node:assert/strict";
import { test } from "node:test";
import { explainVerifierLog } from "./explain-verifier-log.js";

// logs of real refusals: with "@ file:line" from Linux 6.18, without from 6.1

const cases: readonly (readonly [what: string, log: string, reason: string])[] = [
  [
    "an unbounded loop on 6.18",
    `4: (61) r2 = *(u32 *)(r1 +0)          ; R1=map_value(map=broken.bss,ks=4,vs=4) R2=scalar()
5: (15) if r2 == 0x0 goto pc-2 ; while (!stop) @ broken.bpf.c:22
infinite loop detected at insn 4
cur state: R1=map_value(map=broken.bss,ks=4,vs=4) R2=0 R10=fp0
old state: R1=map_value(map=broken.bss,ks=4,vs=4) R2=0 R10=fp0
processed 12 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0
`,
    "a loop without a bound the verifier can see at broken.bpf.c:22",
  ],
  [
    "a back edge without source lines",
    "back-edge from insn 5 to 2\nprocessed 0 insns (limit 1000000)\n",
    "a loop without a bound the verifier can see",
  ],
  [
    "a missing NULL check on 6.1",
    `; __u64 *value = bpf_map_lookup_elem(&numbers, &key);
6: (85) call bpf_map_lookup_elem#1    ; R0_w=map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0)
; return *value;
7: (79) r0 = *(u64 *)(r0 +0)
R0 invalid mem access 'map_value_or_null'
processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`,
    `a look-up's result in R0 is used without a check for NULL in "return *value;"`,
  ],
  [
    "a number used as an address",
    "0: (85) call bpf_ktime_get_ns#5       ; R0=scalar()\n1: (61) r0 = *(u32 *)(r0 +0)\nR0 invalid mem access 'scalar'\n",
    "R0 is used as an address, but holds scalar",
  ],
  [
    "a packet read without a bound, explained by the first of two lines",
    `; return *(__u8 *)(long)context->data; @ broken.bpf.c:39
1: (71) r0 = *(u8 *)(r1 +0)
invalid access to packet, off=0 size=1, R1(id=0,off=0,r=0)
R1 offset is outside of the packet
processed 2 insns (limit 1000000)
`,
    "a packet byte is read without a check against its end at broken.bpf.c:39",
  ],
  [
    "a helper of other program types on 6.18",
    "0: (85) call bpf_get_socket_cookie#46\nprogram of this type cannot use helper bpf_get_socket_cookie#46\n",
    "helper bpf_get_socket_cookie is not available to this program type",
  ],
  [
    "a helper of other program types on 6.1",
    "0: (85) call bpf_task_storage_get#156\nunknown func bpf_task_storage_get#156\nprocessed 1 insns\n",
    "helper bpf_task_storage_get is not available to this program type",
  ],
  [
    "a helper that no type has",
    "0: (85) call unknown#9999\ninvalid func unknown#9999\nprocessed 1 insns (limit 1000000)\n",
    "helper number 9999 is unknown to this kernel",
  ],
  [
    "a field that this kernel's types lack",
    `; int missing_field(__u64 *context) @ broken.bpf.c:68
0: <invalid CO-RE relocation>
failed to resolve CO-RE relocation <byte_off> [29] struct task_struct.rf_no_such_field (0:0 @ offset 0)
processed 1 insns (limit 1000000)
`,
    "this kernel's types have no task_struct.rf_no_such_field at broken.bpf.c:68",
  ],
  [
    "a program beyond the limit",
    "BPF program is too large. Processed 1000001 insn\nprocessed 1000001 insns (limit 1000000)\n",
    "too complex: 1000001 instructions walked, no end in sight",
  ],
  [
    "words it does not know",
    "0: (b7) r0 = 2                        ; R0=2\n1: (95) exit\nAt program exit the register R0 has smin=2 should have been in [0, 1]\nprocessed 2 insns\n",
    "At program exit the register R0 has smin=2 should have been in [0, 1]",
  ],
  ["an empty log", "", ""],
];

for (const [what, log, reason] of cases) {
  test(`explainVerifierLog tells ${what}`, () => assert.equal(explainVerifierLog(log), reason));
}
