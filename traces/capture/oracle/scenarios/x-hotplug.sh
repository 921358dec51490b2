# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: memory blocks taken offline and online again
# memory: 896
# cmdline: kernelcore=350M
# timeout: 600
load 40
quiet
oracle cfill seed=$((SEED * 1000 + 241)) ops=60000 c=2 t=3 u=0 left=110000 burst=40
oracle cthin seed=$((SEED * 1000 + 242)) c=60 t=60 run=30
state() { echo "$2" >"/sys/devices/system/memory/memory$1/state" || echo "GUEST_NOTE memory$1 $2 failed"; }
oracle trace hot_fail
state 1 offline
oracle traced hot_fail
for m in 5 4; do
oracle trace hot_off$m
state $m offline
oracle traced hot_off$m
oracle trace hot_on$m
state $m online_movable
oracle traced hot_on$m
done
tsave x_hotplug
run 243 label=hot_after ops=4000 orders=16,8,6,4,2,2,2,1,1,4,1 kinds=2,6,1 limit=60 lo=10 phases=3
tsave x_hotplug_after
