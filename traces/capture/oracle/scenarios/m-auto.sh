# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: virtio-mem plugged and unplugged, zones chosen by auto-movable
# memory: 512
# cmdline: memhp_default_state=online memory_hotplug.online_policy=auto-movable
# device: virtio-mem-pci,id=vmem0,memdev=mem0,requested-size=0
# qemu: -m slots=1,maxmem=3G -object memory-backend-ram,id=mem0,size=1G
# host: virtio_mem_*
# timeout: 600
load 16
insmod /mod/virtio_mem.ko || fail "insmod virtio_mem"
cat /sys/devices/system/memory/block_size_bytes /sys/devices/system/memory/auto_online_blocks
quiet
hooks
oracle vrec label=plug_part ms=9000 quiet=1500 "cmd=qom-set_vmem0_requested-size_40M"
tsave m_auto_plug_part
oracle vrec label=plug_more ms=12000 quiet=1500 "cmd=qom-set_vmem0_requested-size_300M"
tsave m_auto_plug_more
oracle valloc 30000 0 M
oracle valloc 8000 0 U
oracle vfree 40
oracle vrec label=unplug_part ms=12000 quiet=3000 min=6000 "cmd=qom-set_vmem0_requested-size_150M"
tsave m_auto_unplug_part
oracle vrec label=unplug_all ms=14000 quiet=9000 min=6000 "cmd=qom-set_vmem0_requested-size_0"
tsave m_auto_unplug_all
oracle vfree 0
oracle vrec label=unplug_rest ms=40000 quiet=40000
tsave m_auto_unplug_rest
