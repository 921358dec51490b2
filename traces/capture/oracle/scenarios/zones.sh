# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: DMA, DMA32 and Normal to exhaustion, with and without kswapd kinds
# memory: 5120
load 48
sleep 1
run 51 label=mz_mix ops=80000 orders=64,32,16,8,4,2,2,8,8,32,16 kinds=2,4,1 limit=300 lo=10 phases=2 dumps=3
save vi_mz_mix
run 52 label=mz_nofrag ops=90000 orders=64,32,16,8,4,2,2,8,8,32,16 kinds=1,1,1,1,0,6,4 limit=300 lo=10 phases=2 dumps=3
save vi_mz_nofrag
