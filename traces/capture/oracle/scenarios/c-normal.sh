# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a Normal zone behind a DMA32 zone that is mostly held: requests with NOFRAGMENT
# memory: 3584
# timeout: 600
load 40
quiet
sleep 1
oracle chold 720
oracle cfill seed=$((SEED + 1)) ops=200000 t=20 u=1 burst=4 left=3000
oracle cthin seed=$((SEED + 2)) t=30 u=10 run=1
oracle cdirect label=normal_thp order=9 n=10 mt=1 noretry=1
csave c_normal_thp
oracle cdirect label=normal_o4_U order=4 n=60 mt=0 noretry=1
csave c_normal_o4_U
oracle cdirect label=normal_o9_retry order=9 n=6 mt=1 noretry=0
csave c_normal_o9_retry
oracle ccompact normal_mem
csave c_normal_mem
