import { inVm } from "./in-vm.js";

/**
 * Milliseconds until a test is ended and counted as failed: before the time of its file is over, and more than twice what the
 * longest takes on a machine that does other work too. For each test by itself: a suite's would be shared by all in it.
 */
export const timeout = inVm ? 600_000 : 200_000;
