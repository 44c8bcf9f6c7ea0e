import assert from "node:assert/strict";
import { test } from "node:test";
import { type CgroupTree, listCgroups } from "./listed-cgroups.js";

const gone = () => Object.assign(new Error("gone"), { code: "ENOENT" });

/** A hierarchy by path: ids, and which path goes while its parent's children are read. */
function treeOf(ids: Readonly<Record<string, bigint>>, leaving = ""): CgroupTree {
  const childrenOf = (path: string) => {
    const start = path === "/" ? "/" : `${path}/`;
    return Object.keys(ids).flatMap((one) => {
      const name = one.startsWith(start) ? one.slice(start.length) : "";
      return name !== "" && !name.includes("/") ? [name] : [];
    });
  };
  return {
    idOf(path) {
      const id = ids[path];
      if (id === undefined || path === leaving) throw gone();
      return id;
    },
    children: childrenOf,
  };
}

const rows = { row: 1, newRow: 2 };
const inner = { row: 3, newRow: 4 };

test("listCgroups lists what is named and all below, by the deepest entry", () => {
  const entries = [
    { path: "/a/b", ...inner },
    { path: "/a", ...rows },
  ];
  assert.deepEqual(
    listCgroups(
      { entries, expected: [], gone: [] },
      treeOf({ "/a": 1n, "/a/b": 2n, "/a/b/c": 3n, "/d": 4n }),
    ),
    [
      { id: 1n, ...rows },
      { id: 2n, ...inner },
      { id: 3n, ...inner },
    ],
  );
});

test("listCgroups does not take a cgroup for another one that had its path before", () => {
  const entries = [
    { path: "/a", ...rows },
    { path: "/a/b", id: 2n, ...inner },
    { path: "/e", id: 5n, ...inner },
  ];
  assert.deepEqual(
    listCgroups({ entries, expected: [], gone: [] }, treeOf({ "/a": 1n, "/a/b": 7n, "/e": 8n })),
    [
      { id: 1n, ...rows },
      { id: 7n, ...rows },
    ],
  );
});

test("listCgroups knows another cgroup at a path where one is expected", () => {
  const entries = [{ path: "/x.slice/a.service", id: 2n, ...inner }];
  const expected = [{ path: "/x.slice/a.service", ...rows }];
  assert.deepEqual(
    listCgroups({ entries, expected, gone: [] }, treeOf({ "/x.slice": 1n, "/x.slice/a.service": 7n })),
    [{ id: 7n, ...rows }],
  );
});

test("listCgroups lists what is expected and nobody has told of yet, with all below", () => {
  const expected = [
    { path: "/x.slice/a.service", ...inner },
    { path: "/x.slice/never.service", ...inner },
  ];
  const tree = treeOf({ "/x.slice": 1n, "/x.slice/a.service": 7n, "/x.slice/a.service/b": 8n });
  const own = [
    { id: 7n, ...inner },
    { id: 8n, ...inner },
  ];
  assert.deepEqual(listCgroups({ entries: [], expected, gone: [] }, tree), own);
  const entries = [{ path: "/x.slice", ...rows }];
  assert.deepEqual(listCgroups({ entries, expected, gone: [] }, tree), [{ id: 1n, ...rows }, ...own]);
});

test("listCgroups lists what went, and one that is there by what is known of it now", () => {
  const gone = [
    { id: 9n, ...inner },
    { id: 1n, ...inner },
  ];
  const entries = [{ path: "/a", ...rows }];
  assert.deepEqual(listCgroups({ entries, expected: [], gone }, treeOf({ "/a": 1n })), [
    { id: 9n, ...inner },
    { id: 1n, ...rows },
  ]);
});

test("listCgroups leaves out what goes while it looks", () => {
  const entries = [
    { path: "/a", ...rows },
    { path: "/never", ...rows },
  ];
  assert.deepEqual(
    listCgroups({ entries, expected: [], gone: [] }, treeOf({ "/a": 1n, "/a/b": 2n }, "/a/b")),
    [{ id: 1n, ...rows }],
  );
});
