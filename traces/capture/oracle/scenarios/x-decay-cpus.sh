# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: per-cpu lists of two idle CPUs over time
# memory: 512
# cpus: 2
# timeout: 900
load 40
quiet live
sleep 2
run 321 label=decay_cpus_load ops=20000 orders=8,2,1,1,0,0,0,0,0,1,0 kinds=1,3,1 limit=70 lo=2 phases=2 cpus=2 turn=50 drain=1
oracle clear
oracle watch label=decay_cpus secs=60 drains=1
tsave x_decay_cpus
