import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, linkSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Report } from "@ringfence/model";
import { type FencedRun, fence } from "./harness/fence.js";
import { type IdentityRow, identityTable } from "./harness/identity-table.js";
import { isolated } from "./harness/isolated.js";
import { isolation } from "./harness/isolation.js";
import { compileNative } from "./harness/native.js";
import { profile, rules } from "./harness/profile.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const ALLOW_PORTS = 10_000;
const DENY_PORTS = 20_000;
const userNamespace = "unshare --user --map-root-user";
const mountNamespace = `${userNamespace} --mount --propagation unchanged sh -c`;
/** Shell code that waits a while for something to hold. */
function within(condition: string): string {
  return `for i in $(seq 1200); do ! ${condition} || break; sleep 0.05; done; ${condition}`;
}

/** Makes a file system whose root has the program at the named path. */
const fakeRoot =
  'mount -t tmpfs none other/pivot && mkdir -p "other/pivot$PWD/named" other/pivot/old && cp named/program "other/pivot$PWD/named"';
const NAME_OF_250 = "d".repeat(250);
const NAME_OF_300 = "n".repeat(300);

/**
 * How a program is started, by the first column of docs/reference/identity.md: shell words that end in a program, to
 * which what it shall do is added. Rules name what is below named/; nothing names what is below other/.
 */
const ways: Readonly<Record<string, string>> = {
  directly: "./named/program",
  "through a symbolic link": "./other/link",
  "through a symbolic link at the named path": "./named/link",
  "through a hard link": "./other/hard",
  "through a hard link that another user made": "./other/theirs",
  "through a hard link at the named path": "./named/hard",
  "under another name in argv[0]": `bash -c 'exec -a "$0" ./other/program "$@"' "$PWD/named/program"`,
  "as /proc/self/exe": "./named/program run /proc/self/exe",
  "as /proc/self/fd/N": `sh -c 'exec 9<named/program; exec /proc/self/fd/9 "$@"' x`,
  "through /proc/PID/root": `sh -c 'exec "/proc/$$/root$PWD/named/program" "$@"' x`,
  "from a descriptor": "./other/program run named/program",
  "from a descriptor, renamed meanwhile": "./named/program run-moved other/moving named/moved",
  "from a thread": "./other/program run-thread named/program",
  "as a child that executes nothing": "./named/program fork",
  "as a thread": "./named/program thread",
  "a script at the named path": "./named/script",
  "a script whose interpreter is named": "./other/script",
  "a script whose interpreter is such a script": "./other/script-of-script",
  "as argument of ld.so": `${loader()} ./named/dynamic`,
  "a format of binfmt_misc whose interpreter is named": "./other/format",
  "from memory (memfd)": "./named/program run-memory named/program",
  "a file without a name (O_TMPFILE)": "./named/program run-unnamed named/program",
  "after it was deleted": `sh -c 'exec 9<named/deleted; rm named/deleted; exec /proc/self/fd/9 "$@"' x`,
  "after another file replaced it": `sh -c 'exec 9<named/replaced; mv other/new named/replaced; exec /proc/self/fd/9 "$@"' x`,
  "the file that replaced it": "./named/replaced",
  "deleted while it runs": "./named/deleted-later remove named/deleted-later",
  "replaced while it runs": "./named/replaced-later swap other/newer named/replaced-later",
  "overwritten in place before": `sh -c 'cat other/program >named/overwritten; exec ./named/overwritten "$@"' x`,
  "a bind mount elsewhere by the host's root": "./other/mounted",
  "a bind mount over it by the host's root": "./named/covered",
  "on tmpfs": "./named/tmpfs/program",
  "on overlayfs, from the lower layer": "./named/overlay/lower",
  "on overlayfs, copied up": `sh -c 'chmod 755 named/overlay/copied; exec ./named/overlay/copied "$@"' x`,
  "on FUSE": "./named/fuse/program",
  "on a file system that was detached": "/proc/self/fd/0",
  "in a user namespace": `${userNamespace} ./named/program`,
  "in a mount namespace of a user namespace": `${mountNamespace} 'exec ./named/program "$@"' x`,
  "a bind mount over it in a user namespace": `${mountNamespace} 'mount --bind other/program named/program && exec ./named/program "$@"' x`,
  "on overlayfs in a user namespace": `${mountNamespace} 'mount -t tmpfs none other/pivot && cd other/pivot && mkdir a b && cp ../program a && mount -t overlay -o lowerdir=a:b none ../../named && exec ../../named/program "$@"' x`,
  "in a detached tree (open_tree) of a user namespace": `${mountNamespace} '${fakeRoot} && exec ./other/program run-tree other/pivot ".$PWD/named/program" "$@"' x`,
  "after chroot": `${userNamespace} chroot other/root /named/program`,
  "after pivot_root in a user namespace": `${mountNamespace} '${fakeRoot} && pivot_root other/pivot other/pivot/old && exec "$PWD/named/program" "$@"' x`,
  "through /proc/PID/root of a user namespace": `sh -c '${mountNamespace} "mount --bind other/program named/program && exec sleep 60" & ${within("grep -q named/program /proc/$!/mountinfo")}; "/proc/$!/root$PWD/named/program" "$@"; kill $!' x`,
  "renamed by prctl(PR_SET_NAME)": "./other/program named program",
  "after prctl(PR_SET_MM) changed /proc/self/exe": `./other/program claim "$PWD/named/program"`,
  "a path of more than 4,096 bytes": `./other/program down named down tmpfs down ${NAME_OF_250} run program`,
  "a name of more than 255 bytes": `./named/fuse/${NAME_OF_300}`,
  "a name that is not UTF-8": "./named/$(printf 'b\\303\\050')",
  "a name with a line break": `"./named/$(printf 'line\\nbreak')"`,
  "a name with glob characters": "'./named/[*]?'",
};

