import { type ErrorCode, RingfenceError, type RingfenceErrorOptions } from "@ringfence/model";

/** A refused load. The message holds the reason in one line; the whole story is in the properties. */
export class BpfLoadError extends RingfenceError {
  /** the verifier's log of the program that failed, empty when it wrote none */
  readonly verifierLog: string;
  /** everything that libbpf said */
  readonly libbpfMessages: string;

  constructor(
    code: ErrorCode,
    message: string,
    texts: { readonly verifierLog: string; readonly libbpfMessages: string },
    options: RingfenceErrorOptions = {},
  ) {
    super(code, message, options);
    this.verifierLog = texts.verifierLog;
    this.libbpfMessages = texts.libbpfMessages;
  }
}
