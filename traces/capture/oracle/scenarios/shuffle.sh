# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: shuffled free lists; the tail bits drawn are recorded
# memory: 512
# cmdline: page_alloc.shuffle=1
load
sleep 1
run 41 label=shuf_o0 ops=40000 orders=1 kinds=1,3,1 limit=80 lo=1 phases=4
save v_shuf_o0
run 42 label=shuf_mix ops=40000 orders="$MIX" kinds=2,4,1 limit=80 lo=4 phases=10
save v_shuf_mix
run 43 label=shuf_big ops=30000 orders=1,1,1,1,1,1,1,1,2,4,8 kinds=1,4,1 limit=90 lo=5 phases=10 dumps=2
save v_shuf_big
min_free 2048
run 44 label=shuf_mix_smallhigh ops=40000 orders="$MIX" kinds=2,4,1 limit=95 lo=4 phases=10 dumps=1
save v_shuf_mix_smallhigh