/** The programs and what leads to them, except what only a mount shows. */
function prepare(): string {
  const folder = temporaryFolder();
  const program = compileNative("subject", folder);
  const at = (path: string) => join(folder, path);
  for (const path of ["named", "other", "other/root/named", "other/pivot", "other/upper", "other/work"]) {
    mkdirSync(at(path), { recursive: true });
  }
  for (const path of ["named/tmpfs", "named/overlay", "named/fuse", "named/detached", "other/lower"]) {
    mkdirSync(at(path));
  }
  const copies = [
    ...[
      "program",
      "deleted",
      "replaced",
      "deleted-later",
      "replaced-later",
      "overwritten",
      "covered",
      "[*]?",
    ],
    "line\nbreak",
  ].map((name) => `named/${name}`);
  const others = ["program", "moving", "new", "newer", "mounted", "lower/lower", "lower/copied"];
  for (const path of [...copies, ...others.map((name) => `other/${name}`), "other/root/named/program"]) {
    copyFileSync(program, at(path));
  }
  copyFileSync(program, Buffer.concat([Buffer.from(at("named/b")), Buffer.from([0o303, 0o050])]));
  symlinkSync(at("named/program"), at("other/link"));
  symlinkSync(at("other/program"), at("named/link"));
  linkSync(at("named/program"), at("other/hard"));
  linkSync(at("other/program"), at("named/hard"));
  const scripts = {
    "named/script": "other/program",
    "other/script": "named/program",
    "other/script-of-script": "other/script",
  };
  for (const [path, interpreter] of Object.entries(scripts)) {
    writeFileSync(at(path), `#!${at(interpreter)}\n`, { mode: 0o755 });
  }
  writeFileSync(at("other/format"), "RFE2E\n", { mode: 0o755 });
  compileNative("file-server", folder);
  copyFileSync(compileNative("subject", at("other"), []), at("named/dynamic"));
  makeLinkOfAnotherUser(folder);
  return folder;
}

/** In a folder of theirs, to a file that they may write: the kernel protects others (fs.protected_hardlinks). */
function makeLinkOfAnotherUser(folder: string): void {
  const script = `cp named/program named/shared && chmod 777 named/shared other && ${as65534} ln named/shared other/theirs`;
  execFileSync("sh", ["-c", script], { cwd: folder });
}

const as65534 = "setpriv --reuid 65534 --regid 65534 --clear-groups";

/** What needs mounts of the host's own root, in a mount namespace of the run. The words start what follows them. */
function mounting(folder: string): string[] {
  const script = `cd "${folder}"
mount --bind named/program other/mounted
mount --bind other/program named/covered
mount -t tmpfs none named/tmpfs && cp named/program named/tmpfs
mkdir named/tmpfs/deep && cp named/program named/tmpfs/deep
for level in $(seq 20); do
  mkdir named/tmpfs/deeper && mv named/tmpfs/deep named/tmpfs/deeper/${NAME_OF_250} && mv named/tmpfs/deeper named/tmpfs/deep
done
mv named/tmpfs/deep named/tmpfs/${NAME_OF_250}
mount -t overlay -o lowerdir=other/lower,upperdir=other/upper,workdir=other/work none named/overlay
mount -t tmpfs none named/detached && cp named/program named/detached
exec <named/detached/program && umount -l named/detached
[ -e /dev/fuse ] || modprobe fuse
./file-server named/fuse named/program &
${within("mountpoint -q named/fuse")}
exec "$@"`;
  return ["unshare", "--mount", "sh", "-ec", script, "sh"];
}

/** The C library's program loader, as the test's own interpreter names it. */
function loader(): string {
  const path = execFileSync("sh", [
    "-c",
    "ls /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.* 2>/dev/null | head -n 1",
  ]);
  return realpathSync(path.toString().trim());
}

