import { constants } from "node:os";
import type { FilterInstruction } from "@ringfence/kernel/system";

// Offsets in struct seccomp_data (little endian) and opcodes of classic BPF, from linux/seccomp.h and
// linux/bpf_common.h.
const NUMBER = 0;
const ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;
const SECOND_ARGUMENT = 24;
const THIRD_ARGUMENT = 32;
const SOL_IP = 0;
const SOL_IPV6 = 41;
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER_OR_EQUAL = 0x35;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
const X32_BIT = 0x40000000;

const { EPERM, ENOSYS, EAFNOSUPPORT } = constants.errno;

/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_ALG: the others have no hook, and some leave the host. */
const families = [1, 2, 10, 16, 17, 38] as const;

/**
 * TIOCSTI and TIOCLINUX type into the caller's terminal, as its user. TUNSETIFF and TUNSETQUEUE connect an open tun
 * device, which may come from outside, with an interface.
 */
const refusedRequests = [0x5412, 0x541c, 0x400454ca, 0x400454d9] as const;

/** IP_OPTIONS; IPV6_RTHDR, IPV6_2292RTHDR and IPV6_2292PKTOPTIONS: as the hook for socket options has them. */
const routeOptions = { v4: [4], v6: [57, 5, 6] } as const;

/** A call's number and what follows when it is that call; ends in a return. */
type CallRule = readonly [number: number, body: readonly FilterInstruction[]];

/** Numbers of the calls that the filter looks at, by AUDIT_ARCH value. */
interface CallNumbers {
  readonly architecture: number;
  readonly bpf: number;
  readonly requestKey: number;
  readonly openByHandleAt: number;
  readonly ioctl: number;
  readonly socket: number;
  readonly socketpair: number;
  /** of a 32-bit convention: calls that the kernel lets pass by the hook for socket options */
  readonly unhooked?: { readonly setsockopt: number; readonly ioUringSetup: number };
  /** the old call for all socket calls, whose arguments a filter cannot see */
  readonly socketcall?: number;
}

const conventions: readonly CallNumbers[] = [
  {
    architecture: 0xc000003e, // x86-64
    bpf: 321,
    requestKey: 249,
    openByHandleAt: 304,
    ioctl: 16,
    socket: 41,
    socketpair: 53,
  },
  {
    architecture: 0x40000003, // i386
    bpf: 357,
    requestKey: 287,
    openByHandleAt: 342,
    ioctl: 54,
    socket: 359,
    socketpair: 360,
    unhooked: { setsockopt: 366, ioUringSetup: 425 },
    socketcall: 102,
  },
  {
    architecture: 0xc00000b7, // aarch64
    bpf: 280,
    requestKey: 218,
    openByHandleAt: 265,
    ioctl: 29,
    socket: 198,
    socketpair: 199,
  },
  {
    architecture: 0x40000028, // arm
    bpf: 386,
    requestKey: 310,
    openByHandleAt: 371,
    ioctl: 54,
    socket: 281,
    socketpair: 288,
    unhooked: { setsockopt: 294, ioUringSetup: 425 },
    socketcall: 102,
  },
];

/**
 * The filter of a fenced command, under every calling convention; one we do not know is refused whole.
 * - bpf(): root without a single capability can still open pinned maps and links with it.
 * - open_by_handle_at(): reaches files around the covers in the command's mount namespace.
 * - request_key(): makes the kernel start a root helper outside the fence.
 * - ioctl() with TIOCSTI or TIOCLINUX: types into the terminal of whoever called us. With TUNSETIFF or TUNSETQUEUE: puts
 *   packets of the command's making into an interface.
 * - socket() and socketpair() of families that no hook judges.
 * - setsockopt() of a 32-bit convention with an option that can hold a source route, and a ring of io_uring that makes such
 *   calls: the kernel asks no hook about either.
 */
export function fenceFilter(): FilterInstruction[] {
  return [
    load(ARCHITECTURE),
    ...conventions.flatMap((numbers) => {
      const body = [load(NUMBER), ...x32(numbers.architecture), ...rules(numbers), returns(ALLOW)];
      return [skipUnless(numbers.architecture, body.length), ...body];
    }),
    returns(ERRNO | EPERM),
  ];
}

function rules(numbers: CallNumbers): FilterInstruction[] {
  const onlyFamilies = ifArgument(FIRST_ARGUMENT, families, ALLOW, ERRNO | EAFNOSUPPORT);
  const calls: readonly CallRule[] = [
    [numbers.bpf, [returns(ERRNO | EPERM)]],
    [numbers.openByHandleAt, [returns(ERRNO | EPERM)]],
    [numbers.requestKey, [returns(ERRNO | EPERM)]],
    [numbers.ioctl, ifArgument(SECOND_ARGUMENT, refusedRequests, ERRNO | EPERM, ALLOW)],
    [numbers.socket, onlyFamilies],
    [numbers.socketpair, onlyFamilies], // TIPC makes pairs that send to others too
    ...unhookedRules(numbers.unhooked),
    ...(numbers.socketcall === undefined ? [] : [[numbers.socketcall, [returns(ERRNO | ENOSYS)]] as const]),
  ];
  // every body ends in a return, so that the call's number is still loaded behind it
  return calls.flatMap(([number, body]) => [skipUnless(number, body.length), ...body]);
}

function unhookedRules(numbers: CallNumbers["unhooked"]): readonly CallRule[] {
  if (numbers === undefined) return [];
  const [v4, v6] = [
    ifArgument(THIRD_ARGUMENT, routeOptions.v4, ERRNO | EPERM, ALLOW),
    ifArgument(THIRD_ARGUMENT, routeOptions.v6, ERRNO | EPERM, ALLOW),
  ];
  const level = [
    load(SECOND_ARGUMENT),
    skipUnless(SOL_IP, v4.length),
    ...v4,
    skipUnless(SOL_IPV6, v6.length),
    ...v6,
  ];
  return [
    [numbers.setsockopt, [...level, returns(ALLOW)]],
    [numbers.ioUringSetup, [returns(ERRNO | ENOSYS)]],
  ];
}

/** x32 has its own numbers for everything; no distribution uses it. */
function x32(architecture: number): FilterInstruction[] {
  if (architecture !== conventions[0]?.architecture) return [];
  return [{ code: JUMP_GREATER_OR_EQUAL, jt: 0, jf: 1, k: X32_BIT }, returns(ERRNO | ENOSYS)];
}

function ifArgument(offset: number, values: readonly number[], then: number, otherwise: number) {
  const compare = values.map((k, index) => ({ code: JUMP_EQUAL, jt: values.length - index, jf: 0, k }));
  return [load(offset), ...compare, returns(otherwise), returns(then)];
}

function skipUnless(k: number, count: number): FilterInstruction {
  return { code: JUMP_EQUAL, jt: 0, jf: count, k };
}

function returns(k: number): FilterInstruction {
  return { code: RETURN, jt: 0, jf: 0, k };
}

function load(offset: number): FilterInstruction {
  return { code: LOAD, jt: 0, jf: 0, k: offset };
}
