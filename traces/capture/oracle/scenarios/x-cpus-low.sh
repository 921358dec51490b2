# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: two CPUs, small per-cpu lists, exhaustion, isolation
# memory: 320
# cpus: 2
load 24
quiet
min_free 2048
run 281 label=cpus_small ops=16000 orders="$MIX" kinds=2,4,1 limit=75 lo=4 phases=6 cpus=2 turn=3 drains=2 dumps=2
tsave x_cpus_small
run 282 label=cpus_exh ops=16000 orders=8,4,4,4,4,4,2,1,1,2,1 kinds=4,4,3,2,2,1,1 limit=300 lo=15 phases=4 cpus=2 turn=6 dumps=2
tsave x_cpus_exh
run 283 label=cpus_iso ops=12000 orders=16,8,6,4,2,2,2,1,1,4,2 kinds=2,6,1 limit=75 lo=5 phases=5 cpus=2 turn=5 iso=30 isomax=4 offline=1 drains=4 dumps=2
tsave x_cpus_iso
