/** Record types that are looked into (RFC 1035, 3596, 6891, 9460). */
export const recordTypes = { A: 1, CNAME: 5, AAAA: 28, OPT: 41, SVCB: 64, HTTPS: 65 } as const;

/** The Internet class. */
export const CLASS_IN = 1;

export interface DnsHeader {
  /** transaction id */
  readonly id: number;
  readonly isResponse: boolean;
  readonly truncated: boolean;
  /** 0 no error, 3 the name does not exist; the four bits of the header, without those of EDNS */
  readonly rcode: number;
}

export interface DnsQuestion {
  /** on the wire and in lower case, without the root's empty label */
  readonly name: Uint8Array;
  readonly type: number;
  readonly class: number;
}

/** An address that was found for the name that was asked. */
export interface DnsAddress {
  /** where in the message it is */
  readonly at: number;
  readonly family: 4 | 6;
  /** seconds: the least of its own record and of the aliases on the way */
  readonly ttl: number;
}

/** A well-formed query or response. Of a query only the question is read. */
export interface DnsMessage {
  readonly header: DnsHeader;
  readonly question: DnsQuestion;
  /** in order of the message; none unless it is a response without error to a question of the Internet class */
  readonly addresses: readonly DnsAddress[];
  /** addresses beyond the most that are taken */
  readonly beyond: number;
}
