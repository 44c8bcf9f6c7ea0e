const DOT = 0x2e;
const BACKSLASH = 0x5c;

/**
 * A name as text, without a dot at its end; the root is ".". What is no printable ASCII is \DDD, a dot or backslash
 * inside a label has a backslash before it (RFC 1035, 5.1; RFC 4343, 2.1).
 * @param wire uncompressed, with or without the root's empty label
 */
export function nameText(wire: Uint8Array): string {
  const labels: string[] = [];
  for (let at = 0; at < wire.length && wire[at] !== 0; at += (wire[at] ?? 0) + 1) {
    labels.push(labelText(wire.subarray(at + 1, at + 1 + (wire[at] ?? 0))));
  }
  return labels.length === 0 ? "." : labels.join(".");
}

/** The inverse for plain names, in lower case: letters, digits, "-" and "_" between dots. */
export function nameWire(text: string): Uint8Array {
  const labels = text.toLowerCase().split(".");
  const bytes = labels.flatMap((label) => [label.length, ...Array.from(label, (c) => c.charCodeAt(0))]);
  return Uint8Array.from(text === "." ? [] : bytes);
}

function labelText(label: Uint8Array): string {
  return Array.from(label, (byte) => {
    if (byte === DOT || byte === BACKSLASH) return `\\${String.fromCharCode(byte)}`;
    if (byte > 0x20 && byte < 0x7f) return String.fromCharCode(byte);
    return `\\${String(byte).padStart(3, "0")}`;
  }).join("");
}
