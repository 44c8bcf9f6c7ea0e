/** Runs jobs in their order, at most so many at once; returns their results in the same order. */
export async function runPool<Job, Result>(
  jobs: readonly Job[],
  atOnce: number,
  run: (job: Job) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const waiting = jobs.entries();
  const work = async () => {
    for (const [index, job] of waiting) results.set(index, await run(job));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
