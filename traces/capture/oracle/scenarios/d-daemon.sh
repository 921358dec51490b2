# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: vm.defrag_mode=1: kcompactd, woken through kswapd by requests for huge pages and by small ones
# since: 6.15
# memory: 256
load 40
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 t=30 u=1 burst=4 left=1500
oracle cthin seed=$((SEED + 2)) t=40 run=1
defrag 1
oracle cwatch label=defrag_kcompactd9a ms=1200 n=2 wake=9
oracle cwatch label=defrag_kcompactd9b ms=1200 n=2 wake=9
oracle cwatch label=defrag_kcompactd9c ms=1200 n=2 wake=9
echo 0 >/proc/sys/vm/defrag_mode
csave d_daemon_o9
oracle cfill seed=$((SEED + 3)) ops=70000 t=30 u=1 burst=4 left=1500
oracle cthin seed=$((SEED + 4)) t=40 run=1
oracle cdirect label=empty order=9 n=3 mt=1 noretry=1
oracle clear
defrag 1
oracle cwatch label=defrag_kcompactd5a ms=1200 n=2 wake=5
oracle cwatch label=defrag_kcompactd5b ms=1200 n=2 wake=5
echo 0 >/proc/sys/vm/defrag_mode
csave d_daemon_o5
