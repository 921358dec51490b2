# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a balloon that the guest may deflate when it is short: targets out of reach, a program that fills memory
# memory: 192
# device: virtio-balloon-pci,id=b0,deflate-on-oom=on
# host: -
load 12
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
quiet
hooks
mkdir -p /fs
mount -t tmpfs -o size=90% tmpfs /fs
oracle vrec label=doom_inflate ms=9000 quiet=600 "cmd=balloon_96"
tsave b_doom_inflate
oracle vrec label=doom_short ms=1500 quiet=9000 "cmd=balloon_16"
tsave b_doom_short
oracle vrec label=doom_relax ms=9000 quiet=600 "cmd=balloon_150"
tsave b_doom_relax
oracle vrec label=doom_again ms=2500 quiet=9000 cmd=balloon_60
tsave b_doom_again
oracle vstart doom_oom
dd if=/dev/zero of=/fs/x bs=64k count=700 2>/dev/console
oracle vstop doom_oom
tsave b_doom_oom
oracle vrec label=doom_deflate ms=9000 quiet=600 "cmd=balloon_192"
tsave b_doom_deflate
