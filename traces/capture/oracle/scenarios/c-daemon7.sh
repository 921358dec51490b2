# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: as c-daemon with three requests: kcompactd: proactive compaction, and woken through kswapd by a request for a huge page
# since: 7.0
# memory: 256
load 40
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 t=30 u=1 burst=4 left=2500
oracle cthin seed=$((SEED + 2)) t=40 run=1
oracle note proactiveness=30
(sleep 1; echo 30 >/proc/sys/vm/compaction_proactiveness) &
oracle cwatch label=proactive ms=1500 n=2
csave c_daemon_proactive
echo 0 >/proc/sys/vm/compaction_proactiveness
sleep 1
oracle cfill seed=$((SEED + 3)) ops=70000 t=30 u=1 burst=4 left=100
oracle cthin seed=$((SEED + 4)) t=30 run=1
oracle cwatch label=kcompactd1 ms=1200 n=2 wake=9
oracle cwatch label=kcompactd2 ms=1200 n=2 wake=9
oracle cwatch label=kcompactd3 ms=1200 n=2 wake=9
csave c_daemon_kcompactd
