#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several guests on one host: --guests, --stagger, --scenario, --host-policy, and what the record says of each.
. "$(dirname "$0")/lib.sh"

hog=memhog:size=128MiB,cycles=2,hold=1s,pause=2s
plain=(--load $hog --memory 256MiB -d model --host-memory 300MiB --host-swap 1GiB --no-measured)
few=("${plain[@]}" --format json)
expect 0 -- compare "${few[@]}" --guests 3 --stagger 500ms -s none,rotation -o three.json
# A row is the sum of its guests, and the host has counted what they have.
jq -e '[.cells[] | (.guests | length == 3) and
	.held_mib_s == ([.guests[].held_mib_s] | add) and
	.guest_stall_ns.total == ([.guests[].guest_stall_ns.total] | add) and
	.swap.out_bytes == .host.swapped_out_bytes and .swap.in_bytes == .host.swapped_in_bytes and
	.swap.out_bytes == ([.guests[].swap.out_bytes] | add) and
	.host.peak_bytes <= 314572800 and .host.guests_most == 3] | all' three.json >/dev/null || fail "sums"
jq -e '.cells[0] | .swap.out_bytes > 0 and .host.guests_fit == 2 and .guest_stall_ns.swap > 0 and
	.host.over_ns > 0 and .guests[1].start_ns == 500000000' three.json >/dev/null || fail "nothing was swapped"
jq -e '.cells[1].host.held_mib_s < .cells[0].host.held_mib_s' three.json >/dev/null || fail "rotation holds as much"
# At each sample, too: what the guests hold together is what the host has counted.
law='[.timeline.cells[] | . as $c |
	([range(.time_ns | length)] | map(. as $i | $c.time_ns[$i] as $t |
		([$c.guests[] | . as $g | (([.time_ns[] | select(. <= $t)] | length) - 1) as $k |
			$g.resident_bytes[$k] + $g.unmapped_bytes[$k]] | add) == $c.host.held_bytes[$i] and
		([$c.guests[] | . as $g | (([.time_ns[] | select(. <= $t)] | length) - 1) as $k |
			$g.swapped_bytes[$k]] | add) == $c.host.swapped_bytes[$i] and
		$c.resident_bytes[$i] + $c.unmapped_bytes[$i] == $c.host.held_bytes[$i]) | all)] | all'
jq -e "$law" three.json >/dev/null || fail "the guests' sum is not what the host counted"
jq -e '[.timeline.cells[].host.swapped_bytes[]] | max > 0' three.json >/dev/null || fail "nothing is in swap at any sample"
# The same bytes, whatever runs beside it.
for jobs in 1 2; do
	expect 0 -- compare "${few[@]}" --guests 3 --stagger 500ms -s none,rotation --jobs $jobs -o jobs.json
	cmp three.json jobs.json || fail "--jobs $jobs: other bytes"
done
# One guest is what it always was, but for the host that counts.
expect 0 -- run --load $hog --memory 256MiB -d model --no-measured --format json -s rotation -o alone.json
expect 0 -- run --load $hog --memory 256MiB -d model --no-measured --format json -s rotation --guests 1 -o one.json
cmp <(jq -S 'del(.config.guests)' alone.json) <(jq -S 'del(.config.guests)' one.json) || fail "--guests 1 is not one guest"
# Two guests that have room for both are two times one.
expect 0 -- run --load $hog --memory 256MiB -d model --no-measured --format json -s rotation --guests 2 \
	--host-threads 4 -o two.json
jq -e --slurpfile one alone.json '.cells[0] | .guests[0].held_mib_s == $one[0].cells[0].held_mib_s and
	.held_mib_s == 2 * $one[0].cells[0].held_mib_s and .load.cycles == 4' two.json >/dev/null ||
	fail "neighbours disturb each other where there is room"

# Memory and swap are full: who holds most goes, and its row says so.
expect 0 -- compare --load $hog --memory 256MiB -d model --guests 3 --host-memory 300MiB -s none
grep -q "killed at" stdout.txt || fail "the table does not say who was killed"
expect 0 -- compare --load $hog --memory 256MiB -d model --guests 3 --host-memory 300MiB -s none --format json \
	--no-measured -o killed.json
jq -e '.cells[0] | .host.kills == 1 and ([.guests[] | select(.killed_at_ns != null)] | length == 1) and
	(.finished | not)' killed.json >/dev/null || fail "nobody was killed"
