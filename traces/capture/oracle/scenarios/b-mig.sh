# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: compaction over a balloon
# memory: 256
# device: virtio-balloon-pci,id=b0
# host: -
load 24
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
quiet
hooks
run 1 label=mix ops=2500 orders="$MIX" kinds=2,4,1 limit=50 lo=30 phases=2 drain=0 hold=1
oracle clear
oracle vrec label=mig_inflate ms=9000 quiet=600 "cmd=balloon_230"
tsave b_mig_inflate
oracle relhold
oracle clear
oracle vstart mig_compact
echo 1 >/proc/sys/vm/compact_memory
oracle vstop mig_compact
tsave b_mig_compact
oracle vrec label=mig_deflate ms=9000 quiet=600 "cmd=balloon_256"
tsave b_mig_deflate
