import { probeMain } from "@ringfence/probe";

// The process that makes the trials, fenced or not.

probeMain(process.argv.slice(2));
