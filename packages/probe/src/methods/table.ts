import type { Method } from "../method.js";
import { familyMethods } from "./families.js";
import { frameMethods } from "./frames.js";
import { handedOverMethods } from "./handed-over.js";
import { identityMethods } from "./identity.js";
import { ioUringMethods } from "./io-uring.js";
import { rawMethods } from "./raw.js";
import { sourceRouteMethods } from "./source-routes.js";
import { tcpMethods } from "./tcp.js";
import { udpMethods } from "./udp.js";

/** Every way out that is tried. */
export const methods: readonly Method[] = [
  ...tcpMethods,
  ...udpMethods,
  ...ioUringMethods,
  ...rawMethods,
  ...frameMethods,
  ...familyMethods,
  ...handedOverMethods,
  ...identityMethods,
  ...sourceRouteMethods,
];
