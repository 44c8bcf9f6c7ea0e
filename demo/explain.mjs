// Says in words what each verdict of a log means.
import { readFileSync } from "node:fs";

const why = {
  "build/fetch-packages": "the one thing this build is allowed to do",
  "build/never-metadata": "a deny rule: nobody here asks the cloud for keys",
  "build/egress.default": "no allow rule names it, and the profile denies by default",
};

for (const line of readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean)) {
  const v = JSON.parse(line);
  const what = v.action === "deny" ? "refused (EPERM, no packet left)" : "allowed";
  console.log(
    `  ${v.exe} (pid ${v.pid}, child of ${v.parentComm}) -> ${v.protocol} ${v.address}:${v.port}: ${what}`,
  );
  console.log(`      ${v.rule}: ${why[v.rule] ?? "decided by this rule"}`);
}
