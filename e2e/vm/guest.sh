#!/bin/sh
# PID 1 of the guest after switch_root: finish the machine, run the command, hand over its exit status.
# The exchange folder /run/vm holds command.sh (written by scripts/vm.sh) and takes the file status.
cd /

mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 /sys/fs/cgroup
mount -t bpf -o mode=700 bpf /sys/fs/bpf
mount -t securityfs securityfs /sys/kernel/security
mount -t tracefs tracefs /sys/kernel/tracing
mkdir -p /dev/pts /dev/shm /run/lock
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
ln -sfn /proc/self/fd /dev/fd
ln -sfn /proc/self/fd/0 /dev/stdin
ln -sfn /proc/self/fd/1 /dev/stdout
ln -sfn /proc/self/fd/2 /dev/stderr
[ -e /etc/mtab ] || ln -s /proc/mounts /etc/mtab

# The kernel loads veth, cls_bpf and the like on demand through modprobe.
release=$(uname -r)
mkdir -p "/lib/modules/$release"
mount --bind "$(cat /run/vm/modules)" "/lib/modules/$release"
[ -e /sbin/modprobe ] || ln -s /bin/busybox /sbin/modprobe

hostname ringfence-vm
ip link set lo up

# No udev here: /sys tells which device is the port of that name.
port() {
  echo "/dev/$(basename "$(dirname "$(grep -lx "$1" /sys/class/virtio-ports/*/name)")")"
}

# Pipes between the command and the ports, so that the command sees the same kind of stdout as under CI.
mkfifo /run/stdout /run/stderr
cat /run/stdout >"$(port stdout)" &
out=$!
cat /run/stderr >"$(port stderr)" &
err=$!
setsid sh /run/vm/command.sh </dev/null >/run/stdout 2>/run/stderr &
wait $!
status=$?

# A daemon that the command left behind may hold the pipes open: what it still says is not waited for.
(
  sleep 2
  kill $out $err 2>/dev/null
) &
watch=$!
wait $out $err
kill $watch 2>/dev/null
echo "$status" >/run/vm/status
exec /bin/busybox poweroff -f
