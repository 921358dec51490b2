#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a strategy does to time and memory in a whole run: who waits for the host, and who does not.
. "$(dirname "$0")/lib.sh"

cell() { jq -e "$2" "$1" >/dev/null || fail "$1: $2: $(jq -c '.cells[] | {strategy, calls,
	reported_bytes, cpu_lag_ns, isolated_peak_bytes, refaults, left_raw_bytes}' "$1")"; }

# 256 MiB are released in a millisecond, 4 MiB at a time: 64 frees
expect 0 -- trace gen burst --params size=256MiB,order=10,release=1ms -o burst.cborseq

# S2a: the freeing CPU waits for its own scan. A worker of its own makes nobody wait.
expect 0 -- compare burst.cborseq -s percpu-array:threshold=16,entries=32,order=10 -s april-sketch:hwm=8 \
	--device model --thp never --no-measured --format json -o percpu.json
cell percpu.json '.cells[0] | .calls > 0 and .cpu_lag_ns > 0'
cell percpu.json '.cells[0].isolated_peak_bytes == 16 * 4194304'
cell percpu.json '.cells[1] | .calls > 0 and .isolated_peak_bytes <= 67108864'

finish
