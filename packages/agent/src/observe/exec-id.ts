/** One execution of a process, which no other on this host is called by: boot, process id, and when its image began. */
export function execIdOf(bootId: string, tgid: number, execNs: bigint): string {
  return `${bootId}-${tgid}-${execNs.toString(16)}`;
}
