#!/usr/bin/env bash
# Prints the folder of the kernel that the VM tests boot, fetching it first when .cache/vm has none.
#
# The folder holds vmlinuz and lib/modules/VERSION with a modules.dep. It is kept until somebody deletes it:
# the verdicts must not change between two runs because a mirror did.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache="$root/.cache/vm"

fail() {
  echo "Cannot fetch a kernel for the VM tests: $*" >&2
  exit 125
}

# Debian calls it linux-image-amd64, Ubuntu linux-image-generic.
image_package() {
  local candidate
  for candidate in linux-image-amd64 linux-image-generic; do
    if apt-cache show --no-all-versions "$candidate" >/dev/null 2>&1; then
      echo "$candidate"
      return 0
    fi
  done
  return 1
}

# The packages that hold the image and its modules (Ubuntu splits them).
kernel_packages() {
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances --no-pre-depends "$1" 2>/dev/null |
    grep -E '^linux-(image|modules|modules-extra)-[0-9]' | grep -v cloud | sort -u
}

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9 # two runs at once fetch it once
current="$cache/current"
if [ -e "$current/vmlinuz" ]; then
  readlink -f "$current"
  exit 0
fi

[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] ||
  fail "only amd64 hosts with apt are supported. Run the tests on this machine's own kernel: make test-e2e"
# Old lists name packages that are gone. A user without root has to do with them.
[ "$(id -u)" != 0 ] || apt-get update -qq >&2 || fail "apt-get update failed"
meta=$(image_package) ||
  fail "apt knows no linux-image-amd64 or linux-image-generic. Check the apt sources and run apt-get update as root"
[ "$meta" != linux-image-generic ] ||
  echo "vm: no linux-image-amd64 here, taking Ubuntu's $meta instead of Debian's 6.1 kernel" >&2

mapfile -t packages < <(kernel_packages "$meta")
image=$(printf '%s\n' "${packages[@]}" | grep -E '^linux-image-' | sort -V | tail -1) ||
  fail "package $meta depends on no kernel image"
version=${image#linux-image-}
major=${version%%.*}
minor=${version#*.}
minor=${minor%%[.-]*}
[ "$major" -gt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -ge 1 ]; } ||
  fail "$meta is Linux $version, the tests need 6.1 or newer"
mapfile -t wanted < <(printf '%s\n' "${packages[@]}" | grep -F -- "-$version")

work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "vm: fetching ${wanted[*]} (once, about 70 MB) into .cache/vm" >&2
(cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "${wanted[@]}" >&2) ||
  fail "apt-get download ${wanted[*]} failed. Check the apt sources, then try again"

# Only what a test can want: sound, graphics and network card drivers are most of the package.
mkdir "$work/tree"
for deb in "$work"/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/tree" --wildcards --ignore-failed-read \
    --exclude='*/drivers/net/ethernet/*' --exclude='*/drivers/net/wireless/*' \
    '*/boot/vmlinuz-*' '*/modules.*' '*/kernel/net/*' '*/kernel/fs/*' '*/kernel/lib/*' '*/kernel/crypto/*' \
    '*/kernel/arch/*' '*/kernel/drivers/virtio/*' '*/kernel/drivers/net/*' '*/kernel/drivers/char/virtio_console.ko*' \
    2>"$work/tar.log" || grep -q 'Not found in archive' "$work/tar.log" || fail "$(tail -1 "$work/tar.log")"
done
modules=$(cd "$work/tree" && find . -path "*lib/modules/$version" -type d | head -1)
[ -n "$modules" ] || fail "the packages ${wanted[*]} hold no lib/modules/$version"

folder="$cache/$version-$(dpkg-deb -f "$(find "$work" -name 'linux-image-*.deb' | head -1)" Version)"
rm -rf "$folder"
mkdir -p "$work/done/lib/modules"
mv "$work/tree/boot/vmlinuz-$version" "$work/done/vmlinuz"
mv "$work/tree/$modules" "$work/done/lib/modules/$version"
# Ubuntu compresses its modules, which busybox cannot insert.
[ -z "$(find "$work/done/lib" -name '*.ko.zst' -print -quit)" ] || command -v zstd >/dev/null ||
  fail "its modules are compressed and zstd is missing. Run apt-get install zstd as root"
find "$work/done/lib" -name '*.ko.zst' -exec zstd -q -d --rm {} +
busybox depmod -b "$work/done" "$version"
echo "$version" >"$work/done/version"
mv "$work/done" "$folder"
ln -sfn "$(basename "$folder")" "$current"
readlink -f "$current"
