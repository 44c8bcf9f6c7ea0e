/** Turns a value into its bytes in the kernel's layout and back; `I` is what encoding takes. */
export interface Codec<T, I = T> {
  /** bytes of one value */
  readonly size: number;
  decode(view: DataView, offset: number): T;
  encode(value: I, view: DataView, offset: number): void;
}
