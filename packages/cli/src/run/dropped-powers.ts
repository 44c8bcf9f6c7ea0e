import type { CapabilityName } from "@ringfence/kernel/system";

/** Capabilities with which a root command could undo its fence, or reach around it. */
export const droppedCapabilities = [
  "CAP_BPF",
  "CAP_SYS_ADMIN",
  "CAP_PERFMON",
  "CAP_NET_ADMIN",
  "CAP_NET_RAW",
  "CAP_SYS_MODULE",
  "CAP_SYS_RAWIO",
  "CAP_SYS_BOOT",
  "CAP_SYS_PTRACE",
] as const satisfies readonly CapabilityName[];

/** Sockets whose servers would start or change processes outside the fence on request. */
export const controlSockets = [
  "/run/docker.sock",
  "/run/docker/containerd/containerd.sock",
  "/run/containerd/containerd.sock",
  "/run/containerd/containerd.sock.ttrpc",
  "/run/crio/crio.sock",
  "/run/podman/podman.sock",
  "/run/systemd/private",
  "/run/systemd/io.systemd.Manager",
  "/run/dbus/system_bus_socket",
  "/run/snapd.socket",
  "/run/libvirt/libvirt-sock",
] as const;

/**
 * Sockets whose servers look names up on request, from outside the fence: systemd-resolved, nscd and avahi. Without them
 * the C library asks the resolver itself, in packets that are seen and judged. The one over D-Bus is above.
 */
export const nameServiceSockets = [
  "/run/systemd/resolve/io.systemd.Resolve",
  "/run/systemd/resolve/io.systemd.Resolve.Monitor",
  "/var/run/nscd/socket",
  "/run/avahi-daemon/socket",
] as const;

/** Sockets of the first kind below each user's /run/user/UID. */
export const userControlSockets = ["docker.sock", "podman/podman.sock", "systemd/private", "bus"] as const;

/** Places, besides /proc/sys, where root changes what the kernel does outside the fence: shown read-only. */
export const readOnlyPlaces = [
  "/sys/kernel/uevent_helper",
  "/sys/kernel/tracing",
  "/sys/kernel/debug",
  "/sys/power",
  "/sys/module/firmware_class/parameters",
] as const;
