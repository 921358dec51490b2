# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: watermarks boosted by stealing, and what still gets through them
# memory: 320
load
min_free 2048
run 301 label=fillM hold=1 ops=30000 orders=4,4,2,2,1,1 kinds=0,1 limit=85 lo=85 phases=1 burst=0
run 302 label=boostU ops=60000 orders=8,2,1 kinds=3,1,2,0,6 limit=300 lo=60 phases=2 dumps=3
run 303 label=retryAH ops=60000 orders=1 kinds=0,0,0,3,6 limit=400 lo=90 phases=4 dumps=3
oracle relhold
save ix_boost_retry
