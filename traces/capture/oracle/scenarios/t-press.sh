# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: the shrinker of partly freed huge pages under real pressure
# memory: 256
load 48
huge_pages
quiet
echo 1 >/proc/sys/vm/overcommit_memory
user <<X
map a 98304
touch a 0 98304 2048
$(i=0; while [ $i -lt 48 ]; do echo "adv a $((i * 2048)) $(( ((i * SEED) % 5 + 1) * 400 )) 4"; i=$((i + 1)); done)
map b 131072
adv b 0 131072 15
o uon partial_pressure
where a 0 98304
touch b 0 64000 4
where a 0 98304
o uoff partial_pressure
X
tsave t_partial_pressure
