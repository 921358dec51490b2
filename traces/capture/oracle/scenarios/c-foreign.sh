# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: pages of others: memory of processes (huge pages too), tmpfs files, page cache with few pages on the LRU
# memory: 256
load 40
quiet
awk 'BEGIN { for (i = 0; i < 90000; i++) a[i] = i "xxxxxxxxxxxxxxxx"; system("sleep 1000") }' &
sleep 12
files 300 9
holes 3 0
oracle cfill seed=$((SEED + 1)) ops=50000 t=6 c=6 u=1 burst=4 left=2500
oracle cthin seed=$((SEED + 2)) t=35 c=35 u=10 run=2
oracle ccompact foreign_mem
csave c_foreign_mem
oracle cfill seed=$((SEED + 3)) ops=50000 t=12 u=1 burst=4 left=2500
oracle cthin seed=$((SEED + 4)) t=40 run=1
oracle cdirect label=foreign_thp order=9 n=16 mt=1 noretry=1
csave c_foreign_thp
