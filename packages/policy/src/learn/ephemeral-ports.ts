import { type NumberRange, parsePrefix, prefixContains } from "@ringfence/model";
import type { ObservedFlow } from "../observed/observation.js";
import type { Purpose } from "./purposes.js";

/** From so many different ports of one server on, they are taken for ports that it had the kernel choose. */
const MANY_PORTS = 4;

const loopback = ["127.0.0.0/8", "::1"].map(parsePrefix).filter((prefix) => prefix !== null);

/** Tells ports that the kernel chose from those that somebody meant. */
export class EphemeralPorts {
  readonly range: NumberRange;
  readonly #meant = new Set<string>();
  readonly #chosen = new Set<string>();

  constructor(range: NumberRange) {
    this.range = range;
  }

  /** Takes what tells: a bind means its port, and whoever listens or is reached on another did not choose it. */
  add({ direction, isBind, protocol, port }: ObservedFlow): void {
    if (direction === "egress" || direction === "unattributed" || port === null || !this.#isIn(port)) return;
    (isBind ? this.#meant : this.#chosen).add(`${protocol}:${port}`);
  }

  /** Whether somebody listens on the port because the kernel chose it. */
  isChosen(protocol: string, port: number | null): boolean {
    if (port === null || !this.#isIn(port)) return false;
    const key = `${protocol}:${port}`;
    return this.#chosen.has(key) && !this.#meant.has(key);
  }

  /** The purposes with one port of their own, and those whose port stands for any that the kernel may choose. */
  split(purposes: readonly Purpose[]): {
    readonly fixed: readonly Purpose[];
    readonly any: readonly Purpose[];
  } {
    const many = manyPorts(purposes.filter(({ port }) => port !== null && this.#isIn(port)));
    const isAny = (purpose: Purpose) =>
      many.has(purpose) ||
      (this.isChosen(purpose.protocol, purpose.port) &&
        (purpose.direction === "ingress" || [...purpose.addresses.values()].some(isLoopback)));
    return { fixed: purposes.filter((one) => !isAny(one)), any: purposes.filter(isAny) };
  }

  #isIn(port: number): boolean {
    return this.range.from <= port && port <= this.range.to;
  }
}

function isLoopback(address: Parameters<typeof prefixContains>[1]): boolean {
  return loopback.some((prefix) => prefixContains(prefix, address));
}

/** Of one executable to the same other ends, with one protocol. */
function manyPorts(purposes: readonly Purpose[]): ReadonlySet<Purpose> {
  const groups = new Map<string, Purpose[]>();
  for (const purpose of purposes.filter(({ direction }) => direction === "egress")) {
    const ends = [...purpose.names.keys(), ...purpose.addresses.keys()].toSorted();
    const key = JSON.stringify([purpose.exe, purpose.protocol, ends]);
    groups.set(key, [...(groups.get(key) ?? []), purpose]);
  }
  return new Set([...groups.values()].filter(({ length }) => length >= MANY_PORTS).flat());
}
