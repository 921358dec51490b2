# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a balloon with statistics each second, where pages are zeroed when freed
# memory: 256
# cmdline: init_on_free=1
# device: virtio-balloon-pci,id=b0,free-page-reporting=on,guest-stats-polling-interval=1
# host: -
load 24
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
quiet
hooks
cat /sys/bus/virtio/devices/*/features
oracle vrec label=poison_stats ms=4000 quiet=9000
tsave b_poison_stats
oracle vrec label=poison_inflate ms=9000 quiet=1600 "cmd=balloon_230"
tsave b_poison_inflate
