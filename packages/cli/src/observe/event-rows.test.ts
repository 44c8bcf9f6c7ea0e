import assert from "node:assert/strict";
import { test } from "node:test";
import { EventRows } from "./event-rows.js";

const cells = {
  time: "11-26 10:00:00",
  verdict: "denied",
  process: "python3.11-with-a-long-name[12345]",
  what: "tcp a.very.long.name.in.example.com:443 192.0.2.1",
  rule: "web/egress.default",
};

test("EventRows never exceeds the terminal, and shows what it cuts", () => {
  for (let columns = 20; columns < 200; columns++) {
    assert.ok(new EventRows(columns).row(cells).length <= columns, String(columns));
  }
  assert.equal(
    new EventRows(110).row(cells),
    "11-26 10:00:00  denied       python3.11-with-a-lon…  tcp a.very.long.name.in.exam…  web/egress.default",
  );
  assert.equal(new EventRows(60).row(cells), "11-26 10:00:00  denied       tcp a.very.long.name.in.exampl…");
});

test("EventRows cuts nothing where nobody said how wide the terminal is", () => {
  const row = new EventRows(null).row(cells);
  for (const text of Object.values(cells)) assert.ok(row.includes(text), text);
});

test("EventRows lets no control character through", () => {
  assert.ok(!new EventRows(80).row({ ...cells, process: "\u001b[31mx" }).includes("\u001b"));
});
