/** A name that is asked for. Its first digit tells the answering worker how many addresses it has. */
export interface Domain {
  readonly name: string;
  readonly addresses: number;
}

export const domains: readonly Domain[] = [
  "1.example.com",
  "1.pong.default.svc.cluster.local",
  "1.images.edge-cache-17.eu-central.content-delivery.example.net",
  "4.cdn.example.org",
].map((name) => ({ name, addresses: Number(name[0]) }));
