# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: vm.defrag_mode=1 with a Movable zone besides DMA32
# since: 6.15
# memory: 320
# cmdline: kernelcore=65%
load 40
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=90000 t=20 u=1 burst=4 left=2500
oracle cthin seed=$((SEED + 2)) t=35 u=10 run=2
defrag 1
oracle cdirect label=defrag_zones_thp order=9 n=16 mt=1 noretry=1
csave d_zones_thp
defrag 1
oracle cdirect label=defrag_zones_o3_U order=3 n=250 mt=0 noretry=1
csave d_zones_o3_U
defrag 1
oracle cdirect label=defrag_zones_o9_U order=9 n=6 mt=0 noretry=0
csave d_zones_o9_U
