# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: as c-restart, in the more memory that newer kernels need: huge pages that cannot be had: deferral up to the limit, and the restart with fresh skip bits
# since: 7.0
# memory: 224
load 32
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=70000 t=6 u=1 burst=1 left=400
oracle cthin seed=$((SEED + 2)) t=35 run=1
oracle cdirect label=restart order=9 n=170 mt=1 noretry=0
oracle cthin seed=$((SEED + 7)) t=4 run=1
csave c_restart_o9
oracle cthin seed=$((SEED + 3)) t=20 run=1
oracle cdirect label=restart_o5 order=5 n=120 mt=0 noretry=0
oracle cthin seed=$((SEED + 8)) t=4 run=1
csave c_restart_o5
