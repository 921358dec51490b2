# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: vm.defrag_mode=1: requests that retry until mixing is allowed after all
# since: 6.15
# memory: 256
load 40
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 t=20 u=1 burst=2 left=100
oracle cthin seed=$((SEED + 2)) t=35 run=1
defrag 1
oracle cdirect label=defrag_o3_U order=3 n=250 mt=0 noretry=0 mayfail=1
csave d_ord_o3_U
defrag 1
oracle cdirect label=defrag_o5_U order=5 n=60 mt=0 noretry=0 mayfail=1
csave d_ord_o5_U
defrag 1
oracle cdirect label=defrag_o3_M order=3 n=300 mt=1 noretry=0 mayfail=1
csave d_ord_o3_M
oracle cdrel
defrag 0
oracle cfill seed=$((SEED + 3)) ops=70000 t=10 u=1 burst=2 left=100
oracle cthin seed=$((SEED + 4)) t=30 u=20 run=1
defrag 1
oracle cdirect label=defrag_o0_R order=0 n=2500 mt=2 noretry=0 mayfail=1
csave d_ord_o0_R
defrag 1
oracle cdirect label=defrag_o9_U order=9 n=8 mt=0 noretry=0
csave d_ord_o9_U
defrag 1
oracle cdirect label=defrag_o6_R order=6 n=30 mt=2 noretry=0 mayfail=1
csave d_ord_o6_R
