# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: huge page faults when no huge block is free, each defrag mode
# memory: 256
load 48
huge_pages
quiet
oracle cfill seed=$((SEED + 1)) ops=90000 c=2 t=12 u=1 burst=4 left=1500
oracle cthin seed=$((SEED + 2)) c=45 t=45 u=0 run=1
set -- a b c d e f g i j k
for m in never defer madvise defer+madvise always; do echo "set $TH/defrag $m
map $1 4096
touch $1 0 4096 2048
touch $1 4 4 4
where $1 0 4096
sleep 300
map $2 4096
adv $2 0 4096 14
touch $2 0 4096 2048
touch $2 4 4 4
where $2 0 4096
sleep 300"; shift 2; done >/tmp/m
echo never >$TH/defrag
(echo "map h 163840
touch h 0 163840 2048
o uon fault_frag"; cat /tmp/m; echo "o uoff fault_frag") | user
tsave t_fault_frag
