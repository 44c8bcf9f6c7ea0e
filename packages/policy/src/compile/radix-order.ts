import { wideWords } from "./wide-words.js";

const digitCount = 8;
const buckets = 2 ** 16;

/**
 * The indices of 128-bit values in ascending order of value, equal values in order of index. Least significant
 * digit first radix sort over 16-bit digits (Knuth, TAOCP 5.2.5): comparing bigints is far slower, and digits
 * that are the same everywhere, as most host parts are, cost one look.
 * @param values a list of words, as in `WideList`
 */
export function radixOrder(values: Uint32Array): Uint32Array {
  const count = values.length / wideWords;
  const digits = new Uint16Array(values.buffer, values.byteOffset, count * digitCount);
  let order = new Uint32Array(count);
  for (let i = 0; i < order.length; i++) order[i] = i;
  let spare = new Uint32Array(count);
  for (let digit = 0; digit < digitCount; digit++) {
    const place = placeOf(digit);
    if (isConstant(digits, place)) continue;
    distribute(digits, place, order, spare);
    [order, spare] = [spare, order];
  }
  return order;
}

/** Where a digit lies in its value, the least significant being 0: words come from the most significant on, halves not. */
function placeOf(digit: number): number {
  return (wideWords - 1 - (digit >> 1)) * 2 + (digit & 1);
}

function isConstant(digits: Uint16Array, place: number): boolean {
  for (let i = place; i < digits.length; i += digitCount) if (digits[i] !== digits[place]) return false;
  return true;
}

function distribute(digits: Uint16Array, place: number, from: Uint32Array, to: Uint32Array): void {
  const next = new Uint32Array(buckets);
  for (let i = place; i < digits.length; i += digitCount) {
    const value = digits[i] ?? 0;
    next[value] = (next[value] ?? 0) + 1;
  }
  let sum = 0;
  for (let value = 0; value < buckets; value++) {
    const count = next[value] ?? 0;
    next[value] = sum;
    sum += count;
  }
  for (let i = 0; i < from.length; i++) {
    const index = from[i] ?? 0;
    const value = digits[index * digitCount + place] ?? 0;
    const at = next[value] ?? 0;
    to[at] = index;
    next[value] = at + 1;
  }
}
