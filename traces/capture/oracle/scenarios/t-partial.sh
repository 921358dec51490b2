# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: parts of huge pages given back; split by the shrinker; fork
# memory: 256
load 48
huge_pages
quiet
H=$((SEED * 4))
user <<X
o uon partial_lazy
map a 16384
touch a 0 16384 2048
where a 0 16384
adv a 0 $((1024 - H)) 4
adv a 2048 $H 4
unmap a 5120 512
adv a 6144 2044 4
mark rest of the first
adv a $((1024 - H)) $((1024 + H)) 4
mark rest of the second
adv a $((2048 + H)) $((2048 - H)) 4
mark rest of the third
unmap a 4096 1024
unmap a 5632 512
mark rest of the fourth
unmap a 8188 4
mark read only, then locked, then free
prot a 8192 512
adv a 10240 512 8
lock a 12288 4
o udump mid
mark everything
unmap a 0 16384
o uoff partial_lazy
X
tsave t_partial_lazy
user <<X
o uon partial_shrink
map a 20480
touch a 0 20480 2048
where a 0 20480
adv a 6144 1024 4
adv a 0 1024 4
adv a 2048 4 4
adv a 4100 $((2044 - H)) 4
adv a 9216 512 4
adv a 10240 2044 4
adv a 13312 $((H * 8)) 4
o udump mid
set /proc/sys/vm/drop_caches 2
where a 0 20480
set /proc/sys/vm/drop_caches 2
o udump mid2
mark remains go
unmap a 0 20480
o uoff partial_shrink
X
tsave t_partial_shrink
user <<X
o uon partial_shrink_full
map a 20480
touch a 0 20480 4
where a 0 20480
adv a 6144 1024 4
adv a 0 1024 4
adv a 2048 4 4
adv a 4100 $((2044 - H)) 4
unmap a 9216 512
adv a 10240 2044 4
adv a 13312 $((H * 8)) 4
o udump mid
set /proc/sys/vm/drop_caches 2
where a 0 20480
o udump mid2
mark remains go
unmap a 0 20480
o uoff partial_shrink_full
X
tsave t_partial_shrink_full
user <<X
o uon partial_underused
map a 8192
touch a 0 8192 2048
mark default: 511
set /proc/sys/vm/drop_caches 2
set $TH/khugepaged/max_ptes_none 409
mark too late for these
set /proc/sys/vm/drop_caches 2
map b 16384
touch b 0 16384 2048
touch b 2048 1024 4
touch b 4096 404 4
touch b 6144 2048 4
touch b 8192 412 4
down b 10240 2048 64
where b 0 16384
set /proc/sys/vm/drop_caches 2
where b 0 16384
mark all
unmap a 0 8192
unmap b 0 16384
set $TH/khugepaged/max_ptes_none 511
o uoff partial_underused
X
tsave t_partial_underused
user <<X
o uon partial_fork
map a 12288
touch a 0 12288 2048
where a 0 12288
fork
mark child writes one page of the first
touch a 4 4 4
where a 0 2048
mark child writes one page of the second
touch a 2052 4 4
mark child exits
endfork
mark parent writes
touch a 8 4 4
touch a 2056 4 4
touch a 4100 4 4
where a 0 6144
fork
sleep 100
adv a 6144 1024 4
mark child gave back half of the fourth
endfork
adv a 6144 2048 4
mark a fork whose parent leaves first
spawn
sleep 300
mark child drops the fifth
adv a 8192 2048 4
mark child exits
endfork
adv a 8192 2048 4
mark parent dropped the fifth
sleep 600
unmap a 0 12288
o uoff partial_fork
X
tsave t_partial_fork
