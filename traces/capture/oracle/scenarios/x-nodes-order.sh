# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: six nodes, two without a CPU, distances that tie
# memory: 768
# cpus: 4
# qemu: -object memory-backend-ram,id=m0,size=128M -object memory-backend-ram,id=m1,size=128M -object memory-backend-ram,id=m2,size=128M -object memory-backend-ram,id=m3,size=128M -object memory-backend-ram,id=m4,size=128M -object memory-backend-ram,id=m5,size=128M -numa node,nodeid=0,cpus=0,memdev=m0 -numa node,nodeid=1,cpus=1,memdev=m1 -numa node,nodeid=2,cpus=2,memdev=m2 -numa node,nodeid=3,cpus=3,memdev=m3 -numa node,nodeid=4,memdev=m4 -numa node,nodeid=5,memdev=m5 -numa dist,src=0,dst=1,val=20 -numa dist,src=0,dst=2,val=20 -numa dist,src=0,dst=3,val=30 -numa dist,src=0,dst=4,val=20 -numa dist,src=0,dst=5,val=30 -numa dist,src=1,dst=2,val=30 -numa dist,src=1,dst=3,val=20 -numa dist,src=1,dst=4,val=30 -numa dist,src=1,dst=5,val=20 -numa dist,src=2,dst=3,val=20 -numa dist,src=2,dst=4,val=40 -numa dist,src=2,dst=5,val=20 -numa dist,src=3,dst=4,val=20 -numa dist,src=3,dst=5,val=40 -numa dist,src=4,dst=5,val=30
load 16
quiet
run 311 label=nodes_six ops=9000 orders=8,4,4,4,4,3,2,2,2,3,1 kinds=2,4,1,1,1 limit=300 lo=15 phases=2 nodes=1 cpus=4 turn=5 dumps=1
tsave x_nodes_six
