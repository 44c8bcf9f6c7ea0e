/** Waits until the condition holds; false when it did not within that many milliseconds. */
export async function until(condition: () => boolean, timeout = 60_000): Promise<boolean> {
  const deadline = performance.now() + timeout;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
