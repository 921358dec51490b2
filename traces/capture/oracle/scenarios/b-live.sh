# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a balloon whose target changes on the way, with counters folded every second
# memory: 512
# device: virtio-balloon-pci,id=b0
# host: -
load 24
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
hooks
run 1 label=mix ops=2500 orders="$MIX" kinds=2,4,1 limit=50 lo=30 phases=2 drain=0 hold=1
oracle clear
oracle vrec label=live_inflate ms=8000 quiet=2500 "cmd=balloon_472"
tsave b_live_inflate
oracle vrec label=live_steps ms=8000 quiet=2500 "cmd=balloon_470;sleep_0.5;balloon_478;sleep_1.5;balloon_465;balloon_490;sleep_0.1;balloon_480"
tsave b_live_steps
oracle vrec label=live_deflate ms=8000 quiet=2500 "cmd=balloon_512"
tsave b_live_deflate
