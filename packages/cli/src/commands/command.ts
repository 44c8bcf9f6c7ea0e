/** One subcommand. */
export interface Command {
  /** Gets the arguments after its name and returns the exit status; throws RingfenceError for what users can mend. */
  main(args: readonly string[]): Promise<number>;
}
