import assert from "node:assert/strict";
import { test } from "node:test";
import { REPORT_SCHEMA, VERDICT_SCHEMA } from "@ringfence/model";
import { reportSchema, verdictLineSchema } from "@ringfence/model/schemas";
import { schemaPage } from "./schema-page.js";

interface ObjectSchema {
  readonly title: string;
  readonly properties: Readonly<Record<string, { readonly const?: string; readonly description?: string }>>;
  readonly required: readonly string[];
  readonly additionalProperties: boolean;
}

test("schemaPage describes every key of the schema, and that there are no others", () => {
  for (const [name, schema] of [
    [REPORT_SCHEMA, reportSchema],
    [VERDICT_SCHEMA, verdictLineSchema],
  ] as const) {
    const page = JSON.parse(schemaPage("x.json", name, schema).render()) as ObjectSchema;
    assert.equal(page.title, name);
    assert.equal(page.properties["schema"]?.const, name);
    assert.deepEqual(page.required, Object.keys(schema.shape));
    assert.equal(page.additionalProperties, false);
  }
});

test("schemaPage keeps the descriptions", () => {
  const page = JSON.parse(schemaPage("x.json", REPORT_SCHEMA, reportSchema).render()) as ObjectSchema;
  assert.equal(page.properties["flows"]?.description, "denied first");
});
