import type { Command } from "./command.js";

export const doctor: Command = {
  name: "doctor",
  summary: "show what this kernel offers, what is missing and what that costs",
  async main() {
    return 0;
  },
};
