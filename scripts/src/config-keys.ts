/** The part of a JSON Schema that is read here. */
interface KeySchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, KeySchema>>;
}

/** A table of the keys below `spec`, with their defaults, from the schema of a configuration. */
export function configKeys(schema: { toJSONSchema(options: { io: "input" }): object }): string {
  const { properties } = schema.toJSONSchema({ io: "input" }) as KeySchema;
  const rows = rowsOf(properties?.["spec"] ?? {}, "");
  return `${["| Key | Default | Meaning |", "|---|---|---|", ...rows].join("\n")}\n`;
}

function rowsOf(schema: KeySchema, prefix: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    if (value.properties !== undefined) return rowsOf(value, `${name}.`);
    const standard =
      value.default === undefined ? "" : `\`${JSON.stringify(value.default).replace(/^"(.*)"$/, "$1")}\``;
    return [`| \`${name}\` | ${standard} | ${value.description ?? ""} |`];
  });
}
