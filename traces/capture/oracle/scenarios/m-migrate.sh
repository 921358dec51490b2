# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: virtio-mem unplugged with pages of tmpfs in the way
# memory: 512
# cmdline: memhp_default_state=online_movable
# device: virtio-mem-pci,id=vmem0,memdev=mem0,requested-size=0
# qemu: -m slots=1,maxmem=3G -object memory-backend-ram,id=mem0,size=1G
# host: virtio_mem_*
load 24
insmod /mod/virtio_mem.ko || fail "insmod virtio_mem"
quiet
oracle vrec label=plug ms=12000 quiet=1500 cmd=qom-set_vmem0_requested-size_192M
oracle clear
mkdir -p /fs
mount -t tmpfs -o size=75% tmpfs /fs
dd if=/dev/zero of=/fs/a bs=64k count=1300 2>/dev/null
rm -f /fs/b
hooks
oracle vrec label=mig_unplug ms=20000 quiet=2500 cmd=qom-set_vmem0_requested-size_64M
tsave m_migrate_unplug
