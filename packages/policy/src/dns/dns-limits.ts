/** A message's header (RFC 1035, 4.1.1), in bytes. */
export const HEADER_BYTES = 12;

/** A name on the wire has at most 255 bytes (RFC 1035, 3.1), its last one the empty label of the root. */
export const NAME_BYTES = 254;

/** A label has at most 63 bytes. */
export const LABEL_BYTES = 63;

/** Compression pointers that one name may follow; BIND 9.18 has the same limit. */
export const NAME_HOPS = 16;

/**
 * Labels and pointers that are walked in one message. Names that point at one another make a message of 64 KiB cost
 * millions of steps; no real one comes near this.
 */
export const MESSAGE_STEPS = 16_384;

/** Addresses that are taken from one message; further ones are counted. A message of 64 KiB holds 4,095 A records. */
export const MESSAGE_ADDRESSES = 4096;

/** A message has at most 65,535 bytes: over TCP its length is a 16-bit number (RFC 1035, 4.2.2). */
export const MESSAGE_BYTES = 65_535;
