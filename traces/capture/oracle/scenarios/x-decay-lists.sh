# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: many lists and large counts decay
# memory: 1024
# timeout: 900
load 40
quiet live
sleep 2
run 331 label=decay_lists_load ops=9000 orders=30,0,0,0,0,0,0,0,0,2,0 kinds=2,4,2 limit=75 lo=1 phases=2 drain=1
oracle clear
oracle watch label=decay_lists secs=50 every=10 drains=1
tsave x_decay_lists
