# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: a zone whose low mark is more than an eighth of it: high of its per-cpu lists at each use
# memory: 256
# cmdline: kernelcore=50%
# since: 6.12
load 10
quiet
min_free 16384
run 151 label=first ops=1 orders=1 kinds=1 limit=100 lo=100 phases=1
run 152 label=second ops=1 orders=1 kinds=1 limit=100 lo=100 phases=1
run 153 label=mix ops=400 orders=8,4,2,1 kinds=2,1,1 limit=40 lo=10 phases=3 dumps=2
save xi_small_zone
