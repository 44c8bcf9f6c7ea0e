import { type Peer, parsePrefix } from "@ringfence/model";

/**
 * Public resolvers that answer over TLS, HTTPS or QUIC, by operator: the well-known ones, to be kept up here. A policy
 * that writes `publicResolvers` has its own list instead.
 */
const addresses: Readonly<Record<string, readonly string[]>> = {
  AdGuard: ["94.140.14.14", "94.140.15.15", "94.140.14.15", "94.140.15.16", "94.140.14.140", "94.140.14.141"],
  "AdGuard v6": ["2a10:50c0::ad1:ff", "2a10:50c0::ad2:ff", "2a10:50c0::bad1:ff", "2a10:50c0::bad2:ff"],
  AliDNS: ["223.5.5.5", "223.6.6.6", "2400:3200::1", "2400:3200:baba::1"],
  "CIRA Canadian Shield": ["149.112.121.10", "149.112.122.10", "2620:10a:80bb::10", "2620:10a:80bc::10"],
  CleanBrowsing: ["185.228.168.9", "185.228.169.9", "185.228.168.10", "185.228.168.168"],
  Cloudflare: ["1.1.1.1", "1.0.0.1", "1.1.1.2", "1.0.0.2", "1.1.1.3", "1.0.0.3"],
  "Cloudflare v6": [
    "2606:4700:4700::1111",
    "2606:4700:4700::1001",
    "2606:4700:4700::1112",
    "2606:4700:4700::1002",
  ],
  ControlD: ["76.76.2.0/24", "76.76.10.0/24"],
  "DNS0.eu": ["193.110.81.0", "185.253.5.0", "2a0f:fc80::", "2a0f:fc81::"],
  "DNS.SB": ["185.222.222.222", "45.11.45.11", "2a09::", "2a11::"],
  DNSPod: ["1.12.12.12", "120.53.53.53"],
  Google: ["8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"],
  Mullvad: ["194.242.2.0/28", "2a07:e340::/64"],
  NextDNS: ["45.90.28.0/22", "2a07:a8c0::/29"],
  OpenDNS: ["208.67.222.222", "208.67.220.220", "2620:119:35::35", "2620:119:53::53"],
  Quad9: ["9.9.9.9", "149.112.112.112", "9.9.9.10", "149.112.112.10", "9.9.9.11", "149.112.112.11"],
  "Quad9 v6": ["2620:fe::fe", "2620:fe::9", "2620:fe::10", "2620:fe::11"],
  Yandex: ["77.88.8.8", "77.88.8.1", "77.88.8.88", "77.88.8.2", "2a02:6b8::feed:0ff"],
};

/** The same as destinations of a rule. */
export const publicResolvers: readonly Peer[] = Object.values(addresses).flatMap((texts) => texts.map(peer));

function peer(text: string): Peer {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new RangeError(`Cannot read the resolver "${text}"`);
  return { kind: "prefix", prefix };
}
