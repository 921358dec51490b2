# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: the order in which memory comes back: exit, munmap, madvise
# memory: 256
load 48
huge_pages
quiet
echo never >$TH/enabled
# sizes that differ from seed to seed
N=$((8192 + (SEED - 1) * 1460))
O=$((512 + (SEED - 1) * 88))
small() {
user <<X
o uon $1
fork
map a $N
$2
map b 2048 $O
touch b 0 2048 4
where a 0 $N
where b 0 2048
o udump before
mark exit
endfork
sleep 200
mark child gone
o uoff $1
X
}
small exit_up "touch a 0 $N 4"
tsave t_exit_up
small exit_down "down a 0 $N 4"
tsave t_exit_down
small exit_random "rtouch a 0 $N $SEED"
tsave t_exit_random
user <<X
o uon exit_unmap
map a 8192
touch a 0 8192 4
where a 0 8192
mark dontneed 3000
adv a $((1000 + SEED * 8)) $((2920 + SEED * 80)) 4
mark unmap
unmap a 0 8192
sleep 100
map a 8192
mark second time
touch a 0 8192 4
where a 0 8192
mark dontneed
adv a 0 8192 4
sleep 100
mark third time
touch a 0 8192 4
where a 0 8192
o uoff exit_unmap
X
tsave t_exit_unmap
echo always >$TH/enabled
user <<X
o uon exit_huge
fork
map a 24576
touch a 0 24576 2048
map b 6144 $O
touch b 0 6144 4
adv a 4096 $O 4
prot a 8192 1024
where a 0 24576
where b 0 6144
o udump before
mark exit
endfork
sleep 200
mark child gone
o uoff exit_huge
X
tsave t_exit_huge
user <<X
o uon exit_many
fork
$(o=$SEED; for l in a b c d e f; do o=$(((o * 37 + 11) % 500)); echo "map $l 3000 $((o * 4))"; done)
$(for i in 0 1 2 3 4 5; do for l in a b c d e f; do echo "touch $l $((i * 500)) 500 4"; done; done)
fork
touch a 0 400 4
touch d 0 3000 4
mark grandchild exits
endfork
mark child exits
endfork
sleep 200
fork
map a 20000 $((1000 + O))
touch a 0 20000 4
mark child exits
endfork
sleep 200
o uoff exit_many
X
tsave t_exit_many
