import koffi from "koffi";
import { NativeLibrary } from "./native-library.js";

/** The C library that Node itself is linked with, glibc or musl alike. */
export const libc = new NativeLibrary(() => koffi.load(null));
