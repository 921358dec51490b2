# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: free memory rising through the marks as clean page cache is reclaimed, without boosts: which marks compaction and reclaim go by
# memory: 208
load 24
quiet
sleep 1
boost 0
oracle cfill seed=$((SEED + 1)) ops=70000 c=4 t=16 u=1 burst=1 left=10
oracle cdirect label=low7_o9 order=9 n=16 mt=1 noretry=1 pages=1
oracle cdirect label=low7_o4 order=4 n=30 mt=0 noretry=1 pages=1
oracle cdirect label=low7_o5 order=5 n=30 mt=1 noretry=1 pages=1
oracle cthin seed=$((SEED + 9)) t=6 run=1
csave c_low7
