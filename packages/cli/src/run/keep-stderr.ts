/**
 * Keeps Node from opening stderr as a stream, which it does when any pipe of ours closes: that would make stderr
 * non-blocking for the command and for our caller, who share it. We write to the descriptor itself.
 */
export function keepStderr(): void {
  Object.defineProperty(process, "stderr", { value: null, configurable: true });
}
