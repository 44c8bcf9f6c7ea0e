#!/bin/busybox sh
# PID 1 of the initramfs: put a throw-away layer over the host's root file system and start there.
# @REPO@ is filled in by scripts/vm.sh.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys

give_up() {
  echo "ringfence-vm: $*"
  poweroff -f
}

for module in virtio_pci virtio_console 9pnet_virtio 9p overlay; do
  modprobe -q "$module" # fails for what is built in, and then there is nothing to do
done

# What the guest reads of the host does not change while it runs: it may cache without asking again.
options=trans=virtio,version=9p2000.L,msize=512000,cache=loose
mkdir -p /host /layer /new
mount -t 9p -o "ro,$options" host /host || give_up "cannot mount the host root file system over 9p"
mount -t tmpfs -o size=70% layer /layer
mkdir -p /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work root /new ||
  give_up "cannot lay a writable layer over the host root file system"

# The checkout may lie below /tmp, which the fresh tmpfs would hide.
mkdir -p /checkout
mount -o bind "/new@REPO@" /checkout || give_up "the checkout @REPO@ is not visible in the guest"
mount -t tmpfs -o mode=1777 tmp /new/tmp
mount -t tmpfs -o mode=755 run /new/run
[ -e "/new@REPO@/package.json" ] || {
  mkdir -p "/new@REPO@"
  mount -o bind /checkout "/new@REPO@"
}

mkdir -p /new/run/vm
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none exchange /new/run/vm ||
  give_up "cannot mount the exchange folder"
for tree in dev proc sys; do
  mount -o move "/$tree" "/new/$tree"
done
exec switch_root /new /bin/sh /run/vm/guest.sh
