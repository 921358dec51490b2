# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: exhaustion with stealing: movable memory full, then unmovable; all kinds; kswapd kinds
# memory: 192
load 12
min_free 2048
sleep 1
run 31 label=exh_fill_M hold=1 ops=60000 orders=40,4,2,1 kinds=0,1,0 limit=72 lo=72 phases=1 burst=0
run 32 label=exh_UR ops=20000 orders=32,16,8,4,2,1,1,1 kinds=3,1,2 limit=300 lo=10 phases=4 dumps=3
oracle relhold
save iv_exh_movable_then_unmovable
run 33 label=exh_mixkinds ops=60000 orders=64,32,16,8,4,2,1,1,1,1,1 kinds=3,3,3 limit=300 lo=30 phases=6 dumps=5
save iv_exh_mixkinds
run 34 label=exh_o04 ops=80000 orders=16,8,4,2,1 kinds=1,1,1,1,1 limit=300 lo=10 phases=2 dumps=3
save iv_exh_o04_UMRAH
run 35 label=exh_kswapd ops=60000 orders=64,32,16,8,4,2,1,1,1,1,1 kinds=1,1,1,1,0,4,4 limit=300 lo=30 phases=6 dumps=5
save iv_exh_kswapd
