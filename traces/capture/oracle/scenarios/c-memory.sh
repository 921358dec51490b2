# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: compaction of everything by compact_memory: light, again, thinned, unmovable pages in many blocks
# memory: 256
load 32
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 t=30 u=1 burst=4 left=3000
oracle cthin seed=$((SEED + 2)) t=30 run=1
oracle ccompact mem_light
csave c_mem_light
oracle ccompact mem_again
csave c_mem_again
oracle cthin seed=$((SEED + 3)) t=40 u=30 run=8
oracle ccompact mem_thin
csave c_mem_thin
oracle cfill seed=$((SEED + 4)) ops=70000 t=4 u=1 umax=3 burst=16 left=3000
oracle cthin seed=$((SEED + 5)) t=50 u=50 run=2
oracle ccompact mem_unmovable
csave c_mem_unmovable
