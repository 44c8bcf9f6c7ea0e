import { readFileSync } from "node:fs";
import { layout, StructCodec } from "@ringfence/kernel";
import { deviceName } from "../observe/decode.js";

const devicesCodec = new StructCodec(layout.rf_devices, "rf_devices");
const kinds = layout.rf_device;
const { fields } = layout.rf_devices;

const MISC_MAJOR = 10;

/** Minor numbers of the major 10, from linux/miscdevice.h. */
const miscMinors: Readonly<Record<number, number>> = {
  200: kinds.RF_DEVICE_TUN,
  238: kinds.RF_DEVICE_VHOST_NET,
  241: kinds.RF_DEVICE_VHOST_VSOCK,
};

/** Names of drivers in /proc/devices. */
const drivers: Readonly<Record<string, number>> = {
  macvtap: kinds.RF_DEVICE_MACVTAP,
  ipvtap: kinds.RF_DEVICE_IPVTAP,
  infiniband_mad: kinds.RF_DEVICE_INFINIBAND,
  infiniband_verbs: kinds.RF_DEVICE_INFINIBAND,
};

/** Major number of InfiniBand, from Documentation/admin-guide/devices.txt. */
const INFINIBAND_MAJOR = 231;

/** Majors that the kernel gives to drivers without one, first and last, from linux/fs.h (CHRDEV_MAJOR_DYN). */
const givenMajors = [
  [234, 254],
  [384, 511],
] as const;

/**
 * The character devices that send past every hook, as bytes of `rf_devices`. The driver of a tap may be loaded later: so
 * majors that no driver has yet, and that the kernel may give it, count too. `list` is the text of /proc/devices.
 */
export function refusedDevices(list: string = readFileSync("/proc/devices", "utf8")): Uint8Array {
  const major = new Uint8Array(fields.major.kind.bytes);
  for (const [first, last] of givenMajors) major.fill(kinds.RF_DEVICE_LATER, first, last + 1);
  major[INFINIBAND_MAJOR] = kinds.RF_DEVICE_INFINIBAND;
  const characterDevices = list.slice(0, list.indexOf("Block devices:"));
  for (const [, number, name = ""] of characterDevices.matchAll(/^ *(\d+) (.+)$/gm)) {
    const at = Number(number);
    if (name in drivers) major[at] = drivers[name] ?? 0;
    else if (major[at] === kinds.RF_DEVICE_LATER) major[at] = 0;
  }
  const misc = new Uint8Array(fields.misc.kind.bytes);
  for (const [minor, kind] of Object.entries(miscMinors)) misc[Number(minor)] = kind;
  return devicesCodec.toBytes({ misc, major });
}

/** The name of a device that sends past every hook, by the device number (`st_rdev`) of its file; null for any other. */
export function refusedDevice(number: number): string | null {
  const { misc, major: majors } = devicesCodec.fromBytes(refusedDevices());
  const major = (number >>> 8) & 0xfff;
  const minor = (number & 0xff) | ((number >>> 12) & 0xfff00);
  const kind = (major === MISC_MAJOR ? misc[minor] : majors[major]) ?? 0;
  return kind === 0 ? null : deviceName(kind);
}
