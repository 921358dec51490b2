# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a Movable zone besides DMA32: compact_memory, direct compaction through both
# memory: 320
# cmdline: kernelcore=65%
load 40
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=90000 t=20 u=1 burst=4 left=2500
oracle cthin seed=$((SEED + 2)) t=35 u=10 run=2
oracle cdirect label=zones_thp order=9 n=16 mt=1 noretry=1
csave c_zones_thp
oracle cdirect label=zones_o9_U order=9 n=6 mt=0 noretry=0
csave c_zones_o9_U
oracle cdrel
oracle cthin seed=$((SEED + 3)) t=10 run=1
oracle ccompact zones_mem
csave c_zones_mem
oracle cfill seed=$((SEED + 4)) ops=90000 t=20 u=1 burst=4 left=2500
oracle cthin seed=$((SEED + 5)) t=30 run=1
oracle cdirect label=zones_retry order=9 n=24 mt=1 noretry=0
csave c_zones_retry
