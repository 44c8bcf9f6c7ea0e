import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

const made: string[] = [];
after(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** A folder that every user may look into, gone when the tests of this file have ended. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "ringfence-e2e-"));
  chmodSync(path, 0o755);
  made.push(path);
  return path;
}
