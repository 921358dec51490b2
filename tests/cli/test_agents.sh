#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is asked of a guest's kernel while it runs, and agents that ask: parsed, done, recorded, run again.
. "$(dirname "$0")/lib.sh"
dumps=$src/tests/field/dumps

# From a live kernel's dump on: what its log says moved (6305 pages), and huge pages that were gained.
expect 0 -- compare --state "$dumps/linux-6.1-light.txt.zst" --load idle:time=500ms -s none -d model --tail 0s \
	--guest-event 0s:compact --format json --no-measured -o compact.json
jq -e '.config.guest_events == [{"time_ns": 0, "compact": true}] and (.cells[0] | .asked.moved == 6305 and .asked.gained == 10 and
	.asked.compactions == 1 and .agent == null and .nr_free[9] + 2 * .nr_free[10] == 13)' compact.json >/dev/null ||
	fail "compaction: $(jq -c '.cells[0].asked' compact.json)"
# Its page cache is its own: all of it, and the oldest of it.
expect 0 -- compare --state "$dumps/linux-6.12-report.txt.zst" --load idle:time=3s -s rotation -d model --tail 0s \
	--guest-event 1s:reclaim=8MiB --guest-event 2s:drop_caches --format json --no-measured -o drop.json
jq -e '.cells[0].asked | .reclaimed == 2048 and .dropped == 62309 - 2048' drop.json >/dev/null ||
	fail "page cache: $(jq -c '.cells[0].asked' drop.json)"

# Each strategy with each agent, as many rows at a time as there are: the same bytes.
read_files=(--load file-read:size=64MiB,cycles=1,pause=1s --memory 256MiB --tail 20s -d model --no-measured)
for n in 1 3; do
	expect 0 -- compare "${read_files[@]}" -s none,rotation --agent none,timer:every=5s,psi:step=8MiB,keep=16MiB \
		--jobs $n --format json -o agents$n.json
done
cmp -s agents1.json agents3.json || fail "two runs differ"
jq -e '[.cells[].label] == ["none", "none+timer:every=5s", "none+psi:step=8MiB,keep=16MiB", "rotation",
		"rotation+timer:every=5s", "rotation+psi:step=8MiB,keep=16MiB"] and
	.cells[4].agent == "timer:every=5s,drop=on,compact=on" and .cells[4].strategy == "rotation" and
	.cells[4].asked.dropped == 16384 and .cells[5].asked.reclaimed == 8192 and
	.cells[3].asked.dropped == null and .cells[4].returned_bytes > .cells[3].returned_bytes + 60000000' agents1.json >/dev/null ||
	fail "agents: $(jq -c '.cells[] | [.label, .agent, .asked, .returned_bytes]' agents1.json)"
# The same said of a strategy itself, and a row tested by its whole name.
expect 1 -- run "${read_files[@]}" -s rotation:delay=1s,order=9+timer:every=5s,drop=off \
	--fail-if 'rotation:delay=1s,order=9+timer:every=5s,drop=off/asked.compactions>1'
expect 2 "has an agent" -- run "${read_files[@]}" -s rotation+timer --agent psi
expect 2 'did you mean "timer"' -- run "${read_files[@]}" -s rotation --agent tymer
expect 2 "unknown parameter" -- run "${read_files[@]}" -s rotation --agent timer:never=1s

# Page cache is in use, and could go: both ways of counting, and what is cheapest by each. Base is who has no agent.
jq -e '.cells | .[0].held_split.cache_mib_s == .[0].held_with_cache_mib_s - .[0].held_mib_s and
	.[0].held_with_cache_mib_s > 1000 and .[4].held_with_cache_mib_s < .[0].held_with_cache_mib_s / 2 and
	.[0].held_split_end.cache_bytes == 67108864 and .[4].held_split_end.cache_bytes == 0' agents1.json >/dev/null ||
	fail "cache: $(jq -c '.cells[] | [.label, .held_mib_s, .held_with_cache_mib_s, .held_split]' agents1.json)"
jq -e '.timeline.cells[0] | (.cache_bytes | max) == 67108864 and (.used_bytes | max) >= 67108864' agents1.json >/dev/null ||
	fail "cache over time"
expect 0 -- compare "${read_files[@]}" -s none,rotation --agent none,timer:every=5s --cache-counts held --format json -o held.json
jq -e '.answer.best.label == "rotation+timer:every=5s" and .config.cache_counts == "held"' held.json >/dev/null ||
	fail "cache that counts as held: $(jq -c '.answer' held.json)"

# Saved once the reporter has had its time: nothing is carried for nothing.
expect 0 -- compare "${read_files[@]}" -s none,rotation --agent snapshot:at=5s,settle=6s --format json -o saved.json
jq -e '.cells[0].snapshot.free_bytes > 60000000 and .cells[1].snapshot.free_bytes < 8000000 and .cells[1].stood_ns == 1e9' \
	saved.json >/dev/null || fail "saved: $(jq -c '.cells[] | [.label, .snapshot, .stood_ns]' saved.json)"

# Guests of a scenario have theirs, and events of their own.
cat >two.json <<'END'
{"schema": "buddysim-scenario-1", "events": ["3s:drop_caches,guest=2"],
 "guests": [{"name": "a", "memory": "256MiB", "cpus": 1, "load": "file-read:size=32MiB,cycles=1,pause=1s", "strategy": "rotation+timer:every=5s"},
            {"name": "b", "memory": "256MiB", "cpus": 1, "load": "file-read:size=32MiB,cycles=1,pause=1s", "strategy": "rotation"}]}
END
expect 0 -- compare --scenario two.json --tail 10s -d model --no-measured --format json -o two.out.json
jq -e '.cells[0].guests | map(.asked.dropped) == [8192, 8192]' two.out.json >/dev/null ||
	fail "scenario: $(jq -c '.cells[0].guests | map(.asked)' two.out.json)"

# Each is a cell of its own in a sweep.
expect 0 -- sweep plan -o grid "${read_files[@]:0:8}" -s none,rotation --agent none --agent timer:every=5s
expect 0 -- sweep run grid
expect 0 -- sweep merge grid --format tsv -o grid.tsv
[ "$(cut -f2- grid.tsv | grep -c 'timer:every=5s')" -eq 2 ] && [ "$(wc -l <grid.tsv)" -eq 5 ] || fail "sweep: $(cat grid.tsv)"

# Advice tries them, and names one with its parameters.
expect 0 -- advise "${read_files[@]:0:8}" -s none,rotation:order=9 --agent none,timer:every=5s --format json -o advice.json
jq -e '[.. | .label? // empty | select(contains("+timer:every=5s"))] | length > 2' advice.json >/dev/null ||
	fail "advice: $(jq -c '[.. | .label? // empty]' advice.json)"
finish
