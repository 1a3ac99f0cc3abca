#!/bin/busybox sh
# PID 1 of a lab's guest, twice: first in the initramfs (which holds busybox, this file and a few modules), then, called
# with "root", in the real root. The host speaks to it through virtio-serial ports named lab.ctl,
# lab.stdout and lab.stderr:
#   initramfs: the host's line of files to keep in memory, each "FILE:ITS PLACE", between spaces -> "ready"
#     (here snapshots are made; a mounted 9p share could not be)
#   the host's line "SETTINGS COMMAND", both shell text in base64
#   root: the command's output on lab.stdout and lab.stderr, then its exit status on lab.ctl, and the host ends qemu

B=/bin/busybox
port() { # the device of the port with this name
  for p in /sys/class/virtio-ports/*; do
    read -r name < "$p/name" && [ "$name" = "$1" ] && echo "/dev/${p##*/}"
  done
}
die() {
  echo "lab: $*" > /dev/console
  $B poweroff -f
}

if [ "$1" = root ]; then
  B=/run/lab/busybox
  # Pipes, as a port can be opened only once and programs open /dev/stdout.
  $B mkfifo /run/lab/out /run/lab/err
  $B cat /run/lab/out > "$(port lab.stdout)" & out=$!
  $B cat /run/lab/err > "$(port lab.stderr)" & err=$!
  . /run/lab/settings
  cd "$REPO"
  /bin/sh /run/lab/command < /dev/null > /run/lab/out 2> /run/lab/err 8>&-
  status=$?
  { $B sleep 1; kill $out $err; } 2> /dev/null & # what a process left behind still prints is not waited for
  wait $out $err
  echo $status >&8
  while :; do $B sleep 60; done
fi

$B mount -t proc proc /proc
$B mount -t sysfs sysfs /sys
$B mount -t devtmpfs dev /dev
$B --install -s /bin
for module in $(cat /modules/order); do insmod "/modules/$module" || die "insmod $module failed"; done
tries=0
while [ -z "$(port lab.stderr)" ] && [ $tries -lt 100 ]; do
  tries=$((tries + 1))
  sleep 0.02
done
exec 8<> "$(port lab.ctl)"
mkdir -p /host /upper /root
mount -t tmpfs -o size=80%,mode=755 tmpfs /upper
mkdir /upper/files
share() { mount -t 9p -o "trans=virtio,version=9p2000.L,msize=512000,ro,cache=$1" host /host || die "the host's files: mount failed"; }
kept() { echo "/upper/files/$(echo "$1" | tr / _)"; } # where a file is kept in memory
read -r files <&8
share none # before 5.18 a cache makes it read page by page
# Large reads: each is a question to the host.
for file in $files; do
  dd if="/host${file%:*}" of="$(kept "$file")" bs=500k 2> /dev/null
  chmod 755 "$(kept "$file")"
done
umount /host
echo ready >&8
read -r settings command <&8

echo "$settings" | base64 -d > /settings
. /settings
share loose
over() { # of lower folders, at a place, with a name for what is written to it
  mkdir -p "/upper/$3" "/upper/$3.work"
  mount -t overlay -o "lowerdir=$1,upperdir=/upper/$3,workdir=/upper/$3.work" overlay "$2" || die "overlay: mount failed"
}
over /host /root data
[ "$USR" = /host/usr ] || over "$USR" /root/usr usr
for file in $files; do mount -o bind "$(kept "$file")" "/root${file#*:}"; done
mount -t tmpfs tmpfs /root/run
mkdir -p /root/run/lab /root/lib/modules /repo
cp /settings /root/run/lab/
echo "$command" | base64 -d > /root/run/lab/command
date -s "@$NOW" > /dev/null
mount -o rbind "/root$REPO" /repo || die "$REPO: mount failed"
mount -o bind "/root$MODULES" /root/lib/modules || die "$MODULES: mount failed"
mount -t tmpfs tmpfs /root/tmp
# Where it is on the host, as what a runtime has compiled is kept by its path; what it was may be hidden by now.
mkdir -p "/root$REPO"
mount -o rbind /repo "/root$REPO"
mount -t devtmpfs dev /root/dev
mount -t proc proc /root/proc
mount -t sysfs sysfs /root/sys
mkdir -p /root/dev/pts /root/dev/shm
mount -t devpts devpts /root/dev/pts
mount -t tmpfs tmpfs /root/dev/shm
ln -sf /proc/self/fd /root/dev/fd
for i in 0:stdin 1:stdout 2:stderr; do ln -sf "/proc/self/fd/${i%:*}" "/root/dev/${i#*:}"; done
ip link set lo up
# Modules of tunnels make no interface in the namespaces of tests.
echo 1 > /proc/sys/net/core/fb_tunnels_only_for_init_net
hostname lab
cp /bin/busybox /init /root/run/lab/
umount /dev /sys /proc
# PID 1 itself changes root: the modprobe that the kernel calls to load a module by itself has PID 1's root.
exec switch_root /root /run/lab/busybox sh /run/lab/init root