async function startEachWay(folder: string): Promise<FencedRun> {
  const named = { process: { exe: `${folder}/named/**` } };
  const [allowed, denied] = [ALLOW_PORTS, DENY_PORTS].map((first) => `${first}-${first + 9999}`);
  const policy = profile("p", {
    default: "deny",
    rules: rules({
      allow: { allow: { ...named, ports: [allowed] } },
      deny: { deny: { ...named, ports: [denied] } },
      rest: { allow: { ports: [denied] } },
    }),
  });
  const lines = Object.values(ways).map(
    (start, index) => `(${start} connect ${ALLOW_PORTS + index} ${DENY_PORTS + index})`,
  );
  // where Landlock cannot be about signals alone, a fence forbids every mount unless it is a privileged one
  const options = isolation === "files" ? ["--privileged"] : [];
  const command = ["bash", "-c", ['cd "$0"', ...lines].join("\n"), folder];
  return await fence(command, { policies: [policy], options, via: [...mounting(folder), ...isolated] });
}

/** Has the kernel run what begins with RFE2E by an interpreter, while something goes on. */
async function withFormat<T>(interpreter: string, folder: string, action: () => Promise<T>): Promise<T> {
  const mount = join(folder, "formats");
  const name = `ringfence-e2e-${process.pid}`;
  mkdirSync(mount);
  execFileSync("mount", ["-t", "binfmt_misc", "none", mount]);
  try {
    writeFileSync(join(mount, "register"), `:${name}:M::RFE2E::${interpreter}:`);
    return await action();
  } finally {
    writeFileSync(join(mount, name), "-1");
    execFileSync("umount", [mount]);
  }
}

/** What a run shows of one way, in the words of the documentation. */
function rowOf(run: FencedRun, index: number, folder: string): IdentityRow | string {
  const result = (port: number) => new RegExp(`^${port + index} (\\w+)$`, "m").exec(run.stdout)?.[1];
  const [allow, deny] = [result(ALLOW_PORTS), result(DENY_PORTS)];
  const flows = run.report.flows.filter(
    ({ port }) => port === ALLOW_PORTS + index || port === DENY_PORTS + index,
  );
  if (allow === undefined || deny === undefined || flows.length !== 2)
    return `${allow} ${deny}, ${flows.length} rows`;
  const [path, ...otherPaths] = new Set(flows.map((flow) => pathOf(flow, folder)));
  if (path === undefined || otherPaths.length > 0) return `two paths: ${path} ${otherPaths}`;
  const outcomes = Object.fromEntries(flows.map((flow) => [flow.port, `${flow.outcome} ${flow.rule}`]));
  assert.equal(
    outcomes[ALLOW_PORTS + index],
    allow === "EPERM" ? "denied p/egress.default" : "allowed p/allow",
  );
  assert.equal(outcomes[DENY_PORTS + index], deny === "EPERM" ? "denied p/deny" : "allowed p/rest");
  return {
    path,
    flags: flows[0]?.exeFlags.join(", ") ?? "",
    allow: allow === "ECONNREFUSED" ? "yes" : allow === "EPERM" ? "no" : allow,
    deny: deny === "EPERM" ? "yes" : deny === "ECONNREFUSED" ? "no" : deny,
  };
}

function pathOf(flow: Report["flows"][number], folder: string): string {
  return flow.exe
    .replace(folder, "")
    .replace(/(\/d{250}){16}.*/, "...")
    .replace(NAME_OF_300, "NAME")
    .replace(loader(), "ld.so")
    .replace("\n", "\\n")
    .replace(/#\d+$/, "#NUMBER");
}

describe("ringfence run identity", () => {
  test("of a program is as the reference says, however it was started", { timeout }, async () => {
    const folder = prepare();
    const run = await withFormat(join(folder, "named/program"), folder, () => startEachWay(folder));
    const seen = Object.keys(ways).map((how, index) => [how, rowOf(run, index, folder)]);
    assert.deepEqual(Object.fromEntries(seen), identityTable(), run.stderr);
    assert.equal(run.report.losses.unknownPaths, 0);
    assert.equal(run.report.losses.longPaths, 1);
  });

  test("of a program in a detached tree is not that of its path there, for the host's root either", {
    timeout,
  }, async () => {
    const folder = temporaryFolder();
    const program = compileNative("subject", folder);
    mkdirSync(join(folder, "tree/bin"), { recursive: true });
    copyFileSync(program, join(folder, "tree/bin/program"));
    const policy = profile("p", {
      default: "deny",
      rules: rules({ forged: { allow: { process: { exe: "/bin/program" } } } }),
    });
    const command = [program, "run-tree", join(folder, "tree"), "bin/program", "connect", "1001"];
    const { stdout, report } = await fence(command, {
      policies: [policy],
      options: ["--privileged"],
      via: isolated,
    });
    assert.equal(stdout, "1001 EPERM\n");
    assert.deepEqual(
      report.flows.map(({ exe, exeFlags }) => [exe, ...exeFlags]),
      [["/bin/program", "no-path"]],
    );
  });
});
