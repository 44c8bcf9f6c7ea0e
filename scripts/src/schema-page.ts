import { formatJson } from "./format-json.js";
import type { GeneratedPage } from "./generated-page.js";

/** A zod schema, as far as it is needed here. */
interface DescribedSchema {
  toJSONSchema(): object;
}

/** A page that holds a schema as JSON Schema (draft 2020-12), under the title that its readers know it by. */
export function schemaPage(path: string, title: string, schema: DescribedSchema): GeneratedPage {
  return {
    path,
    render: () => {
      const { $schema, ...rest } = schema.toJSONSchema() as { readonly $schema?: string };
      return `${formatJson({ $schema, title, ...rest })}\n`;
    },
  };
}
