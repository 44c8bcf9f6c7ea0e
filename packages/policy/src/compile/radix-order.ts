const digitCount = 8;
const buckets = 2 ** 16;

/**
 * The indices of 128-bit values in ascending order of value, equal values in order of index. Least significant
 * digit first radix sort over 16-bit digits (Knuth, TAOCP 5.2.5): comparing bigints is far slower, and digits
 * that are the same everywhere, as most host parts are, cost one look.
 */
export function radixOrder(values: readonly bigint[]): Uint32Array {
  const digits = digitsOf(values);
  let order = new Uint32Array(values.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  let spare = new Uint32Array(values.length);
  for (let digit = 0; digit < digitCount; digit++) {
    if (isConstant(digits, digit)) continue;
    distribute(digits, digit, order, spare);
    [order, spare] = [spare, order];
  }
  return order;
}

/** Eight digits per value, the least significant first. */
function digitsOf(values: readonly bigint[]): Uint16Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 16));
  for (const [index, value] of values.entries()) {
    bytes.setBigUint64(index * 16, BigInt.asUintN(64, value), true);
    bytes.setBigUint64(index * 16 + 8, value >> 64n, true);
  }
  const digits = new Uint16Array(values.length * digitCount);
  for (let i = 0; i < digits.length; i++) digits[i] = bytes.getUint16(i * 2, true);
  return digits;
}

function isConstant(digits: Uint16Array, digit: number): boolean {
  for (let i = digit; i < digits.length; i += digitCount) if (digits[i] !== digits[digit]) return false;
  return true;
}

function distribute(digits: Uint16Array, digit: number, from: Uint32Array, to: Uint32Array): void {
  const next = new Uint32Array(buckets);
  for (let i = digit; i < digits.length; i += digitCount) {
    const value = digits[i] ?? 0;
    next[value] = (next[value] ?? 0) + 1;
  }
  let sum = 0;
  for (let value = 0; value < buckets; value++) {
    const count = next[value] ?? 0;
    next[value] = sum;
    sum += count;
  }
  for (const index of from) {
    const value = digits[index * digitCount + digit] ?? 0;
    const place = next[value] ?? 0;
    to[place] = index;
    next[value] = place + 1;
  }
}
