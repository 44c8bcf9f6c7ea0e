/** The part of a JSON Schema that is read here. */
interface KeySchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: KeySchema;
  readonly properties?: Readonly<Record<string, KeySchema>>;
}

/**
 * A table of the keys below `spec`, with their values, defaults and meanings, from the schema of a configuration. Throws for a key without
 * a meaning: nobody could use it.
 */
export function configKeys(schema: { toJSONSchema(options: { io: "input" }): object }): string {
  const { properties } = schema.toJSONSchema({ io: "input" }) as KeySchema;
  const rows = rowsOf(properties?.["spec"] ?? {}, "");
  return `${["| Key | Value | Default | Meaning |", "|---|---|---|---|", ...rows].join("\n")}\n`;
}

function rowsOf(schema: KeySchema, prefix: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    if (value.properties !== undefined) return rowsOf(value, `${name}.`);
    if (value.description === undefined) throw new Error(`The key "${name}" has no meaning: describe it`);
    const standard =
      value.default === undefined ? "" : `\`${JSON.stringify(value.default).replace(/^"(.*)"$/, "$1")}\``;
    return [`| \`${name}\` | ${valuesOf(value)} | ${standard} | ${value.description} |`];
  });
}

/** What may be written there. */
function valuesOf({ type, enum: choices, minimum, maximum, pattern, items }: KeySchema): string {
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(", ");
  switch (type) {
    case "boolean":
      return "`true`, `false`";
    case "integer":
      return `whole number${rangeOf(minimum, maximum)}`;
    case "number":
      return `number${rangeOf(minimum, maximum)}`;
    case "array":
      return `list of ${items?.pattern === undefined ? "texts" : "absolute paths"}`;
    case "object":
      return "map of texts";
    default:
      return pattern === undefined ? "text" : "absolute path";
  }
}

/** Numbers without a bound have that of a safe integer in the schema. */
function rangeOf(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum === undefined) return "";
  const isOpen = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER;
  return isOpen ? `, ${minimum} or more` : `, ${minimum} to ${maximum}`;
}
