# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: direct compaction: orders 9, 4, 3, movable and unmovable, with and without retries, deferral
# memory: 256
load 40
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 t=30 u=1 burst=4 left=1500
oracle cthin seed=$((SEED + 2)) t=30 run=1
oracle cdirect label=dir_thp order=9 n=12 mt=1 noretry=1
csave c_dir_thp
oracle cdirect label=dir_thp_more order=9 n=40 mt=1 noretry=1
csave c_dir_thp_more
oracle cdrel
oracle cfill seed=$((SEED + 3)) ops=70000 t=30 u=1 burst=4 left=1500
oracle cthin seed=$((SEED + 4)) t=30 u=20 run=2
oracle cdirect label=dir_o9_retry order=9 n=20 mt=1 noretry=0
csave c_dir_o9_retry
oracle cdirect label=dir_o4_M order=4 n=150 mt=1 noretry=1
csave c_dir_o4_M
oracle cdrel
oracle cfill seed=$((SEED + 5)) ops=70000 t=12 u=1 umax=1 burst=8 left=1500
oracle cthin seed=$((SEED + 6)) t=30 u=30 run=1
oracle cdirect label=dir_o9_U order=9 n=12 mt=0 noretry=1
csave c_dir_o9_U
oracle cdirect label=dir_o4_U order=4 n=60 mt=0 noretry=1
csave c_dir_o4_U
oracle cdirect label=dir_o9_mayfail order=9 n=8 mt=1 noretry=0 mayfail=1
csave c_dir_o9_mayfail
oracle ccompact mem_after
csave c_mem_after
oracle cdirect label=dir_thp_after order=9 n=10 mt=1 noretry=1
csave c_dir_thp_after
