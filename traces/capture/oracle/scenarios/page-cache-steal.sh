# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: stealing blocks that page cache half fills; a run over held unmovable pages
# memory: 256
load
min_free 2048
files 1300 23
holes 5 0 1 3
run 91 label=lru_s7a ops=30000 orders=8,4,2,1,6,3 kinds=3,3,1 limit=300 lo=35 phases=10 dumps=4
save iv_exh_lru_steal_a
run 92 label=lru_s7b ops=30000 orders=8,4,2,1,6,3,1 kinds=4,2,2 limit=300 lo=50 phases=14 dumps=4
save iv_exh_lru_steal_b
run 93 label=fill_U hold=1 ops=9000 orders=8,4,2 kinds=1,0,0 limit=55 lo=55 phases=1 burst=0
run 94 label=lru_s7c ops=20000 orders=1,1,1,1,6,3,1 kinds=1,8,1 limit=300 lo=20 phases=8 dumps=4
oracle relhold
save iv_exh_lru_steal_c
