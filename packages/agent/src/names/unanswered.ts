import { layout, type RawMap, StructCodec } from "@ringfence/kernel";

const codec = new StructCodec(layout.rf_dns_query, "rf_dns_query");
const { offset: stateAt } = layout.rf_dns_query.fields.state;
const { RF_DNS_QUERY_WAITS } = layout.rf_dns_query_state;

/** Finds the queries that nobody answered in the kernel's table. */
export class Unanswered {
  readonly #map: RawMap;
  /** when the query was asked that was told last of each place of the table */
  readonly #told = new Map<number, bigint>();

  constructor(map: RawMap) {
    this.#map = map;
  }

  /** Those that wait since before a time of the boot clock, in nanoseconds, each once. */
  take(before: bigint): layout.rf_dns_query[] {
    const found: layout.rf_dns_query[] = [];
    let place = 0;
    for (const { count, values } of this.#map.batches()) {
      const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
      for (let i = 0; i < count; i++, place++) {
        if (view.getUint32(i * codec.size + stateAt, true) !== RF_DNS_QUERY_WAITS) continue;
        const query = codec.decode(view, i * codec.size);
        if (query.asked_ns >= before || this.#told.get(place) === query.asked_ns) continue;
        this.#told.set(place, query.asked_ns);
        found.push(query);
      }
    }
    return found;
  }
}
