/** A signal that SIGINT, SIGTERM or SIGHUP aborts, so that a benchmark ends in order and removes what it made. */
export function untilStopped(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => controller.abort(new Error(`Stopped by ${name}: nothing was written`)));
  }
  return controller.signal;
}
