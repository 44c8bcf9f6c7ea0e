/** A phrase of the verifier and what it means for whoever wrote or runs the program. */
type Explanation = readonly [pattern: RegExp, explain: (match: RegExpExecArray) => string];

const explanations: readonly Explanation[] = [
  [/back-edge from insn \d+ to \d+/, () => "a loop without a bound the verifier can see"],
  [/infinite loop detected/, () => "a loop without a bound the verifier can see"],
  [
    /program is too large. Processed (\d+) insn/,
    ([, n]) => `too complex: ${n} instructions walked, no end in sight`,
  ],
  [/sequence of (\d+) jumps is too complex/, () => "too many branches to follow"],
  [
    /(R\d+) invalid mem access '(\w+_or_null)'/,
    ([, register]) => `a look-up's result in ${register} is used without a check for NULL`,
  ],
  [
    /(R\d+) invalid mem access '(\w+)'/,
    ([, register, kind]) =>
      `${register} is used as an address, but holds ${kind === "inv" ? "scalar" : kind}`,
  ],
  [/invalid access to packet/, () => "a packet byte is read without a check against its end"],
  [
    /invalid access to map value, value_size=(\d+) off=(-?\d+)/,
    ([, size, off]) => {
      return `byte ${off} of a map value of ${size} bytes is accessed`;
    },
  ],
  [/cannot use helper (\w+)#\d+/, ([, name]) => `helper ${name} is not available to this program type`],
  [/unknown func (bpf_\w+)#\d+/, ([, name]) => `helper ${name} is not available to this program type`],
  [/invalid func unknown#(\d+)/, ([, number]) => `helper number ${number} is unknown to this kernel`],
  [
    /failed to resolve CO-RE relocation <\w+> (?:\[\d+\] )?(?:struct |enum |union )?([\w.]+)/,
    ([, field]) => `this kernel's types have no ${field}`,
  ],
  [
    /calling kernel function (\w+) is not allowed/,
    ([, name]) => `kernel function ${name} is not allowed here`,
  ],
  [
    /cannot call GPL-restricted function/,
    () => "a GPL-only helper is used by a program with another licence",
  ],
  [/combined stack size of \d+ calls is (\d+)/, ([, size]) => `the stack needs ${size} bytes, 512 are there`],
  [/(R\d+) !read_ok/, ([, register]) => `${register} is read before it was written`],
];

/** Lines that follow the error: statistics and states. */
const TRAILER = /^(?:processed \d+ insns|verification time|stack depth|(?:cur|old) state:|mark_precise|-- )/;
/** An instruction, a register state, or the source line that belongs to the next one. */
const WALK = /^(?:\d+: |; |from \d+ to \d+|R\d+(?:_w)?=|\s*$|;)/;

/**
 * The reason for a refusal in one line, from the verifier's log: what is wrong and, where the log has it, at
 * which source line. The kernel's own words when the phrase is not known; empty for an empty log.
 */
export function explainVerifierLog(log: string): string {
  const lines = log.split("\n").filter((line) => line.trim() !== "" && !TRAILER.test(line));
  const at = lines.findLastIndex((line) => explanations.some(([pattern]) => pattern.test(line)));
  if (at >= 0) return explain(lines[at] ?? "") + sourceBefore(lines, at);
  const last = lines.findLastIndex((line) => !WALK.test(line));
  return last < 0 ? "" : (lines[last] ?? "").trim() + sourceBefore(lines, last);
}

function explain(line: string): string {
  for (const [pattern, text] of explanations) {
    const match = pattern.exec(line);
    if (match !== null) return text(match);
  }
  return line.trim();
}

/** The nearest C line above, as " at file:line" on newer kernels, or the code itself. */
function sourceBefore(lines: readonly string[], at: number): string {
  const comments = lines.slice(0, at + 1).flatMap((line) => /(?:^|\s); (\S.*)$/.exec(line)?.[1] ?? []);
  const comment = comments.findLast((text) => !/^(?:R\d|fp|frame|safe)/.test(text));
  if (comment === undefined) return "";
  const place = / @ (\S+:\d+)$/.exec(comment);
  return place === null ? ` in "${comment.trim()}"` : ` at ${place[1]}`;
}
