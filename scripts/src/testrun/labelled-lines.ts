/** Takes text in pieces and prints it in whole lines, each with a label before it. */
export class LabelledLines {
  readonly #label: string;
  readonly #print: (text: string) => void;
  #rest = "";

  constructor(label: string, print: (text: string) => void) {
    this.#label = label;
    this.#print = print;
  }

  write(text: string): void {
    const lines = `${this.#rest}${text}`.split("\n");
    this.#rest = lines.pop() ?? "";
    this.#print(lines.map((line) => `${this.#label} | ${line}\n`).join(""));
  }

  /** Prints what has no end of line yet. */
  end(): void {
    if (this.#rest !== "") this.write("\n");
  }
}
