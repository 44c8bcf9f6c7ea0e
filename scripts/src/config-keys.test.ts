import assert from "node:assert/strict";
import { test } from "node:test";
import { configKeys } from "./config-keys.js";

test("configKeys lists nested keys with their defaults", () => {
  const spec = {
    properties: {
      path: { type: "string", default: "/a", description: "where" },
      socket: { default: {}, properties: { readers: { type: "string", description: "who" } } },
    },
  };
  const table = configKeys({ toJSONSchema: () => ({ properties: { spec } }) });
  assert.deepEqual(table.split("\n").slice(2), [
    "| `path` | `/a` | where |",
    "| `socket.readers` |  | who |",
    "",
  ]);
});
