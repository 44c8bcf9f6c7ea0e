import { closeSync, constants, openSync } from "node:fs";
import { duplicateDescriptor, setCloseOnExec, statusFlags } from "@ringfence/kernel/system";
import { writeAll } from "../write-out.js";

const O_ACCMODE = 3;
const STREAMS: readonly string[] = ["stdin", "stdout", "stderr"];

/** Something open, written to as it is, after what it holds already. */
export class OpenFile {
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  /**
   * A copy of an inherited descriptor: position, socket and all, also after the original was closed. Throws a
   * SystemError for one that is not open.
   */
  static ofDescriptor(inherited: number): OpenFile {
    if ((statusFlags(inherited) & O_ACCMODE) === constants.O_RDONLY) {
      throw new Error("it is open for reading only");
    }
    const fd = openSync("/dev/null", "r");
    duplicateDescriptor(inherited, fd);
    setCloseOnExec(fd, true);
    return new OpenFile(fd);
  }

  /** Throws the error of the file system, also when nobody reads. */
  write(text: string): void {
    try {
      writeAll(this.fd, text);
    } finally {
      closeSync(this.fd);
    }
  }
}

/** The descriptor of ours that a path names; null for other paths. */
export function descriptorOf(path: string): number | null {
  const name = /^\/dev\/(stdin|stdout|stderr)$/.exec(path)?.[1];
  if (name !== undefined) return STREAMS.indexOf(name);
  const number = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/.exec(path)?.[1];
  return number === undefined ? null : Number(number);
}
