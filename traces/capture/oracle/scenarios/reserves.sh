# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: larger HIGHATOMIC reserves under all orders
# memory: 400
load
min_free 2048
run 201 label=ha_a ops=60000 orders=8,4,2,2,1,1,1,1,1,1,1 kinds=2,2,1,4,1 limit=300 lo=60 phases=6 dumps=3
save ix_ha_mix
run 202 label=ha_b ops=60000 orders=4,4,4,4,2,2,1,1,1,3,2 kinds=1,1,1,6,1 limit=300 lo=30 phases=8 dumps=3
save ix_ha_big
