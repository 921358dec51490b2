# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: khugepaged
# memory: 256
load 48
huge_pages
quiet
K=$TH/khugepaged
echo madvise >$TH/enabled
echo 1 >$K/defrag
user <<X
map a 8192
touch a 0 8192 4
adv a 0 8192 14
o uon khuge_full
where a 0 8192
set $K/scan_sleep_millisecs 300
sleep 2500
where a 0 8192
set $K/scan_sleep_millisecs 60000
o uoff khuge_full
X
tsave t_khuge_full
user <<X
map a 20480
touch a 0 2048 2048
touch a 2048 2048 1024
touch a 4096 2048 8
rtouch a 6144 2048 $SEED
touch a 8192 2048 2048 r
touch a 10240 1024 4 r
touch a 11264 4 4 w
touch a 14336 1024 4
adv a 0 20480 14
o uon khuge_holes
where a 0 20480
set $K/max_ptes_none 0
set $K/scan_sleep_millisecs 300
sleep 1500
set $K/max_ptes_none 255
sleep 1500
set $K/max_ptes_none 511
sleep 2500
where a 0 20480
set $K/scan_sleep_millisecs 60000
mark exit
unmap a 0 20480
o uoff khuge_holes
X
tsave t_khuge_holes
user <<X
map a 40960
touch a 0 40960 64
o uon khuge_rate
adv a 0 40960 14
set $K/scan_sleep_millisecs 10000
sleep 34000
set $K/scan_sleep_millisecs 60000
where a 0 40960
o uoff khuge_rate
X
tsave t_khuge_rate
user <<X
map a 6144
touch a 0 6144 4
o uon khuge_collapse
where a 0 6144
adv a 0 4096 25
where a 0 6144
fork
sleep 10
adv a 4096 2048 25
where a 4096 2048
endfork
o uoff khuge_collapse
X
tsave t_khuge_collapse
oracle cfill seed=$((SEED + 1)) ops=90000 c=2 t=12 u=1 burst=4 left=3500
oracle cthin seed=$((SEED + 2)) c=45 t=45 u=0 run=1
echo never >$TH/defrag
user <<X
map a 6144
touch a 0 6144 4
map h 163840
adv h 0 163840 14
touch h 0 163840 2048
adv a 0 6144 14
o uon khuge_frag
where a 0 6144
set $K/defrag 0
set $K/scan_sleep_millisecs 300
sleep 1500
mark with defrag
set $K/defrag 1
set $K/alloc_sleep_millisecs 500
sleep 4000
where a 0 6144
set $K/scan_sleep_millisecs 60000
o uoff khuge_frag
X
tsave t_khuge_frag
