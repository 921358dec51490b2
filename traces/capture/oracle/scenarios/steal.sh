# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: stealing from memory fragmented by held pages, by movable and by unmovable requests
# memory: 256
load
min_free 2048
run 221 label=fragU hold=1 ops=90000 orders=1 kinds=6,0,1 limit=85 lo=70 phases=3 burst=0
run 222 label=stealM ops=30000 orders=8,4,2,1 kinds=0,6,0,0,0,1 limit=300 lo=30 phases=2 dumps=3
oracle relhold
save ix_steal_M
run 223 label=fragM hold=1 ops=90000 orders=2,1 kinds=0,6,1 limit=85 lo=70 phases=3 burst=0
run 224 label=stealU ops=30000 orders=8,4,2,1 kinds=3,0,6,1,1,0,3 limit=300 lo=30 phases=2 dumps=3
oracle relhold
save ix_steal_UR
