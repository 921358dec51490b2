# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: isolation with small per-cpu lists, order 10 and order 9 blocks, HIGHATOMIC reserves
# memory: 512
load 24
quiet
min_free 2048
run 211 label=iso_small ops=14000 orders=16,8,6,4,2,2,2,1,1,6,3 kinds=2,6,1 limit=75 lo=5 phases=6 iso=40 isomax=6 offline=1 drains=3 dumps=3
tsave x_iso_small
run 212 label=iso_big ops=6000 orders=1,1,1,1,1,1,1,1,1,6,12 kinds=2,6,1 limit=80 lo=5 phases=8 iso=120 isomax=3 offline=1 dumps=5
tsave x_iso_big
run 213 label=iso_atomic ops=12000 orders=6,6,6,6,6,6,5,4,4,3,1 kinds=2,4,1,6,3 limit=300 lo=15 phases=4 iso=30 isomax=3 offline=1 dumps=3
tsave x_iso_atomic
