# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: virtio-mem in whole blocks (force_bbm)
# memory: 512
# cmdline: memhp_default_state=online_movable virtio_mem.force_bbm=1
# device: virtio-mem-pci,id=vmem0,memdev=mem0,requested-size=0
# qemu: -m slots=1,maxmem=3G -object memory-backend-ram,id=mem0,size=1G
# host: virtio_mem_*
load 16
insmod /mod/virtio_mem.ko force_bbm=1 || fail "insmod virtio_mem"
quiet
hooks
oracle vrec label=bbm_plug_part ms=6000 quiet=1500 "cmd=qom-set_vmem0_requested-size_200M"
tsave m_bbm_plug_part
oracle vrec label=bbm_plug ms=9000 quiet=1500 "cmd=qom-set_vmem0_requested-size_384M"
tsave m_bbm_plug
oracle valloc 30000 0 M
oracle vrec label=bbm_unplug ms=12000 quiet=3000 "cmd=qom-set_vmem0_requested-size_128M"
tsave m_bbm_unplug
