# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: hinting during a slow migration, pressure, and cancelled
# memory: 256
# device: virtio-balloon-pci,id=b0,free-page-hint=on,iothread=io0
# qemu: -object iothread,id=io0
# host: virtio_balloon_* migration_bitmap_sync_*
load 16
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
quiet
hooks
mkdir -p /fs
mount -t tmpfs -o size=90% tmpfs /fs
oracle vrec label=shr_hint ms=3000 quiet=9000 "cmd=migrate~set~parameter_max-bandwidth_100K;migrate_-d_exec:cat>/dev/null;sleep_2;info_migrate"
tsave h_shr_hint
oracle vstart shr_press
dd if=/dev/zero of=/fs/x bs=64k count=1000 2>/dev/console
oracle vstop shr_press
tsave h_shr_press
oracle vrec label=shr_cancel ms=6000 quiet=1500 min=2000 "cmd=migrate~cancel;sleep_0.5;info_migrate"
tsave h_shr_cancel
