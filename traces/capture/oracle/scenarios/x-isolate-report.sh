# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: isolation where free pages are reported (balloon)
# memory: 640
# device: virtio-balloon-pci,free-page-reporting=on
# timeout: 600
load 24
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
sleep 20
quiet
run 221 label=iso_rep ops=10000 orders=16,8,6,4,2,2,2,1,1,4,2 kinds=2,6,1 limit=50 lo=4 phases=5 iso=50 isomax=4 offline=1 dumps=3
tsave x_iso_reported
