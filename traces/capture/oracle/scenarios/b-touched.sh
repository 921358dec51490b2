# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a balloon inflated over memory that has been touched
# memory: 512
# device: virtio-balloon-pci,id=b0
# host: virtio_balloon_to_target
load 24
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
quiet
hooks 'balloon|virtq|msleep|tell_host|vmstat|vm_stats|decay|drain'
mkdir -p /fs
mount -t tmpfs -o size=75% tmpfs /fs
dd if=/dev/zero of=/fs/a bs=64k count=4400 2>/dev/null
rm -f /fs/a
oracle vrec label=touched_inflate ms=20000 quiet=800 cmd=balloon_312
tsave b_touched_inflate
oracle vrec label=touched_deflate ms=20000 quiet=800 cmd=balloon_512
tsave b_touched_deflate
