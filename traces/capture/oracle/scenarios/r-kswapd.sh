# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: kswapd alone on clean page cache, without boosts: order-0 requests in bursts, kswapd in the pauses between them
# memory: 256
load 40
quiet
sleep 1
boost 0
oracle cfill seed=$((SEED + 1)) ops=70000 c=30 t=5 u=1 burst=4 left=1500
oracle cpress label=kswapd_o0 n=4500 sleep=300 fifo=1
csave r_kswapd_o0
boost 0
oracle cpress label=kswapd_o0_long n=6000 sleep=900 fifo=1
csave r_kswapd_o0_long
