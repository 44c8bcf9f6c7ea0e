// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The object that user space loads: every program in one file, so that the kernel's BTF is read once.
#include "backstop.bpf.c"
#include "adopt.bpf.c"
#include "borrowed.bpf.c"
#include "dns.bpf.c"
#include "egress.bpf.c"
#include "family.bpf.c"
#include "listen.bpf.c"
#include "lsm.bpf.c"
#include "process.bpf.c"
#include "rejudge.bpf.c"
#include "held.bpf.c"
#include "tc.bpf.c"
#include "watch.bpf.c"
#include "workload.bpf.c"

const volatile struct rf_described described SEC(".rodata") = {};

char license_text[] SEC("license") = "Dual BSD/GPL";
