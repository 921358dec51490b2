# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: ranges isolated and undone among operations, in a Movable zone and elsewhere
# memory: 320
# cmdline: kernelcore=150M
load 24
quiet
run 201 label=iso_movable ops=16000 orders=16,8,6,4,2,2,2,1,1,4,1 kinds=0,1 limit=85 lo=10 phases=6 iso=25 isomax=4 isozones=0x8 drains=4 dumps=3
tsave x_iso_movable
run 202 label=iso_offline ops=16000 orders=32,16,8,6,4,4,4,2,2,4,2 kinds=2,6,1 limit=80 lo=8 phases=6 iso=40 isomax=4 offline=1 drains=3 dumps=3
tsave x_iso_offline
run 203 label=iso_mixed ops=16000 orders=16,8,6,4,2,2,2,1,1,3,2 kinds=4,4,3,1,1 limit=70 lo=5 phases=6 iso=60 isomax=5 isozones=0xa dumps=3
tsave x_iso_mixed
run 204 label=iso_exh ops=14000 orders=8,4,4,4,4,4,2,1,1,2,1 kinds=3,6,2,1,1,1,1 limit=300 lo=20 phases=4 iso=30 isomax=3 offline=1 dumps=2
tsave x_iso_exh
run 205 label=iso_one ops=3000 orders=1,1,1,1,1,1,1,1,1,4,6 kinds=0,1 limit=60 lo=5 phases=4 iso=200 isomax=1 offline=1 dumps=8
tsave x_iso_one
