# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: direct compaction for unmovable and reclaimable requests, before anything was deferred
# memory: 256
load 40
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 t=5 u=1 burst=3 left=100
oracle cthin seed=$((SEED + 2)) t=25 u=25 run=1
oracle cdirect label=unm_o9_U order=9 n=10 mt=0 noretry=0
csave c_unm_o9_U
oracle cdirect label=unm_o4_U order=4 n=200 mt=0 noretry=1
csave c_unm_o4_U
oracle cdirect label=unm_o6_R order=6 n=60 mt=2 noretry=0
csave c_unm_o6_R
