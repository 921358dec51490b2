# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a Movable zone (kernelcore=60%)
# memory: 1024
# cmdline: kernelcore=60%
load
run 111 label=movzone ops=80000 orders=32,16,8,4,2,2,2,2,2,2,1 kinds=2,4,2,1,1,2,1 limit=300 lo=10 phases=2 dumps=3
save vi_movablezone
