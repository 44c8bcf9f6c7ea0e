import assert from "node:assert/strict";
import { test } from "node:test";
import { layout } from "@ringfence/kernel";
import { refusedDevice, refusedDevices } from "./refused-devices.js";

const kinds = layout.rf_device;
const { misc, major } = layout.rf_devices.fields;

const list = `Character devices:
  1 mem
 10 misc
231 infiniband_mad
243 macvtap
244 infiniband_verbs
245 rtc
510 ipvtap
511 nvidia

Block devices:
246 virtblk
`;

test("refusedDevices knows taps by their driver's name, and refuses majors that a tap may yet be given", () => {
  const bytes = refusedDevices(list);
  const ofMajor = (number: number) => bytes[major.offset + number];
  assert.equal(ofMajor(243), kinds.RF_DEVICE_MACVTAP);
  assert.equal(ofMajor(510), kinds.RF_DEVICE_IPVTAP);
  for (const number of [231, 244]) assert.equal(ofMajor(number), kinds.RF_DEVICE_INFINIBAND);
  for (const number of [234, 246, 254, 384, 509]) assert.equal(ofMajor(number), kinds.RF_DEVICE_LATER);
  for (const number of [1, 10, 136, 233, 245, 255, 383, 511])
    assert.equal(ofMajor(number), 0, String(number));
});

test("refusedDevices refuses three of the miscellaneous devices", () => {
  const bytes = refusedDevices(list).subarray(misc.offset, misc.offset + misc.kind.bytes);
  const refused = [...bytes.entries()].filter(([, kind]) => kind !== 0);
  assert.deepEqual(refused, [
    [200, kinds.RF_DEVICE_TUN],
    [238, kinds.RF_DEVICE_VHOST_NET],
    [241, kinds.RF_DEVICE_VHOST_VSOCK],
  ]);
});

test("refusedDevice goes by the number of a file", () => {
  const number = (at: number, minor: number) => (at << 8) | (minor & 0xff) | ((minor & ~0xff) << 12);
  assert.equal(refusedDevice(number(10, 200)), "tun");
  assert.equal(refusedDevice(number(10, 200 + 256)), null);
  assert.equal(refusedDevice(number(231, 300)), "infiniband");
  assert.equal(refusedDevice(number(1, 3)), null);
});
