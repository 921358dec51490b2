# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a target that cannot be reached, then one that can
# memory: 192
# device: virtio-balloon-pci,id=b0
# host: -
load 12
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
quiet
hooks
files 900 2
oracle vrec label=short ms=9000 quiet=900 min=5000 "cmd=balloon_20;sleep_2.6;balloon_130"
tsave b_short
oracle vrec label=short_all ms=9000 quiet=900 cmd=balloon_192
tsave b_short_all
