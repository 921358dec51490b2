# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: alloc_contig_range and free_contig_range, in free memory, then with page cache in the way
# memory: 384
# cmdline: kernelcore=200M
load 40
quiet
oracle contig label=contig_free seed=$((SEED * 1000 + 231)) tries=60 max=1500
tsave x_contig_free
oracle cfill seed=$((SEED * 1000 + 232)) ops=60000 c=2 t=3 u=0 left=16000 burst=40
oracle cthin seed=$((SEED * 1000 + 233)) c=30 t=30 run=30
oracle contig label=contig_cache seed=$((SEED * 1000 + 234)) tries=40 max=600
tsave x_contig_cache
