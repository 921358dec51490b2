# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: free page hinting during two migrations to nowhere
# memory: 512
# device: virtio-balloon-pci,id=b0,free-page-hint=on,iothread=io0
# qemu: -object iothread,id=io0
# host: virtio_balloon_* migration_bitmap_sync_* precopy*
load 24
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
quiet
hooks
run 1 label=mix ops=2500 orders="$MIX" kinds=2,4,1 limit=50 lo=30 phases=2 drain=0 hold=1
oracle clear
oracle vrec label=hint ms=12000 quiet=3000 min=6000 "cmd=migrate~set~parameter_max-bandwidth_2M;migrate_-d_exec:cat>/dev/null;sleep_3;migrate~set~parameter_max-bandwidth_10G;wait-migration;sleep_0.3;cont"
tsave h_hint
oracle vrec label=hint2 ms=12000 quiet=3000 min=4000 "cmd=migrate_-d_exec:cat>/dev/null;wait-migration;sleep_0.3;cont"
tsave h_hint_again
