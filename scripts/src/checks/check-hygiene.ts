import { dirname } from "node:path";
import type { SourceFile } from "../source/source-file.js";

/** The longest a source file may be, in lines. */
export const lineLimit = 400;

const source = /\.(?:ts|mts|js|mjs|c|h|sh)$|(?:^|\/)Makefile$|^\.ci\/run$|^ringfence$/;
const generated = /\/src\/generated\//;
const licence = "GPL-2.0-only OR BSD-2-Clause";

// The brackets keep these patterns from finding themselves.
const registryHost =
  /\b(?:npmjs[.](?:org|com)|registry[.]yarnpkg[.]com|npm[.]pkg[.]github[.]com|pypi[.]org|files[.]pythonhosted[.]org|(?:static|index)[.]crates[.]io|proxy[.]golang[.]org|repo1?[.]maven[.](?:org|apache[.]org)|(?:deb|security)[.]debian[.]org|(?:archive|security)[.]ubuntu[.]com)\b/;
const unfinished = /\b(?:TOD[O]|FIXM[E])\b/;
const silenced = /@ts-(?:ignore|nocheck|expect-error)|\b(?:test|it|describe)\.(?:only|skip|todo)\s*\(/;

/** What no file of the repository may contain, one message each. `root` is the absolute path of the checkout. */
export function checkHygiene(files: readonly SourceFile[], root: string): readonly string[] {
  const places = machinePlaces(root);
  return files.flatMap((file) => checkFile(file, places).map((what) => `${file.path}${what}`));
}

function checkFile(file: SourceFile, places: readonly string[]): readonly string[] {
  const problems: string[] = [];
  const lines = file.text.split("\n");
  const isSource = source.test(file.path) && !generated.test(file.path);
  lines.forEach((line, index) => {
    const report = (what: string) => problems.push(`:${index + 1}: ${what}`);
    const host = registryHost.exec(line)?.[0];
    if (host !== undefined) report(`names the package registry host "${host}". Remove it`);
    const place = places.find((path) => line.includes(path));
    if (place !== undefined) report(`names "${place}" of this machine. Use a relative path`);
    if (!isSource) return;
    if (unfinished.test(line)) report("marks unfinished work. Finish it or file an issue");
    if (silenced.test(line)) report("silences the compiler or a test. Fix what it hides");
  });
  if (isSource && lines.length - 1 > lineLimit) {
    problems.push(`: has ${lines.length - 1} lines, the limit is ${lineLimit}. Split it by concept`);
  }
  if (/\.log$/.test(file.path)) problems.push(": is what a program left behind. Remove it");
  if (/^bpf\/.*\.[ch]$/.test(file.path) && !lines[0]?.includes(`SPDX-License-Identifier: ${licence}`)) {
    problems.push(`: does not begin with "SPDX-License-Identifier: ${licence}". Add the line`);
  }
  if (file.path === "package-lock.json" && /"resolved": "(?:git\+)?(?:https?|ssh):/.test(file.text)) {
    problems.push(": holds download addresses. Run npm install with the settings of .npmrc");
  }
  return problems;
}

/** The checkout's path, and its parent's when that is a folder made for it (not /tmp, /root, /home/NAME...). */
function machinePlaces(root: string): readonly string[] {
  const parent = dirname(root);
  const common = /^\/(?:|tmp|var|var\/tmp|root|srv|opt|mnt|home|home\/[^/]+|usr|usr\/src|builds?|src)$/;
  return common.test(parent) ? [root] : [root, `${parent}/`];
}
