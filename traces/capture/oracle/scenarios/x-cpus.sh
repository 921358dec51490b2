# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: two CPUs take turns
# memory: 512
# cpus: 2
load 24
quiet
run 271 label=cpus_o0 ops=24000 orders=1 kinds=1,3,1 limit=80 lo=1 phases=4 cpus=2 turn=20 dumps=2
tsave x_cpus_o0
run 272 label=cpus_o03 ops=20000 orders=8,4,2,1 kinds=2,4,1 limit=60 lo=2 phases=6 cpus=2 turn=1 dumps=2
tsave x_cpus_o03
run 273 label=cpus_mix ops=20000 orders="$MIX" kinds=2,4,1,1,1 limit=70 lo=4 phases=8 cpus=2 turn=4 drains=3 dumps=2
tsave x_cpus_mix
run 274 label=cpus_long ops=20000 orders=32,16,8,4,2,1,1,1,1,3,1 kinds=2,4,1 limit=75 lo=4 phases=6 cpus=2 turn=400 dumps=2
tsave x_cpus_long
