# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: hardly any free memory: refused targets, boosted marks, the fragmentation index
# memory: 192
load 24
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 t=8 u=1 umax=1 burst=4 left=10
oracle cthin seed=$((SEED + 2)) t=2 run=1
oracle ccompact low_1
csave c_low_mem
oracle cthin seed=$((SEED + 3)) t=3 u=2 run=8
oracle cdirect label=low_o4 order=4 n=40 mt=1 noretry=1
csave c_low_o4
oracle cthin seed=$((SEED + 4)) t=2 u=1 run=8
oracle cdirect label=low_o2 order=2 n=80 mt=1 noretry=0 mayfail=1
csave c_low_o2
oracle cthin seed=$((SEED + 5)) t=2 u=1 run=16
oracle ccompact low_2
csave c_low_mem2
