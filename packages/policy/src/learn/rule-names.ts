const longestName = 63;

/** Short names for executables that no two of them share: the last component, with as many before it as that takes. */
export function shortNames(paths: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const path of paths) {
    const parts = path.split("/").filter((part) => part !== "");
    const others = paths.filter((other) => other !== path);
    let depth = 1;
    const nameAt = (of: readonly string[]) => plain(of.slice(-depth).join("-"));
    while (
      depth < parts.length &&
      others.some((other) => nameAt(other.split("/").filter((part) => part !== "")) === nameAt(parts))
    ) {
      depth += 1;
    }
    names.set(path, nameAt(parts));
  }
  return names;
}

/** A name that is not taken yet, of the characters and the length that a rule's may have. */
export function freeName(base: string, suffix: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const end = number === 1 ? suffix : `${suffix}-${number}`;
    const name = `${base.slice(0, longestName - end.length)}${end}`;
    if (!taken.has(name)) return name;
  }
}

/** Begins with a letter or digit, as a rule's name must. */
function plain(text: string): string {
  const found = text.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return found === "" ? "program" : found;
}
