import { type Peer, parsePrefix } from "@ringfence/model";

/**
 * Public resolvers that answer over TLS, HTTPS, QUIC or DNSCrypt, by operator, as of November 2026. A policy that writes
 * `publicResolvers` has its own list instead.
 *
 * Sources: [1] the operator's own pages; [2] "Known DNS Providers" of AdGuard's knowledge base, which repeats what operators
 * document; [3] several lists that agree, where the operator documents a name only. Where encryption is not
 * documented, as for Comodo, SafeDNS and UltraDNS (before: Neustar, Verisign), the addresses are kept closed all the same.
 *
 * What remains: DNS over HTTPS on any other host, over port 443, looks like any other HTTPS. That includes names of these
 * operators that lie on addresses of a CDN (`cloudflare-dns.com`) or of other hosters (NextDNS's nearest servers).
 * Left out: dns0.eu, which ended in October 2025, and Level 3, 114DNS, Dyn and Freenom, which offer port 53 only.
 */
const addresses: Readonly<Record<string, readonly string[]>> = {
  // [2], which is its own
  AdGuard: [
    ...["94.140.14.14", "94.140.15.15", "94.140.14.15", "94.140.15.16", "94.140.14.140", "94.140.14.141"],
    ...["2a10:50c0::ad1:ff", "2a10:50c0::ad2:ff", "2a10:50c0::bad1:ff", "2a10:50c0::bad2:ff"],
    ...["2a10:50c0::1:ff", "2a10:50c0::2:ff"],
  ],
  // [2]
  AliDNS: ["223.5.5.5", "223.6.6.6", "2400:3200::1", "2400:3200:baba::1"],
  // [2]
  CFIEC: ["240c::6666", "240c::6644"],
  // [2]
  "CIRA Canadian Shield": [
    ...["149.112.121.10", "149.112.122.10", "2620:10a:80bb::10", "2620:10a:80bc::10"],
    ...["149.112.121.20", "149.112.122.20", "2620:10a:80bb::20", "2620:10a:80bc::20"],
    ...["149.112.121.30", "149.112.122.30", "2620:10a:80bb::30", "2620:10a:80bc::30"],
  ],
  // [1] cleanbrowsing.org/support/troubleshooting/firewall-dns-requirements; IPv6 [2]
  CleanBrowsing: [
    ...["185.228.168.168", "185.228.169.168", "2a0d:2a00:1::", "2a0d:2a00:2::"],
    ...["185.228.168.10", "185.228.169.11", "2a0d:2a00:1::1", "2a0d:2a00:2::1"],
    ...["185.228.168.9", "185.228.169.9", "2a0d:2a00:1::2", "2a0d:2a00:2::2"],
  ],
  // [1] developers.cloudflare.com/1.1.1.1/ip-addresses; the two of DNS64 [3]
  Cloudflare: [
    ...["1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001"],
    ...["1.1.1.2", "1.0.0.2", "2606:4700:4700::1112", "2606:4700:4700::1002"],
    ...["1.1.1.3", "1.0.0.3", "2606:4700:4700::1113", "2606:4700:4700::1003"],
    ...["2606:4700:4700::64", "2606:4700:4700::6400"],
  ],
  // [2]
  Comodo: ["8.26.56.26", "8.20.247.20", "8.20.247.2"],
  // [3] docs.controld.com/docs/control-d-ip-ranges as others quote it; single addresses of them [2]
  ControlD: ["76.76.2.0/24", "76.76.10.0/24", "2606:1a40::/48", "2606:1a40:1::/48"],
  // [2]
  "CZ.NIC": ["193.17.47.1", "185.43.135.1", "2001:148f:ffff::1", "2001:148f:fffe::1"],
  // [2]
  "Digitale Gesellschaft": ["185.95.218.42", "185.95.218.43", "2a05:fc84::42", "2a05:fc84::43"],
  // [2]
  "DNS.SB": ["185.222.222.222", "45.11.45.11", "2a09::", "2a11::"],
  // [2]
  DNS4EU: [
    ...["86.54.11.1", "86.54.11.201", "2a13:1001::86:54:11:1", "2a13:1001::86:54:11:201"],
    ...["86.54.11.11", "86.54.11.211", "2a13:1001::86:54:11:11", "2a13:1001::86:54:11:211"],
    ...["86.54.11.12", "86.54.11.212", "2a13:1001::86:54:11:12", "2a13:1001::86:54:11:212"],
    ...["86.54.11.13", "86.54.11.213", "2a13:1001::86:54:11:13", "2a13:1001::86:54:11:213"],
    ...["86.54.11.100", "86.54.11.200", "2a13:1001::86:54:11:100", "2a13:1001::86:54:11:200"],
  ],
  // [2]; the first two, of doh.pub and dot.pub, [3]
  DNSPod: ["1.12.12.12", "120.53.53.53", "119.29.29.29", "2402:4e00::"],
  // [2]; the two of DNS64 [3]
  Google: [
    ...["8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"],
    ...["2001:4860:4860::6464", "2001:4860:4860::64"],
  ],
  // [2]
  "Hurricane Electric": ["74.82.42.42", "2001:470:20::2"],
  // [3] for the names in [1] mullvad.net/help/dns-over-https-and-dns-over-tls
  Mullvad: [
    ...["194.242.2.2", "194.242.2.3", "194.242.2.4", "194.242.2.5", "194.242.2.6", "194.242.2.9"],
    ...["2a07:e340::2", "2a07:e340::3", "2a07:e340::4", "2a07:e340::5", "2a07:e340::6", "2a07:e340::9"],
  ],
  // [3] for anycast.dns.nextdns.io; customers have addresses of their own in these blocks
  NextDNS: ["45.90.28.0/22", "2a07:a8c0::/32", "2a07:a8c1::/32"],
  // [2]; IPv6 of FamilyShield, and the last line with doh.opendns.com, [3]
  OpenDNS: [
    ...["208.67.222.222", "208.67.220.220", "2620:119:35::35", "2620:119:53::53"],
    ...["208.67.222.123", "208.67.220.123", "2620:119:35::123", "2620:119:53::123"],
    ...["208.67.222.2", "208.67.220.2", "2620:0:ccc::2", "2620:0:ccd::2"],
    ...["208.67.222.220", "208.67.220.222", "146.112.41.2", "146.112.41.3"],
  ],
  // [1] github.com/Quad9DNS/dnscrypt-settings, and [2]
  Quad9: [
    ...["9.9.9.9", "149.112.112.112", "149.112.112.9", "2620:fe::fe", "2620:fe::9", "2620:fe::fe:9"],
    ...["9.9.9.10", "149.112.112.10", "2620:fe::10", "2620:fe::fe:10"],
    ...["9.9.9.11", "149.112.112.11", "2620:fe::11", "2620:fe::fe:11"],
    ...["9.9.9.12", "149.112.112.12", "2620:fe::12", "2620:fe::fe:12"],
  ],
  // [2]
  Quad101: ["101.101.101.101", "101.102.103.104", "2001:de4::101", "2001:de4::102"],
  // [2]
  SafeDNS: ["195.46.39.39", "195.46.39.40"],
  // [2]
  Surfshark: ["194.169.169.169", "2a09:a707:169::"],
  // [2]
  UltraDNS: [
    ...["64.6.64.6", "64.6.65.6", "2620:74:1b::1:1", "2620:74:1c::2:2"],
    ...["156.154.70.1", "156.154.71.1", "2610:a1:1018::1", "2610:a1:1019::1"],
    ...["156.154.70.2", "156.154.71.2", "2610:a1:1018::2", "2610:a1:1019::2"],
    ...["156.154.70.3", "156.154.71.3", "2610:a1:1018::3", "2610:a1:1019::3"],
    ...["156.154.70.4", "156.154.71.4", "2610:a1:1018::4", "2610:a1:1019::4"],
    ...["156.154.70.5", "156.154.71.5", "2610:a1:1018::5", "2610:a1:1019::5"],
  ],
  // [2]
  UncensoredDNS: ["91.239.100.100", "89.233.43.71", "2001:67c:28a4::", "2a01:3a0:53:53::"],
  // [2]
  Wikimedia: ["185.71.138.138", "2001:67c:930::1"],
  // [3] for dns.yandex.com, which could not be read
  Yandex: [
    ...["77.88.8.8", "77.88.8.1", "2a02:6b8::feed:ff", "2a02:6b8:0:1::feed:ff"],
    ...["77.88.8.88", "77.88.8.2", "2a02:6b8::feed:bad", "2a02:6b8:0:1::feed:bad"],
    ...["77.88.8.7", "77.88.8.3", "2a02:6b8::feed:a11", "2a02:6b8:0:1::feed:a11"],
  ],
};

/** The same as destinations of a rule. */
export const publicResolvers: readonly Peer[] = Object.values(addresses).flatMap((texts) => texts.map(peer));

function peer(text: string): Peer {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new RangeError(`Cannot read the resolver "${text}"`);
  return { kind: "prefix", prefix };
}