jq -e "$law" killed.json >/dev/null || fail "the guests' sum is not what the host counted when one was killed"
# Each guest for itself, as CSV and over time.
expect 0 -- compare "${plain[@]}" --guests 3 --stagger 500ms -s none,rotation --format tsv
[ "$(tail -n +2 stdout.txt | cut -f2 | tr '\n' ' ')" = "none none/guest 1 none/guest 2 none/guest 3 rotation rotation/guest 1 rotation/guest 2 rotation/guest 3 " ] ||
	fail "the TSV has not each guest: $(cut -f2 stdout.txt)"
expect 0 -- report three.json --data data
[ "$(head -n 1 data/guests-none.tsv | tr '\t' '|')" = "time_s|host_held_mib|host_swapped_mib|held_mib guest 1|used_mib guest 1|swapped_mib guest 1|held_mib guest 2|used_mib guest 2|swapped_mib guest 2|held_mib guest 3|used_mib guest 3|swapped_mib guest 3" ] ||
	fail "guests-none.tsv: $(head -n 1 data/guests-none.tsv)"
awk -F'\t' 'NR > 1 && ($2 - $4 - $7 - $10 > 0.001 || $4 + $7 + $10 - $2 > 0.001) { bad++ } END { exit bad + 0 }' \
	data/guests-rotation.tsv || fail "guests-rotation.tsv: the sum is not the host's"
# MADV_FREE has a meaning: what was given up goes before anything is swapped.
expect 0 -- compare "${few[@]}" --guests 2 --stagger 2s -s rotation:delay=100ms --advice free -o free.json
jq -e '.cells[0].swap | .dropped_bytes > 0 and .out_bytes == 0' free.json >/dev/null || fail "nothing was dropped"

# A recorded trace, several times.
expect 0 -- run "$src/traces/memhog_thp.cborseq.zst" -s rotation -d model --guests 2 --stagger 1s --no-measured \
	--format json -o traces.json
jq -e '(.bound == null) and (.cells[0].guests | length == 2)' traces.json >/dev/null || fail "two traces"

# A scenario: guests that differ, each by its name.
scenario=$src/sim/scenarios/three-guests.json
expect 0 -- compare --scenario "$scenario" -s none,rotation:gate=50 -d model
grep -q "batch 2" stdout.txt || fail "the table does not name the guests"
expect 0 -- compare --scenario "$scenario" -s none,rotation:gate=50 -d model --format json --no-measured -o s.json
jq -e '[.cells[1].guests[] | "\(.label) \(.strategy) \(.kernel)"] == ["build rotation linux-6.12",
	"batch 1 rotation linux-6.1", "batch 2 rotation linux-6.1", "old none linux-5.4"]' s.json >/dev/null ||
	fail "guests: $(jq -c '[.cells[1].guests[] | "\(.label) \(.strategy) \(.kernel)"]' s.json)"
jq -e '.cells[1].host.held_mib_s < .cells[0].host.held_mib_s' s.json >/dev/null || fail "the gate stays shut"
# A policy takes from who has balloons.
for policy in none psi:tick=500ms proportional:high=60; do
	expect 0 -- run --load memhog:size=400MiB,cycles=2,hold=3s,pause=5s --memory 1GiB --guests 3 -d model --host-memory 1GiB \
		--host-swap 2GiB -s balloon:size=600MiB --host-policy $policy --no-measured --format json -o policy.json
	jq '.cells[0].host.held_mib_s' policy.json >>held.txt
done
[ "$(sort -u held.txt | wc -l)" = 3 ] || fail "policies do the same: $(tr '\n' ' ' <held.txt)"

# What is not understood is said, with the place.
bad() { # STATUS SAYS JQ
	jq "$3" "$scenario" >bad.json
	expect "$1" "$2" -- run --scenario bad.json -d model
}
bad 3 'guests[1]: unknown key "memroy"' '.guests[1].memroy = "1GiB"'
bad 3 'no load "memhogg"' '.guests[0].load = "memhogg"'
bad 3 'a load and a trace' '.guests[0].trace = "x"'
bad 3 'neither a load nor a trace' 'del(.guests[0].load)'
bad 3 'bad.json: --host-memory' '.host.memory = "3"'
bad 3 '--host-policy: cannot be "pzi"' '.host.policy = "pzi"'
bad 3 'buddysim-scenario-1' '.schema = 2'
expect 3 "line 1" -- run --scenario <(echo nothing) -d model

finish
