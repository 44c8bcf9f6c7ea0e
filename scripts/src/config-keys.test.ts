import assert from "node:assert/strict";
import { test } from "node:test";
import { configKeys } from "./config-keys.js";

const keysOf = (spec: object) => configKeys({ toJSONSchema: () => ({ properties: { spec } }) });

test("configKeys lists nested keys with their values, defaults and meanings", () => {
  const table = keysOf({
    properties: {
      path: { type: "string", pattern: "^/", default: "/a", description: "where" },
      socket: { default: {}, properties: { readers: { type: "string", description: "who" } } },
      days: {
        type: "integer",
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        default: 7,
        description: "days",
      },
      share: { type: "number", minimum: 0, maximum: 1, default: 0.5, description: "how much" },
      way: { type: "string", enum: ["log", "deny"], default: "log", description: "what" },
    },
  });
  assert.deepEqual(table.split("\n").slice(2), [
    "| `path` | absolute path | `/a` | where |",
    "| `socket.readers` | text |  | who |",
    "| `days` | whole number, 1 or more | `7` | days |",
    "| `share` | number, 0 to 1 | `0.5` | how much |",
    "| `way` | `log`, `deny` | `log` | what |",
    "",
  ]);
});

test("configKeys refuses a key that nobody describes", () => {
  assert.throws(
    () => keysOf({ properties: { a: { properties: { b: { type: "string" } } } } }),
    /"a\.b" has no meaning/,
  );
});
