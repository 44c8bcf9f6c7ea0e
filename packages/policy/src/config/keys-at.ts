/** The part of a JSON Schema that is read here. */
interface ObjectSchema {
  readonly properties?: Readonly<Record<string, ObjectSchema>>;
}

/** The keys that an object may have at a path below a schema's root; none where there is no object. */
export function keysAt(
  schema: { toJSONSchema(options: { io: "input" }): object },
  path: readonly PropertyKey[],
): readonly string[] {
  let at = schema.toJSONSchema({ io: "input" }) as ObjectSchema | undefined;
  for (const key of path) at = at?.properties?.[String(key)];
  return Object.keys(at?.properties ?? {});
}
