# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a balloon inflated and deflated, after a mix of operations
# memory: 512
# device: virtio-balloon-pci,id=b0
# host: virtio_balloon_* ram_block_discard_range
load 24
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
quiet
hooks 'balloon|virtq|msleep|tell_host|vmstat|vm_stats|decay|drain'
run 1 label=mix ops=2500 orders="$MIX" kinds=2,4,1 limit=50 lo=30 phases=2 drain=0 hold=1
oracle clear
oracle vrec label=inflate ms=20000 quiet=400 "cmd=balloon_464"
tsave b_inflate
oracle vrec label=deflate ms=20000 quiet=400 "cmd=balloon_491"
tsave b_deflate_part
oracle vrec label=inflate2 ms=20000 quiet=400 "cmd=balloon_440"
tsave b_inflate_again
oracle vrec label=deflate_all ms=20000 quiet=400 "cmd=balloon_512"
tsave b_deflate_all
