import assert from "node:assert/strict";
import { test } from "node:test";
import { ethernetFrame, ipv4Packet } from "../system/datagram.js";
import { v6Bytes } from "../system/sockaddr.js";
import { portOfOpening } from "./opens-connection.js";

const SYN = 2;
const ACK = 0x10;
const TCP = 6;
const SCTP = 132;

function segment(port: number, flags: number): Uint8Array {
  const bytes = new Uint8Array(20);
  new DataView(bytes.buffer).setUint16(2, port);
  bytes[13] = flags;
  return bytes;
}

const v4 = (payload: Uint8Array, protocol: number) =>
  Buffer.from(ethernetFrame(ipv4Packet("192.0.2.1", "192.0.2.2", payload, protocol)));

function v6(payload: Uint8Array, protocol: number): Buffer {
  const header = new Uint8Array(54);
  header.set([0x86, 0xdd, 0x60], 12);
  header[20] = protocol;
  header.set(v6Bytes("2001:db8::1"), 22);
  return Buffer.concat([header, payload]);
}

test("portOfOpening is the port of a SYN, over IPv4 and IPv6", () => {
  assert.equal(portOfOpening(v4(segment(20_001, SYN), TCP)), 20_001);
  assert.equal(portOfOpening(v6(segment(20_002, SYN), TCP)), 20_002);
});

test("portOfOpening is null for answers, data, other protocols and pieces", () => {
  assert.equal(portOfOpening(v4(segment(20_001, SYN | ACK), TCP)), null);
  assert.equal(portOfOpening(v4(segment(20_001, ACK), TCP)), null);
  assert.equal(portOfOpening(v4(segment(20_001, SYN), 17)), null);
  assert.equal(portOfOpening(v4(segment(20_001, SYN), TCP).subarray(0, 40)), null);
  assert.equal(portOfOpening(Buffer.alloc(0)), null);
});

test("portOfOpening takes every SCTP packet", () => {
  assert.equal(portOfOpening(v4(segment(20_003, 0), SCTP)), 20_003);
});
