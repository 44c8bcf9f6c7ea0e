import type koffi from "koffi";

/** A C function as koffi hands it over; `async` runs the same call on a worker thread. */
export type NativeFunction<F extends (...args: never[]) => unknown> = F & {
  readonly async: (...args: [...Parameters<F>, (error: Error | null, result: ReturnType<F>) => void]) => void;
};

/** What may stand where C expects a pointer: bytes, an address, text (NUL-terminated UTF-8) or NULL. */
export type NativePointer = Uint8Array | BigUint64Array | Uint32Array | Int32Array | bigint | string | null;

type Library = ReturnType<typeof koffi.load>;

/** A shared library opened at its first use, so that importing a module costs nothing. */
export class NativeLibrary {
  readonly #open: () => Library;
  #library: Library | undefined;

  constructor(open: () => Library) {
    this.#open = open;
  }

  /** Opens the library now; throws what the opener throws. */
  load(): Library {
    this.#library ??= this.#open();
    return this.#library;
  }

  /** Declares a C function by its prototype; the symbol is looked up at the first call. */
  func<F extends (...args: never[]) => unknown>(prototype: string): () => NativeFunction<F> {
    let resolved: NativeFunction<F> | undefined;
    return () => {
      resolved ??= this.load().func(prototype) as unknown as NativeFunction<F>;
      return resolved;
    };
  }
}
