const units = ["KiB", "MiB", "GiB", "TiB"];

/** A number of bytes as people read it. */
export function byteText(count: number): string {
  if (count < 1024) return `${count} B`;
  let value = count / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${value.toFixed(1)} ${units[unit]}`;
}
