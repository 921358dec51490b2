# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: order 0, orders 0-3, orders 0-10 with the default watermarks
# memory: 512
load
sleep 1
run 11 label=o0 ops=60000 orders=1 kinds=1,3,1 limit=80 lo=1 phases=4
save i_o0
run 12 label=o03 ops=40000 orders=8,4,2,1 kinds=2,4,1 limit=60 lo=2 phases=6
save ii_o03
run 13 label=mix ops=40000 orders="$MIX" kinds=2,4,1 limit=70 lo=4 phases=8
save iii_mix
