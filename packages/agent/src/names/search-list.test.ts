import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSearchList } from "./search-list.js";

test("parseSearchList takes the last list", () => {
  assert.deepEqual(parseSearchList("nameserver 192.0.2.1\n"), []);
  const pod =
    "search one.example\nsearch  default.svc.cluster.local SVC.cluster.local.\noptions edns0 ndots:5 timeout:1\n";
  assert.deepEqual(parseSearchList(pod), ["default.svc.cluster.local", "svc.cluster.local"]);
  assert.deepEqual(
    parseSearchList("domain corp.example\n# search no.example\nsearch .\noptions ndots:x"),
    [],
  );
});
