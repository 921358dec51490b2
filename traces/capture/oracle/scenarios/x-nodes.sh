# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: two nodes of DMA32, a CPU each
# memory: 640
# cpus: 2
# qemu: -object memory-backend-ram,id=m0,size=256M -object memory-backend-ram,id=m1,size=384M -numa node,nodeid=0,cpus=0,memdev=m0 -numa node,nodeid=1,cpus=1,memdev=m1
load 32
quiet
run 291 label=nodes_mix ops=20000 orders="$MIX" kinds=2,4,1,1,1,1,1 limit=75 lo=4 phases=6 cpus=2 turn=4 nodes=1 this=30 drains=2 dumps=2
tsave x_nodes_mix
run 292 label=nodes_local ops=16000 orders=16,8,4,2,1,1,1,1,1,2,1 kinds=2,4,1 limit=85 lo=4 phases=4 cpus=2 turn=30 dumps=2
tsave x_nodes_local
run 293 label=nodes_exh ops=16000 orders=8,4,4,4,4,4,2,2,2,3,2 kinds=4,4,3,2,2,1,1 limit=300 lo=15 phases=4 cpus=2 turn=8 nodes=1 this=20 dumps=2
tsave x_nodes_exh
