import { type Address, parseAddress } from "@ringfence/model";
import type { Endpoint } from "./flow-line.js";
import type { LineErrors } from "./line-errors.js";
import type { Word } from "./words.js";

const highestPort = 65_535;

/** Reads `ADDRESS:PORT`, `[V6]:PORT`, `:PORT` or an address alone; a part that is not written is null. */
export function readEndpoint({ text, offset }: Word, errors: LineErrors): Endpoint {
  const bare = parseAddress(text);
  if (bare !== null) return { address: bare, port: null };
  const [, bracketed, plain, colon, port] = /^(?:\[([^\]]*)\]|([^:]*))(:?)(.*)$/s.exec(text) ?? [];
  if (plain !== undefined && port?.includes(":")) {
    const split = text.lastIndexOf(":");
    const isMeant = parseAddress(text.slice(0, split)) !== null;
    const hint = isMeant
      ? `Write [${text.slice(0, split)}]${text.slice(split)}`
      : "Write an IPv6 address with its port like [::1]:443";
    errors.fail(offset, `"${text}" is not an address and a port`, hint);
  }
  const host = bracketed ?? plain ?? "";
  return {
    address: host === "" && bracketed === undefined ? null : readAddress(host, offset, errors),
    port: colon === "" ? null : readPort(port ?? "", offset + text.length - (port ?? "").length, errors),
  };
}

function readAddress(text: string, offset: number, errors: LineErrors): Address {
  const address = parseAddress(text);
  if (address !== null) return address;
  const hint = /\p{L}/u.test(text)
    ? `Write an address, and what it is known as behind it: 192.0.2.1:443 as ${text}`
    : "Write it like 10.0.0.1 or [::1]";
  return errors.fail(offset, `"${text}" is not an IP address`, hint);
}

function readPort(text: string, offset: number, errors: LineErrors): number {
  if (!/^[0-9]{1,5}$/.test(text) || Number(text) > highestPort) {
    errors.fail(offset, `"${text}" is not a port`, `Write a number from 0 to ${highestPort}`);
  }
  return Number(text);
}
