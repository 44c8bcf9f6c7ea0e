import assert from "node:assert/strict";
import { test } from "node:test";
import { renderVerified } from "./verified-page.js";

test("renderVerified has a row for each program and a dash where a kernel does not load it", () => {
  const page = renderVerified({ kernels: { "6.1": { o: { b: 12_345, a: 1 } }, "6.18": { o: null } } });
  assert.ok(
    page.endsWith(`
| Object | Program | Linux 6.1 | Linux 6.18 |
|---|---|---:|---:|
| \`o\` | \`a\` | 1 | - |
| \`o\` | \`b\` | 12,345 | - |
`),
    page,
  );
});
