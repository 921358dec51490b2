# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: page cache in the blocks: files with holes between them, all kinds on top
# memory: 256
load
min_free 2048
files 420 61
holes 3 0
run 71 label=lru_UR ops=20000 orders=32,16,8,4,2,1,1,1 kinds=3,1,2 limit=300 lo=10 phases=2 dumps=3
save iv_exh_lru_UR
holes 7 1
run 72 label=lru_M ops=20000 orders=8,8,8,8,8,4,2,1 kinds=1,6,1 limit=300 lo=10 phases=4 dumps=3
save iv_exh_lru_M
run 73 label=lru_mix ops=40000 orders=32,16,8,4,2,1,1,1,1,1 kinds=2,2,2,1,1,1,1 limit=300 lo=10 phases=8 dumps=5
save iv_exh_lru_mix
