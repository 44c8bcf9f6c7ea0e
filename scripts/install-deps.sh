#!/usr/bin/env bash
# Installs the missing system packages of the groups named as arguments: build, demo, test, bench.
# A row is: group | what must be there (a command, or a file if it starts with /) | package | what for.
set -euo pipefail

readonly table='
build     | clang                          | clang           | compiles the kernel side to BPF
build     | /usr/include/bpf/bpf_helpers.h | libbpf-dev      | headers of the kernel side, and libbpf.so.1 that loads it
build     | /usr/include/linux/bpf.h       | linux-libc-dev  | kernel headers for the kernel side
demo,test,bench | ip                       | iproute2        | makes network namespaces and their links
demo,test | curl                           | curl            | a real client, allowed and refused
bench,test | nft                           | nftables        | what rules of ours are measured beside, and loses packets
bench     | iperf3                         | iperf3          | moves bulk data
bench,test | dnsmasq                       | dnsmasq-base    | a resolver, and the forwarder that names are measured beside
test      | /usr/sbin/unbound              | unbound         | another one
test      | musl-gcc                       | musl-tools      | another C library, which resolves names its own way
test      | python3                        | python3         | a client that asks as it likes
test      | qemu-system-x86_64             | qemu-system-x86 | boots the second kernel
demo,test | /var/lib/dpkg/info/busybox-static.list | busybox-static  | the programs of containers, and the first in the second kernel
demo,test | runc                           | runc            | makes containers, whose first packet is judged
test      | podman                         | podman          | makes others
test      | cpio                           | cpio            | packs the initramfs of the second kernel
'

present() {
  case "$1" in
  /*) [ -e "$1" ] ;;
  *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

missing=()
while IFS='|' read -r groups probe package purpose; do
  for group in "$@"; do
    [[ ",${groups// /}," == *",$group,"* ]] || continue
    present "${probe// /}" && break
    missing+=("${package// /}")
    echo "deps: ${package// /} is missing:$purpose"
    break
  done
done <<<"$table"
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "Cannot install ${missing[*]}: this system has no apt. Install what they hold by other means, then try again" >&2
  exit 1
fi
if [ "$(id -u)" != 0 ]; then
  echo "Cannot install as a user: run as root: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

# Tests start what they need themselves: no service of a package begins here, now or when the machine starts again.
readonly start_policy=/usr/sbin/policy-rc.d
if [ ! -e "$start_policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$start_policy"
  chmod 755 "$start_policy"
  trap 'rm -f "$start_policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
echo "deps: updating the package lists"
apt-get update -q
echo "deps: installing ${missing[*]}"
apt-get install -q -y --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}"
if [[ " ${missing[*]} " == *" unbound "* ]] && command -v systemctl >/dev/null 2>&1; then
  systemctl disable --quiet unbound || true # fails where systemd is installed and does not run
fi
