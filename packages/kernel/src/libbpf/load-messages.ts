/** What libbpf said during a failed load, taken apart. */
export interface LoadMessages {
  /** name of the program that failed, when it was one */
  readonly program?: string;
  /** name of the map that could not be created, when it was one */
  readonly map?: string;
  /** the verifier's log, empty when there was none */
  readonly verifierLog: string;
  /** everything else, one line each, without the "libbpf: " before it */
  readonly lines: readonly string[];
}

const LOG_BEGIN = /-- BEGIN PROG LOAD LOG --\n/;
const LOG_END = /-- END PROG LOAD LOG --/;

/** Takes apart what libbpf 1.x prints; only names and the log's frame are relied on. */
export function parseLoadMessages(text: string): LoadMessages {
  const begin = LOG_BEGIN.exec(text);
  const after = begin === null ? "" : text.slice(begin.index + begin[0].length);
  const end = LOG_END.exec(after);
  const verifierLog = end === null ? after : after.slice(0, end.index);
  const rest = text.replace(verifierLog === "" ? /$^/ : verifierLog, () => "");
  const lines = rest
    .split("\n")
    .map((line) => line.replace(/^libbpf: /, "").trim())
    .filter((line) => line !== "" && !LOG_END.test(line) && !line.endsWith("-- BEGIN PROG LOAD LOG --"));
  const program = /prog '([^']+)': (?:BPF program load failed|failed to)/.exec(rest)?.[1];
  const map = /map '([^']+)': failed to create/.exec(rest)?.[1];
  return {
    verifierLog,
    lines,
    ...(program === undefined ? {} : { program }),
    ...(map === undefined ? {} : { map }),
  };
}
