# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: per-cpu lists over time with a second node without a CPU, idle and with a little to do every second
# memory: 768
# qemu: -object memory-backend-ram,id=m0,size=384M -object memory-backend-ram,id=m1,size=384M -numa node,nodeid=0,cpus=0,memdev=m0 -numa node,nodeid=1,memdev=m1
# timeout: 900
load 40
quiet live
sleep 2
run 261 label=decay_nodes_load ops=14000 orders=1 kinds=2,4,1 limit=30 lo=1 phases=2 nodes=1 drain=1
tsave x_decay_nodes_load
oracle watch label=decay_nodes secs=40 every=10 drains=1 far=1
tsave x_decay_nodes
run 262 label=decay_nodes_load2 ops=9000 orders=12,1,1 kinds=2,4,1 limit=30 lo=1 phases=2 nodes=1 drain=1
oracle clear
(while sleep 1; do :; done) &
oracle watch label=decay_busy secs=50 every=10 drains=1 far=1
tsave x_decay_nodes_busy
