# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: small pcp high (min_free_kbytes=2048): orders 0, 0-3, 0-10, many order 9, GFP_ATOMIC
# memory: 512
load
min_free 2048
sleep 1
run 21 label=o0_smallhigh ops=60000 orders=1 kinds=1,3,1 limit=40 lo=0 phases=10
save i_o0_smallhigh
run 22 label=o03_smallhigh ops=40000 orders=8,4,2,1 kinds=2,4,1 limit=60 lo=1 phases=10
save ii_o03_smallhigh
run 23 label=mix_smallhigh ops=40000 orders="$MIX" kinds=2,4,1 limit=80 lo=4 phases=10
save iii_mix_smallhigh
run 24 label=mix_thp ops=20000 orders=20,4,2,1,0,0,0,0,0,20,1 kinds=1,8,1 limit=85 lo=10 phases=10
save iii_mix_thp
run 25 label=mix_atomic ops=40000 orders="$MIX" kinds=1,2,1,3,1 limit=120 lo=20 phases=4 dumps=2
save iii_mix_atomic
