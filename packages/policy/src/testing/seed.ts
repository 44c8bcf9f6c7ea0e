/** The seed of a run of random cases: what `RINGFENCE_TEST_SEED` says, else always the same. */
export function seedOf(environment: Readonly<Record<string, string | undefined>>): number {
  const text = environment["RINGFENCE_TEST_SEED"] ?? "1";
  if (!/^[0-9]{1,10}$/.test(text))
    throw new RangeError(`RINGFENCE_TEST_SEED cannot be "${text}": write a number`);
  return Number(text);
}
