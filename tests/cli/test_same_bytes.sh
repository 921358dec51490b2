#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Same input, options and seed: the same bytes out. Measured parts are all that may differ.
. "$(dirname "$0")/lib.sh"

for trace in $(short_traces); do
	name=$(basename "$trace" .cborseq.zst)
	for run in 1 2; do
		expect 0 -- compare "$trace" -s all --device null --repeat 2 --gap 5s --allow-lossy \
			--no-measured --format json -o "$name.$run.json"
	done
	cmp -s "$name.1.json" "$name.2.json" || fail "$name: two runs differ"
	jq -e '.schema == "buddysim-record-3" and (.cells | length > 1) and (has("measured") | not)' \
		"$name.1.json" >/dev/null || fail "$name: not the record that was promised"
	jq -e '[.cells[] | select(.strategy == "none") | .calls == 0 and .reported_bytes == 0] | all' \
		"$name.1.json" >/dev/null || fail "$name: none reported something"
	jq -e '.cells | map(.used_mib_s) | max - min <= 1' "$name.1.json" >/dev/null ||
		fail "$name: cells did not see the same use"
done

expect 0 -- trace gen churn --params events=20000,live=1000,memory=256MiB --seed 3 -o a.cborseq
expect 0 -- trace gen churn --params events=20000,live=1000,memory=256MiB --seed 3 -o b.cborseq
expect 0 -- trace gen churn --params events=20000,live=1000,memory=256MiB --seed 4 -o c.cborseq
cmp -s a.cborseq b.cborseq || fail "the same seed gives different traces"
cmp -s a.cborseq c.cborseq && fail "different seeds give the same trace"

finish
