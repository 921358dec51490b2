# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: per-cpu lists of an idle guest over time
# memory: 512
# timeout: 900
load 40
quiet live
sleep 2
run 251 label=decay_load ops=20000 orders=1 kinds=0,1 limit=70 lo=2 phases=2 drain=1
tsave x_decay_o0_load
oracle watch label=decay_o0 secs=75 every=15 drains=1
tsave x_decay_o0
run 252 label=decay_load2 ops=20000 orders=8,4,2,1,0,0,0,0,0,1,0 kinds=2,4,1 limit=70 lo=2 phases=2 drain=1
oracle clear
oracle watch label=decay_mix secs=80 every=20 drains=1 n=6000
tsave x_decay_mix
