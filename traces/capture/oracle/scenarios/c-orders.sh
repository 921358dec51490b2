# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: direct compaction for orders 2 to 8 in memory where only single pages are free
# memory: 256
load 40
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 t=40 u=1 burst=2 left=100
oracle cthin seed=$((SEED + 2)) t=22 run=1
oracle cdirect label=dir_o4_M order=4 n=250 mt=1 noretry=1
csave c_ord_o4_M
oracle cdirect label=dir_o6_M order=6 n=60 mt=1 noretry=1
csave c_ord_o6_M
oracle cdirect label=dir_o2_U order=2 n=500 mt=0 noretry=1
csave c_ord_o2_U
oracle cdrel
oracle cfill seed=$((SEED + 3)) ops=70000 t=8 u=1 burst=2 left=100
oracle cthin seed=$((SEED + 4)) t=25 u=10 run=1
oracle cdirect label=dir_o3_U order=3 n=150 mt=0 noretry=1
csave c_ord_o3_U
oracle cdirect label=dir_o5_R order=5 n=100 mt=2 noretry=1
csave c_ord_o5_R
oracle cdirect label=dir_o8_M order=8 n=20 mt=1 noretry=0
csave c_ord_o8_M
oracle cdirect label=dir_o3_full order=3 n=80 mt=1 noretry=0 mayfail=1
csave c_ord_o3_full
oracle cdirect label=dir_o10 order=10 n=6 mt=1 noretry=0
csave c_ord_o10
