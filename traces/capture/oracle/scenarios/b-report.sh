# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a balloon inflated over memory that has been reported
# memory: 512
# device: virtio-balloon-pci,id=b0,free-page-reporting=on
# host: -
load 24
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
hooks
quiet
sleep 25
oracle vrec label=rep_inflate ms=9000 quiet=3000 "cmd=balloon_480"
tsave b_report_inflate
oracle vrec label=rep_deflate ms=14000 quiet=5000 "cmd=balloon_512"
tsave b_report_deflate
