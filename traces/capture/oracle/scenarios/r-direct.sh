# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: direct reclaim of clean page cache, without kswapd and without boosts: orders 0, 2, 3, and huge pages
# memory: 256
load 40
quiet
sleep 1
boost 0
oracle cfill seed=$((SEED + 1)) ops=70000 c=30 t=5 u=1 burst=4 left=1500
oracle cdirect label=direct_o0_U order=0 n=6000 mt=0 noretry=1 pages=1
csave r_direct_o0_U
boost 0
oracle cdirect label=direct_o0_M order=0 n=2500 mt=1 noretry=1 pages=1
csave r_direct_o0_M
oracle cdrel
boost 0
oracle cfill seed=$((SEED + 2)) ops=70000 c=30 t=5 u=1 burst=4 left=1500
oracle cdirect label=direct_o2_M order=2 n=600 mt=1 noretry=1 pages=1
csave r_direct_o2_M
boost 0
oracle cdirect label=direct_o3_U order=3 n=200 mt=0 noretry=1 pages=1
csave r_direct_o3_U
oracle cdrel
boost 0
oracle cfill seed=$((SEED + 3)) ops=70000 c=30 t=5 u=1 burst=4 left=800
oracle cdirect label=direct_thp order=9 n=8 mt=1 noretry=1 pages=1
csave r_direct_thp
