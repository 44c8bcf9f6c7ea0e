import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";

/** Flags of mount(2) and umount2(2). */
export const MS_RDONLY = 0x1;
export const MS_NOSUID = 0x2;
export const MS_NODEV = 0x4;
export const MS_NOEXEC = 0x8;
export const MS_REMOUNT = 0x20;
export const MS_BIND = 0x1000;
export const MS_MOVE = 0x2000;
export const MS_REC = 0x4000;
export const MS_PRIVATE = 0x40000;
export const MS_SLAVE = 0x80000;
export const MNT_DETACH = 0x2;
export const UMOUNT_NOFOLLOW = 0x8;

type Mount = (
  source: string | null,
  target: string,
  type: string | null,
  flags: number,
  data: string | null,
) => number;

const nativeMount = libc.func<Mount>(
  "int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)",
);
const nativeUmount2 = libc.func<(target: string, flags: number) => number>(
  "int umount2(const char *target, int flags)",
);

export interface MountOptions {
  /** device, directory or label; what it means depends on type and flags */
  readonly source?: string;
  readonly target: string;
  readonly type?: string;
  /** MS_* bits, default 0 */
  readonly flags?: number;
  readonly data?: string;
}

/** mount(2). Throws SystemError. */
export function mount({ source, target, type, flags = 0, data }: MountOptions): void {
  const result = nativeMount()(source ?? null, target, type ?? null, flags, data ?? null);
  checkResult(result, "mount", `mount "${target}"`);
}

/** umount2(2). Throws SystemError. */
export function umount(target: string, flags = 0): void {
  checkResult(nativeUmount2()(target, flags), "umount2", `unmount "${target}"`);
}
