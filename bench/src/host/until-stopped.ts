const LIMIT_MINUTES = 8;
/** What is under way when time is up still ends in order. */
const MARGIN_MS = 10_000;

/** A signal that SIGINT, SIGTERM, SIGHUP and eight minutes abort, so that a benchmark ends in order. */
export function untilStopped(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => controller.abort(new Error(`Stopped by ${name}: nothing was written`)));
  }
  const late = new Error(`Cannot finish in ${LIMIT_MINUTES} minutes: run it when the machine is less busy`);
  setTimeout(() => controller.abort(late), LIMIT_MINUTES * 60_000 - MARGIN_MS).unref();
  return controller.signal;
}
