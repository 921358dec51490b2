# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: GFP_ATOMIC and HIGH with HIGHATOMIC reserves; smallest block searched; boost off
# memory: 128
load
min_free 2048
run 121 label=fragU hold=1 ops=50000 orders=1 kinds=6,0,1 limit=80 lo=30 phases=2 burst=0
run 122 label=smallestM ops=30000 orders=8,4,2,1 kinds=0,6,0,0,0,1 limit=300 lo=30 phases=2 dumps=3
oracle relhold
save iv_exh_find_smallest
run 123 label=atomic0 ops=60000 orders=16,2,1,1,1 kinds=1,1,1,12,1 limit=300 lo=40 phases=2 dumps=3
save iv_exh_atomic
boost 0
min_free 1024
run 124 label=ha_fill ops=60000 orders=8,4,2,2,1 kinds=3,3,2,3,1 limit=300 lo=60 phases=4 dumps=3
run 125 label=ha_U ops=60000 orders=8,2,1 kinds=4,2,2,0,0 limit=300 lo=50 phases=2 dumps=3
save iv_exh_highatomic_last
