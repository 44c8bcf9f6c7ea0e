import { RingfenceError } from "@ringfence/model";
import koffi from "koffi";
import { NativeLibrary } from "../system/native-library.js";

/** libbpf.so.1, opened at its first use. Opening throws RF_LIBBPF_MISSING. */
export const libbpf = new NativeLibrary(() => {
  try {
    return koffi.load("libbpf.so.1");
  } catch (cause) {
    throw new RingfenceError("RF_LIBBPF_MISSING", 'Cannot load the shared library "libbpf.so.1"', {
      hint: "Install it: apt-get install libbpf1",
      cause,
    });
  }
});

const versionString = libbpf.func<() => string>("const char *libbpf_version_string(void)");

/** Version of the loaded libbpf, such as "v1.1". */
export function libbpfVersion(): string {
  return versionString()();
}
