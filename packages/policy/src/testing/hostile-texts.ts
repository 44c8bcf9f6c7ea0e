const mebibyte = 2 ** 20;

function profileWith(spec: string): string {
  return `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\nspec:\n${spec}`;
}

function ruleWith(body: string): string {
  return profileWith(`  mode: enforce\n  egress:\n    default: deny\n    rules:\n      - allow: ${body}\n`);
}

/** Each level has ten times the one before: ten levels stand for ten thousand million values. */
function billionLaughs(): string {
  const levels = Array.from({ length: 10 }, (_, level) => {
    const item = level === 0 ? '"lol"' : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array(10).fill(item).join(", ")}]`;
  });
  return `${levels.join("\n")}\n`;
}

/** Texts that are made to hurt a parser, by what they try. */
export const hostileTexts: Readonly<Record<string, () => string | Uint8Array>> = {
  nothing: () => "",
  "blanks only": () => " \n\t\n",
  "a comment only": () => "# nothing\n",
  "one NUL byte": () => new Uint8Array(1),
  "a million NUL bytes": () => new Uint8Array(mebibyte),
  "a byte order mark alone": () => "\uFEFF",
  "a byte order mark first": () => `\uFEFF${ruleWith("{ to: any }")}`,
  "a byte order mark in the middle": () => ruleWith("{ to: \uFEFFany }"),
  "UTF-16": () => new Uint8Array(Buffer.from(`\uFEFF${ruleWith("{ to: any }")}`, "utf16le")),
  "CRLF line ends": () => ruleWith("{ to: any }").replaceAll("\n", "\r\n"),
  "CR line ends": () => ruleWith("{ to: any }").replaceAll("\n", "\r"),
  "a NUL in a pattern": () => ruleWith('{ process: { exe: "/a\\0b" } }'),
  "a lone surrogate": () => ruleWith('{ process: { comm: "\\ud800" } }'),
  "text that runs backwards": () => ruleWith('{ process: { comm: "\u202Ea\u202C" } }'),
  "escape sequences of a terminal": () => ruleWith('{ to: "\\e[31m" }'),
  "digits that are no ASCII": () => ruleWith("{ ports: \u0664\u0664\u0663, to: \uFF11\uFF10.0.0.1 }"),
  "a huge number": () => ruleWith(`{ ports: ${"9".repeat(400)} }`),
  "a huge range": () => ruleWith(`{ process: { uid: "0-${"9".repeat(400)}" } }`),
  "a huge exponent": () => ruleWith("{ ports: 1e999 }"),
  "a negative number": () => ruleWith("{ ports: -1 }"),
  "numbers that are none": () => ruleWith("{ ports: [.nan, .inf, -.inf, 0x1bb, 0o673, 1_000, 4.43e2] }"),
  "tags of other languages": () => ruleWith("{ to: !!js/function 'return 1' }"),
  "an unknown tag": () => ruleWith("{ to: !secret any }"),
  "a tag of another type": () => ruleWith("{ ports: !!str 443, to: !!binary YW55 }"),
  "a merge key": () => ruleWith("{ <<: { to: any } }"),
  "an alias to itself": () => "&a [*a]\n",
  "an alias to nothing": () => ruleWith("{ to: *nobody }"),
  "an anchor that nobody uses": () => ruleWith("&a { to: &b any }"),
  "the same anchor twice": () => ruleWith("{ to: &a any, ports: &a 1 }"),
  "a billion laughs": billionLaughs,
  "keys that are no strings": () => ruleWith("{ 1: any, true: any, [a]: b, { c: d }: e, null: f }"),
  "keys of JavaScript": () => ruleWith('{ __proto__: any, constructor: any, "toString": any }'),
  "a complex key": () => "? [a, b]\n: c\n",
  "a directive": () => `%YAML 1.1\n---\n${ruleWith("{ to: any }")}`,
  "an unknown directive": () => `%TAG ! tag:x,2000:\n%NONE\n---\n${ruleWith("{ to: any }")}`,
  "ten thousand documents": () => "--- {}\n".repeat(10_000),
  "ten thousand separators": () => "---\n".repeat(10_000),
  "ten thousand duplicates of a key": () => profileWith("  mode: enforce\n".repeat(10_000)),
  "ten thousand unknown keys": () =>
    profileWith(Array.from({ length: 10_000 }, (_, i) => `  mode${i}: enforce\n`).join("")),
  "ten thousand equal rules": () =>
    profileWith(
      `  mode: enforce\n  egress:\n    default: deny\n    rules:\n${"      - deny: { to: any }\n".repeat(10_000)}`,
    ),
  ...nested([60, 70, 1000, 3000, 100_000]),
  "ten megabytes of one scalar": () => ruleWith(`{ to: "${"a".repeat(10 * mebibyte)}" }`),
  "ten megabytes of one pattern": () => ruleWith(`{ process: { exe: "/${"*a".repeat(5 * mebibyte)}" } }`),
  "ten megabytes of a comment": () => `#${"-".repeat(10 * mebibyte)}\n${ruleWith("{ to: any }")}`,
  "ten megabytes of blanks": () => `${" ".repeat(10 * mebibyte)}${ruleWith("{ to: any }")}`,
  "ten megabytes of line ends": () => `${"\n".repeat(10 * mebibyte)}${ruleWith("{ to: any }")}`,
  "ten megabytes of tabs": () => "\t".repeat(10 * mebibyte),
  "ten megabytes of brackets": () => "[".repeat(10 * mebibyte),
  "ten megabytes of closing brackets": () => "]".repeat(10 * mebibyte),
  "ten megabytes of dashes": () => "- ".repeat(5 * mebibyte),
  "ten megabytes of a quote that never ends": () => `"${"a b\n".repeat(2.5 * mebibyte)}`,
  "33 megabytes": () => " ".repeat(33 * mebibyte),
};

/** Lists and maps inside each other, in both styles. */
function nested(depths: readonly number[]): Record<string, () => string> {
  const kinds: Readonly<Record<string, (depth: number) => string>> = {
    "lists in brackets": (depth) => "[".repeat(depth) + "]".repeat(depth),
    "maps in braces": (depth) => "{a: ".repeat(depth) + "}".repeat(depth),
    "lists by dashes": (depth) => `${"- ".repeat(depth)}a`,
    "maps by indents": (depth) =>
      Array.from({ length: Math.min(depth, 3000) }, (_, i) => `${" ".repeat(i)}a:\n`).join(""),
    "complex keys": (depth) => `${"? ".repeat(depth)}a`,
  };
  return Object.fromEntries(
    depths.flatMap((depth) =>
      Object.entries(kinds).map(([kind, make]) => [`${depth} ${kind}`, () => make(depth)]),
    ),
  );
}
