import assert from "node:assert/strict";
import { test } from "node:test";
import { ipv4Packet, udpDatagram } from "./datagram.js";

test("ipv4Packet has a checksum that adds up", () => {
  const packet = ipv4Packet("198.51.100.1", "198.51.100.129", udpDatagram(20_000, Buffer.from("data")));
  const view = new DataView(packet.buffer, packet.byteOffset);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += view.getUint16(at);
  assert.equal((sum & 0xffff) + (sum >> 16), 0xffff);
  assert.equal(view.getUint16(2), packet.length);
  assert.equal(view.getUint16(22), 20_000);
});
