# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: exit of a process larger than one gather of pages
# memory: 256
load 48
huge_pages
quiet
echo never >$TH/enabled
user <<X
o uon exit_large
fork
map a $((61440 + SEED * 512)) 512
touch a 0 $((61440 + SEED * 512)) 4
where a 0 $((61440 + SEED * 512))
mark exit
endfork
sleep 200
o uoff exit_large
X
tsave t_exit_large
