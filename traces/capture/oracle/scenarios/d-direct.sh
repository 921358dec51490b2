# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: vm.defrag_mode=1 (6.15 on): huge pages, then small unmovable and reclaimable requests that compact for whole blocks
# since: 6.15
# memory: 256
load 40
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 t=30 u=1 burst=4 left=1500
oracle cthin seed=$((SEED + 2)) t=40 run=1
defrag 1
oracle cdirect label=defrag_thp order=9 n=12 mt=1 noretry=1
csave d_dir_thp
defrag 1
oracle cdirect label=defrag_o4_U order=4 n=150 mt=0 noretry=1
csave d_dir_o4_U
defrag 1
oracle cdirect label=defrag_o2_R order=2 n=400 mt=2 noretry=1
csave d_dir_o2_R
defrag 1
oracle cdirect label=defrag_o0_U order=0 n=2000 mt=0 noretry=1
csave d_dir_o0_U
defrag 1
oracle ccompact defrag_mem
csave d_dir_mem
defrag 1
oracle cdirect label=defrag_thp_after order=9 n=8 mt=1 noretry=1
csave d_dir_thp_after
