import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultUnitPath } from "./unit-paths.js";

// by systemd.slice(5) and systemd.resource-control(5)
const paths: Readonly<Record<string, string | null>> = {
  "nginx.service": "/system.slice/nginx.service",
  "boot-efi.mount": "/system.slice/boot-efi.mount",
  "getty@tty1.service": "/system.slice/system-getty.slice/getty@tty1.service",
  "serial-getty@ttyS0.service": "/system.slice/system-serial\\x2dgetty.slice/serial-getty@ttyS0.service",
  "user.slice": "/user.slice",
  "user-1000.slice": "/user.slice/user-1000.slice",
  "a-b-c.slice": "/a.slice/a-b.slice/a-b-c.slice",
  "-.slice": null,
  "a--b.slice": null,
  "billing-*.service": null,
  "nginx.timer": null,
  nginx: null,
};

for (const [unit, path] of Object.entries(paths)) {
  test(`defaultUnitPath of ${unit} is ${path}`, () => {
    assert.equal(defaultUnitPath(unit), path);
  });
}
