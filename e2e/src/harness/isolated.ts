/**
 * Words that start a program in a network namespace of its own in which only loopback exists and anybody may use
 * ping sockets: what a verdict lets through to another address ends in ENETUNREACH, and no packet goes anywhere.
 */
export const isolated: readonly string[] = [
  "unshare",
  "--net",
  "sh",
  "-c",
  'ip link set lo up && echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range && exec "$@"',
  "sh",
];
