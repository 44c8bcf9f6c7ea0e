import { inVm } from "./in-vm.js";

/**
 * Milliseconds until a test is ended and counted as failed, an order of magnitude above what one takes on a machine
 * that does other work too. For each test by itself: the time of a suite would be shared by all that are in it.
 */
export const timeout = inVm ? 900_000 : 240_000;
