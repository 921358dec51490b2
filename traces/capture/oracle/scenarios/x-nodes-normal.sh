# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: two nodes, the second with DMA32 and Normal: no fragmentation across nodes
# memory: 3584
# cpus: 2
# qemu: -object memory-backend-ram,id=m0,size=2944M -object memory-backend-ram,id=m1,size=640M -numa node,nodeid=0,cpus=0,memdev=m0 -numa node,nodeid=1,cpus=1,memdev=m1
# timeout: 600
load 64
quiet
run 301 label=nodes_hold ops=14000 orders=0,0,0,1,1,1,2,2,2,0,0 kinds=0,1 limit=300 lo=30 phases=2 burst=0 cpus=2 nodes=1 this=100 hold=1
oracle clear
run 302 label=nodes_nofrag ops=14000 orders=16,12,8,6,5,4,3,3,2,2,1 kinds=6,2,4,1,1,1,4 limit=300 lo=30 phases=4 cpus=2 turn=6 nodes=1 this=15 dumps=2
tsave x_nodes_nofrag
