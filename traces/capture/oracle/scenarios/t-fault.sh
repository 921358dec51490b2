# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: faults in huge and small pages, each defrag mode, with and without free huge blocks; page tables
# memory: 256
load 48
huge_pages
quiet
user <<X
o uon fault_plain
map a 16384
touch a 0 16384 2048
where a 0 16384
map b 9000 1000
touch b 0 9000 4
where b 0 9000
map c 6144
touch c 0 4096 4 r
touch c 2048 4 4 w
touch c 0 4 4 r
touch c 4096 4 4 w
unmap c 0 6144
unmap b 0 9000
unmap a 0 16384
o uoff fault_plain
X
tsave t_fault_plain
for m in always defer defer+madvise madvise never; do echo "set $TH/defrag $m
map a 4096
touch a 0 4096 2048
unmap a 0 4096
map a 4096
adv a 0 4096 14
touch a 0 4096 2048
unmap a 0 4096"; done >/tmp/m
(echo "o uon fault_modes"; cat /tmp/m; echo "o uoff fault_modes") | user
tsave t_fault_modes
echo never >$TH/enabled
user <<X
o uon fault_small
map a 8192
touch a 0 8192 4
where a 0 8192
map b 131072
touch b 0 131072 2048
where b 0 4096
map c 4096
touch c 0 4096 4 r
touch c 0 4096 4 w
unmap b 0 131072
unmap a 0 8192
o uoff fault_small
X
tsave t_fault_small
echo always >$TH/enabled
if [ -e $TH/hugepages-64kB/enabled ]; then
echo always >$TH/hugepages-64kB/enabled
echo never >$TH/enabled
user <<X
o uon fault_mthp
map a 4096
touch a 0 2048 4
where a 0 2048
adv a 0 8 4
adv a 64 32 4
adv a 8 56 4
set /proc/sys/vm/drop_caches 2
unmap a 0 2048
o uoff fault_mthp
X
tsave t_fault_mthp
fi
