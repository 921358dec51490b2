# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: drop_caches with clean page cache, alone and mixed; then compaction
# memory: 256
load 32
quiet
sleep 1
oracle cfill seed=$((SEED + 1)) ops=30000 c=30 u=1 burst=4 left=5000
oracle cdrop drop_plain
csave r_drop_plain
oracle cfill seed=$((SEED + 2)) ops=70000 c=10 t=20 u=1 burst=6 left=3000
oracle cthin seed=$((SEED + 3)) c=20 t=20 u=10 run=2
oracle cdrop drop_mixed
csave r_drop_mixed
oracle ccompact drop_then_compact
csave r_drop_then_compact
