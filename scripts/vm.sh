#!/usr/bin/env bash
# Runs a command under a second kernel: Debian's stock 6.1 in QEMU, on this machine's own file system.
#
#   scripts/vm.sh run [--timeout SECONDS] [--cpus COUNT] [--share FOLDER] -- COMMAND [ARGS]
#
# The command runs as root in the repository folder, with stdin empty and stdout and stderr passed through.
# It has one CPU unless told otherwise: emulating a second one makes both half as fast.
# Everything it writes is gone afterwards, except below FOLDER, which is shared with the host.
# Exit status: the command's; 124 when the time was up (QEMU is ended); 125 when the machine did not work.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
  echo "Cannot run in the VM: $*" >&2
  exit 125
}

usage() {
  sed -n '4,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

case "${1:-}" in
run) shift ;;
-h | --help)
  usage
  exit 0
  ;;
*)
  usage >&2
  exit 125
  ;;
esac
timeout=600
cpus=1
share=
while [ $# -gt 0 ]; do
  case "$1" in
  --timeout)
    timeout=${2:-}
    [[ $timeout =~ ^[1-9][0-9]*$ ]] || fail "--timeout \"$timeout\" is no number of seconds"
    shift 2
    ;;
  --cpus)
    cpus=${2:-}
    [[ $cpus =~ ^[1-9]$ ]] || fail "--cpus \"$cpus\" is no number from 1 to 9"
    shift 2
    ;;
  --share)
    share=$(readlink -e "${2:-}") || fail "--share \"${2:-}\" does not exist"
    shift 2
    ;;
  --)
    shift
    break
    ;;
  *) fail "unknown option \"$1\". Put -- before the command" ;;
  esac
done
[ $# -gt 0 ] || fail "no command given. Try: scripts/vm.sh run -- uname -r"
for tool in qemu-system-x86_64 busybox cpio; do
  command -v "$tool" >/dev/null || fail "$tool is missing. Run make deps-test as root"
done

kernel=$("$root/scripts/vm-kernel.sh")
version=$(cat "$kernel/version")

run=$(mktemp -d "${TMPDIR:-/tmp}/ringfence-vm.XXXXXX")
qemu=
clean_up() {
  if [ -n "$qemu" ] && kill -TERM "$qemu" 2>/dev/null; then
    wait "$qemu" || true # its status is of no interest: it was ended
  fi
  rm -rf "$run"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# The initramfs: busybox, the modules that reach the host's files, and init.
build_initramfs() {
  local tree="$run/initramfs" base="$kernel/lib/modules/$version" name dep file
  mkdir -p "$tree"/{bin,dev,proc,sys,lib/modules/"$version"}
  cp "$(command -v busybox)" "$tree/bin/busybox"
  cp "$base"/modules.* "$tree/lib/modules/$version/"
  for name in virtio_pci virtio_console 9pnet_virtio 9p overlay; do
    for dep in $(sed -n "s|^\(.*/$name\.ko\):\(.*\)|\1 \2|p" "$base/modules.dep"); do
      file="$tree/lib/modules/$version/$dep"
      mkdir -p "${file%/*}"
      cp "$base/$dep" "$file"
    done
  done
  sed "s|@REPO@|$root|g" "$root/e2e/vm/init.sh" >"$tree/init"
  chmod +x "$tree/init"
  (cd "$tree" && find . | cpio --quiet -o -H newc) >"$run/initramfs.cpio"
  rm -rf "$tree"
}

# What the guest reads: the command with its folder and the few variables that matter, and the modules.
write_exchange() {
  local name
  mkdir "$run/exchange"
  cp "$root/e2e/vm/guest.sh" "$run/exchange/guest.sh"
  echo "$kernel/lib/modules/$version" >"$run/exchange/modules"
  {
    echo "export HOME=/root LANG=C.UTF-8 RINGFENCE_VM=1"
    for name in PATH CI NODE_OPTIONS FORCE_COLOR NO_COLOR ${!RINGFENCE_*}; do
      [ -z "${!name+set}" ] || printf 'export %s=%q\n' "$name" "${!name}"
    done
    [ -z "$share" ] || printf 'mkdir -p %q && mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none share %q || exit 125\n' \
      "$share" "$share"
    printf 'cd %q || exit 125\n' "$root"
    printf 'exec'
    printf ' %q' "$@"
    echo
  } >"$run/exchange/command.sh"
}

build_initramfs
write_exchange "$@"

devices=(
  -virtfs "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"
  -virtfs "local,path=$run/exchange,mount_tag=exchange,security_model=none"
  -device virtio-serial-pci
  -chardev "file,id=out,path=$run/stdout,append=on" -device "virtserialport,chardev=out,name=stdout"
  -chardev "file,id=err,path=$run/stderr,append=on" -device "virtserialport,chardev=err,name=stderr"
)
[ -z "$share" ] || devices+=(-virtfs "local,path=$share,mount_tag=share,security_model=none,multidevs=remap")

echo "vm: booting Linux $version ($(basename "$kernel"), emulated)" >&2
mkfifo "$run/stdout" "$run/stderr"
# Our own hold on the pipes lets nobody wait for the other end, and is let go when QEMU is gone.
exec 7<>"$run/stdout" 8<>"$run/stderr"
cat "$run/stdout" 7>&- 8>&- &
out=$!
cat "$run/stderr" >&2 7>&- 8>&- &
err=$!
# timeout leads QEMU's process group; it ends QEMU also when this script was killed outright.
# Plain emulation: KVM, where there is any, behaves differently from machine to machine. Told that strings are fast
# (erms, fsrm), the kernel copies and clears byte by byte, which is the slowest way when it is emulated. What the kernel does
# against leaks of a real CPU costs a third of all time here, and protects nobody.
timeout -k 5 "$timeout" qemu-system-x86_64 -accel tcg,thread=multi -cpu max,erms=off,fsrm=off -smp "$cpus" -m 2G \
  -display none -nodefaults -no-reboot \
  -serial "file:$run/console" -kernel "$kernel/vmlinuz" -initrd "$run/initramfs.cpio" \
  -append "console=ttyS0 quiet panic=-1 mitigations=off init_on_alloc=0 randomize_kstack_offset=off lsm=landlock,lockdown,yama,apparmor,bpf" \
  "${devices[@]}" </dev/null >"$run/qemu" 2>&1 7>&- 8>&- &
qemu=$!
qemu_status=0
wait "$qemu" || qemu_status=$?
qemu=
exec 7>&- 8>&-
wait "$out" "$err" || true # cat fails only when our own output is closed

if [ "$qemu_status" = 124 ] || [ "$qemu_status" = 137 ]; then
  echo "vm: the command took more than $timeout s and was ended" >&2
  tail -n 20 "$run/console" >&2
  exit 124
fi
if [ -s "$run/exchange/status" ]; then
  exit "$(cat "$run/exchange/status")"
fi
cat "$run/qemu" >&2
tail -n 40 "$run/console" >&2 || true # absent when QEMU did not start
fail "the machine stopped before the command ended (see its last lines above)"
