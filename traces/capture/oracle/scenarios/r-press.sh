# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: reclaim of clean page cache: kswapd woken by order-0 requests, direct reclaim
# memory: 256
load 48
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 c=30 t=5 u=1 burst=4 left=2500
oracle cpress label=press_kswapd n=6000 sleep=400
csave r_press_kswapd
oracle cdrel
oracle cfill seed=$((SEED + 2)) ops=70000 c=30 t=5 u=1 burst=4 left=1500
oracle cpress label=press_direct n=6000 direct=1
csave r_press_direct
