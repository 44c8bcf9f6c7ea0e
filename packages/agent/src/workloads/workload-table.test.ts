import assert from "node:assert/strict";
import { test } from "node:test";
import type { Runtime, RuntimeContainer } from "./runtimes/runtime.js";
import { PENDING_MS, type WorkloadChange, type WorkloadHost, WorkloadTable } from "./workload-table.js";

const id = "0123456789abcdef".repeat(4);

/** A host whose cgroups, containers and clock a test sets. */
class MadeUpHost implements WorkloadHost {
  readonly cgroupRoot = "/cg";
  readonly ids = new Map<string, bigint>([["/", 1n]]);
  readonly containers = new Map<string, RuntimeContainer>();
  readonly places = new Map<string, string>();
  readonly users = new Set<string>();
  readonly beingMade = new Set<string>();
  readonly runtimes: readonly Runtime[];
  clock = 0;
  #lastId = 1n;

  constructor(...paths: readonly string[]) {
    const find = (wanted: string) => this.containers.get(wanted) ?? null;
    this.runtimes = [
      { name: "docker", find },
      { name: "runc", find, places: () => this.places },
    ];
    for (const path of paths) this.make(path);
  }

  make(path: string): bigint {
    this.ids.set(path, ++this.#lastId);
    return this.#lastId;
  }

  call(container: string, name: string, image = "busybox"): void {
    this.containers.set(container, { facts: { id: container, name, image, labels: {} }, started: null });
  }

  children(path: string): string[] {
    const start = path === "/" ? "/" : `${path}/`;
    return [...this.ids.keys()]
      .filter((one) => one !== "/" && one.startsWith(start) && !one.slice(start.length).includes("/"))
      .map((one) => one.slice(start.length));
  }

  idOf(path: string): bigint | null {
    return this.ids.get(path) ?? null;
  }

  isRootsOwn(path: string): boolean {
    return !this.users.has(path);
  }

  isBeingMade(path: string): boolean {
    return this.beingMade.has(path);
  }

  now(): number {
    return this.clock;
  }
}

const summary = (table: WorkloadTable) =>
  table
    .list()
    .map(({ kind, cgroup, container, unit }) => `${kind} ${container?.name ?? unit ?? "?"} ${cgroup}`);

test("WorkloadTable finds what runs already", () => {
  const host = new MadeUpHost("/docker", `/docker/${id}`, `/docker/${id}/inner`, "/a.slice", "/plain", "/c1");
  host.call(id, "billing");
  host.call("c1", "c1", "");
  host.places.set("/c1", "c1");
  const table = new WorkloadTable(host);
  assert.deepEqual(summary(table), [
    "unit a.slice /a.slice",
    "container c1 /c1",
    `container billing /docker/${id}`,
  ]);
  const inner = table.of(host.ids.get(`/docker/${id}/inner`) ?? 0n);
  assert.equal(inner?.container?.name, "billing");
  assert.deepEqual(table.containerAt(`/docker/${id}/inner/gone`), inner.container);
  assert.equal(table.containerAt("/plain/x"), false);
  assert.equal(inner.cgroupId, String(host.ids.get(`/docker/${id}`)));
  assert.equal(table.of(host.ids.get("/plain") ?? 0n)?.kind, "host");
  assert.equal(table.of(99n), null);
  assert.equal(table.isOpen, false);
});

test("WorkloadTable keeps a new cgroup pending until a runtime claims it", () => {
  const host = new MadeUpHost();
  const table = new WorkloadTable(host);
  const changes: WorkloadChange[] = [];
  table.changed((change) => changes.push(change));
  const cgroup = host.make("/c1");
  table.made("/c1");
  assert.deepEqual(summary(table), ["pending ? /c1"]);
  assert.equal(table.containerAt("/c1/x"), "pending");
  host.call("c1", "c1");
  host.places.set("/c1", "c1");
  table.review();
  assert.deepEqual(summary(table), ["container c1 /c1"]);
  assert.equal(table.of(cgroup)?.runtime, "runc");
  assert.deepEqual(
    changes.map(({ started, ended }) => [started.map(({ kind }) => kind), ended.map(({ kind }) => kind)]),
    [
      [["pending"], []],
      [["container"], ["pending"]],
    ],
  );
});

test("WorkloadTable gives an unclaimed cgroup to the host after a while, unless a container is being made in it", () => {
  const host = new MadeUpHost();
  const table = new WorkloadTable(host);
  const cgroup = host.make("/job");
  host.beingMade.add("/job");
  table.made("/job");
  host.clock = PENDING_MS;
  table.review();
  assert.equal(table.of(cgroup)?.kind, "pending");
  host.beingMade.delete("/job");
  table.review();
  assert.equal(table.of(cgroup)?.kind, "host");
  assert.deepEqual(summary(table), []);
  assert.equal(table.isOpen, false);
});

test("WorkloadTable takes a new unit for one at once, and what a user calls a unit or a container for nothing", () => {
  const host = new MadeUpHost();
  const table = new WorkloadTable(host);
  host.call(id, "billing");
  const manager = "/user.slice/user-1.slice/user@1.service";
  for (const path of ["/x.service", `${manager}/x.service`, `${manager}/docker-${id}.scope`]) host.make(path);
  host.users.add(`${manager}/docker-${id}.scope`);
  table.made("/x.service");
  table.made(`${manager}/x.service`);
  table.made(`${manager}/docker-${id}.scope`);
  assert.deepEqual(
    summary(table),
    [
      `container ? ${manager}/docker-${id}.scope`,
      `pending ? ${manager}/x.service`,
      "unit x.service /x.service",
    ].toSorted((a, b) => (a.slice(a.indexOf("/")) < b.slice(b.indexOf("/")) ? -1 : 1)),
  );
});

test("WorkloadTable asks again for a container whose runtime does not answer yet", () => {
  const host = new MadeUpHost();
  const table = new WorkloadTable(host);
  host.make(`/docker/${id}`);
  table.made(`/docker/${id}`);
  assert.deepEqual(summary(table), [`container ? /docker/${id}`]);
  assert.equal(table.isOpen, true);
  host.call(id, "billing");
  table.review();
  assert.deepEqual(summary(table), [`container billing /docker/${id}`]);
  assert.equal(table.isOpen, false);
});

test("WorkloadTable forgets what is gone, told or not, and knows a cgroup made anew under the same name", () => {
  const host = new MadeUpHost("/a.service", "/b.service", "/c.service");
  const table = new WorkloadTable(host);
  const ids = ["/a.service", "/b.service", "/c.service"].map((path) => host.ids.get(path) ?? 0n);
  for (const path of host.ids.keys()) if (path !== "/") host.ids.delete(path);
  table.removed(ids[0] ?? 0n);
  assert.deepEqual(summary(table), ["unit b.service /b.service", "unit c.service /c.service"]);
  const again = host.make("/b.service");
  table.relist();
  assert.deepEqual(summary(table), ["unit b.service /b.service"]);
  assert.equal(table.of(ids[1] ?? 0n), null);
  assert.equal(table.of(again)?.unit, "b.service");
  assert.deepEqual(
    [...ids, again, 77n].map((cgroup) => table.latelyOf(cgroup)?.unit),
    ["a.service", "b.service", "c.service", "b.service", undefined],
    "what they did may be told later",
  );
});

test("WorkloadTable lists what went within ten minutes, the last 256, with paths and whose they were", () => {
  const host = new MadeUpHost(`/docker/${id}`, "/docker", `/docker/${id}/inner`);
  host.call(id, "billing");
  const table = new WorkloadTable(host);
  const inner = host.ids.get(`/docker/${id}/inner`) ?? 0n;
  host.ids.delete(`/docker/${id}/inner`);
  table.removed(inner);
  const [gone] = table.gone;
  assert.deepEqual(
    [table.gone.length, gone?.id, gone?.path, gone?.workload.container?.name],
    [1, inner, `/docker/${id}/inner`, "billing"],
  );
  host.clock += 599_999;
  for (let at = 0; at < 255; at++) {
    const other = host.make(`/${at}.service`);
    table.made(`/${at}.service`);
    host.ids.delete(`/${at}.service`);
    table.removed(other);
  }
  assert.deepEqual([table.gone.length, table.gone[0]?.id], [256, inner]);
  host.clock += 1;
  assert.deepEqual([table.gone.length, table.gone[0]?.path], [255, "/0.service"]);
});

test("WorkloadTable hears of a new name when it looks again", () => {
  const host = new MadeUpHost(`/docker/${id}`, "/docker");
  host.call(id, "old");
  const table = new WorkloadTable(host);
  host.call(id, "new");
  table.relist();
  assert.deepEqual(summary(table), [`container new /docker/${id}`]);
});
