import type { PatternToken } from "./pattern-tokens.js";

const slash = 0x2f;

/**
 * The states of the automaton under construction: each is a set of places, where a place is "between two tokens
 * of one pattern". Places of all patterns are numbered through, and a set is kept sorted.
 */
export class StateSets {
  readonly #tokenAt: (PatternToken | "end")[] = [];
  readonly #starts: number[] = [];
  /** Place to pattern index, for the places at the end of a pattern. */
  readonly #patternEndingAt = new Map<number, number>();
  readonly #classOf: Uint8Array;
  readonly #classCount: number;
  readonly #sets: (readonly number[])[] = [];
  readonly #numberOf = new Map<string, number>();

  constructor(patterns: readonly (readonly PatternToken[])[], classOf: Uint8Array, classCount: number) {
    this.#classOf = classOf;
    this.#classCount = classCount;
    for (const [index, tokens] of patterns.entries()) {
      this.#starts.push(this.#tokenAt.length);
      for (const token of tokens) this.#tokenAt.push(token);
      this.#patternEndingAt.set(this.#tokenAt.length, index);
      this.#tokenAt.push("end");
    }
  }

  get size(): number {
    return this.#sets.length;
  }

  /** The number of the state with these places, which may come in any order and more than once. */
  number(places: readonly number[]): number {
    const set = places.length < 2 ? places : [...new Set(places)].sort((a, b) => a - b);
    const key = set.length === 1 ? String(set[0]) : set.join();
    let state = this.#numberOf.get(key);
    if (state === undefined) {
      state = this.#sets.length;
      this.#numberOf.set(key, state);
      this.#sets.push(set);
    }
    return state;
  }

  /** The places before any byte was read. */
  startPlaces(): readonly number[] {
    const places: number[] = [];
    for (const start of this.#starts) this.#addWithSkips(places, start);
    return places;
  }

  /**
   * The state after one byte of each class. Most classes are spelled by no place of the state, and lead where the stars
   * do: that is looked up once.
   */
  successors(state: number): readonly number[] {
    const starred: number[] = [];
    const crossing: number[] = [];
    const spelled = new Map<number, number[]>();
    for (const place of this.#sets[state] ?? []) {
      const token = this.#tokenAt[place];
      if (typeof token === "number") {
        this.#addWithSkips(placesOf(spelled, this.#classOf[token] ?? 0), place + 1);
      } else if (token !== "end") {
        this.#addWithSkips(starred, place);
        if (token === "anything") this.#addWithSkips(crossing, place);
      }
    }
    const slashClass = this.#classOf[slash];
    const next = new Array<number>(this.#classCount).fill(this.number(starred));
    for (let byteClass = 0; byteClass < this.#classCount; byteClass++) {
      const places = spelled.get(byteClass);
      if (places === undefined && byteClass !== slashClass) continue;
      const behindStars = byteClass === slashClass ? crossing : starred;
      next[byteClass] = this.number([...(places ?? []), ...behindStars]);
    }
    return next;
  }

  /** For each state, the patterns that end in it. */
  matches(): readonly (readonly number[])[] {
    return this.#sets.map((set) =>
      set.flatMap((place) => {
        const pattern = this.#patternEndingAt.get(place);
        return pattern === undefined ? [] : [pattern];
      }),
    );
  }

  /** Adds a place, and those behind stars that follow, since a star may stand for nothing. */
  #addWithSkips(places: number[], from: number): void {
    let place = from;
    places.push(place);
    while (typeof this.#tokenAt[place] === "string" && this.#tokenAt[place] !== "end") places.push(++place);
  }
}

function placesOf(byClass: Map<number, number[]>, byteClass: number): number[] {
  let places = byClass.get(byteClass);
  if (places === undefined) {
    places = [];
    byClass.set(byteClass, places);
  }
  return places;
}
