# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: no-fragment allocation: a Normal zone that is full of movable pages, held
# memory: 3584
load 32
run 101 label=nf_M hold=1 ops=45000 orders=20,4,2,2,4,4,4,4,2 kinds=0,2,0,0,0,6 limit=17 lo=17 phases=1 burst=0
run 102 label=nf_UW ops=30000 orders=32,16,8,4,2,1,1 kinds=1,1,2,1,0,2,6 limit=14 lo=2 phases=6 dumps=3
oracle relhold
save vi_mz_nofrag_small
