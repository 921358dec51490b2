#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The modelled host on the command line: what it is told, what it refuses, what the record keeps.
. "$(dirname "$0")/lib.sh"

expect 0 -- trace gen memhog --params size=64MiB,cycles=3 -o good.cborseq

# A strategy that waits for pressure reports nothing until there is some.
run() { expect 0 -- run good.cborseq --device model --no-measured "$@"; }
expect 0 "--host-memory SIZE" -- run good.cborseq --device model -s rotation:gate=90,delay=10ms \
	--fail-if "calls>0"
run -s rotation:gate=90,delay=10ms --host-memory 1GiB --fail-if "calls>0"
grep -q "there is none" stderr.txt && fail "a warning of no pressure where there is a host"
expect 1 calls -- run good.cborseq --device model -s rotation:gate=90,delay=10ms --host-memory 64MiB \
	--host-poll 100ms --fail-if "calls>0"
expect 1 calls -- run good.cborseq --device model -s rotation:gate=90,delay=10ms \
	--host-event 1s:pressure=90 --fail-if "calls>0"
expect 1 reported -- run good.cborseq --device model -s balloon:size=32MiB,at=1h \
	--host-event 1s:target=32MiB --fail-if "reported_bytes>0"
run -s balloon:size=32MiB,at=1h --fail-if "reported_bytes>0"

# The guest does not zero again what the host has zeroed, and is never wrong about it.
expect 1 zeroing_avoided -- run "$src/traces/memhog_thp.cborseq.zst" --device model --repeat 2 \
	--gap 5s -s rotation:zero_once=on --fail-if "zeroing_avoided_bytes>0"
expect 0 -- run "$src/traces/memhog_thp.cborseq.zst" --device model --repeat 2 --gap 5s \
	-s rotation:zero_once=on,depth=4,budget=0 --fail-if "unzeroed_bytes>0"

# The same options, the same bytes; they are in the record, and only where they were asked for.
host=(--host-memory 96MiB --host-poll 250ms --host-event 2s:pressure=7 --host-event 1s:target=8MiB)
for n in 1 2; do
	expect 0 -- compare good.cborseq --device model --no-measured -s rotation:gate=50,balloon \
		"${host[@]}" --format json -o run$n.json
done
cmp -s run1.json run2.json || fail "two runs differ"
jq -e '.config | .host_memory_bytes == 100663296 and .host_poll_ns == 250000000 and
	.host_events == [{"time_ns": 2000000000, "pressure": 7}, {"time_ns": 1000000000, "target": 8388608}]' \
	run1.json >/dev/null || fail "the record does not hold the host"
run -s none --format json -o plain.json
jq -e '.config | has("host_memory_bytes") or has("host_poll_ns") or has("host_events") | not' \
	plain.json >/dev/null || fail "a host that nobody asked for"
expect 0 -- compare good.cborseq -s rotation:gate=50,balloon "${host[@]}" --print-config
jq -e '.host_memory_bytes == 100663296 and (.host_events | length) == 2' stdout.txt >/dev/null ||
	fail "--print-config does not show the host"

# A guest that stands still does the same, later; what a snapshot carries, and what comes back of it.
expect 0 -- compare good.cborseq --device model --no-measured -s none,rotation --format json -o goes.json
expect 0 -- compare good.cborseq --device model --no-measured -s none,rotation --host-event 1s:pause=5s \
	--format json -o stood.json
jq -e -s '.[0].cells[0] as $a | .[1].cells[0] as $b | $b.stood_ns == 5e9 and $a.events == $b.events and
	$b.late_end_ns == 0 and $a.guest_stall_ns == $b.guest_stall_ns' goes.json stood.json >/dev/null ||
	fail "standing still changed what the guest does"
saved=(--host-event 13s:snapshot --host-event 13s:restore --host-event 13s:pause=2s)
for n in 1 2; do
	expect 0 -- compare good.cborseq --device model --no-measured -s none,rotation:delay=100ms "${saved[@]}" \
		--jobs $n --format json -o saved$n.json
done
cmp -s saved1.json saved2.json || fail "two runs of one that is restored differ"
jq -e '(.cells[0] | .snapshot.free_bytes > 0 and .restore.content_bytes == .snapshot.carried_bytes and
	.restore.back_bytes > 0 and .restore.warm_ns.t50 <= .restore.warm_ns.t99 and .guest_stall_ns.restore > 0) and
	.cells[1].snapshot.free_bytes < .cells[0].snapshot.free_bytes and
	.config.host_events == [{"time_ns": 13000000000, "snapshot": true}, {"time_ns": 13000000000, "restore": true},
		{"time_ns": 13000000000, "pause": 2000000000}]' saved1.json >/dev/null || fail "what a snapshot is"
jq -e '.cells[0] | .snapshot.carried_bytes == null and .restore.back_bytes == null and .stood_ns == 0' \
	goes.json >/dev/null || fail "a snapshot that nobody took"
expect 0 -- run good.cborseq -d madvise --touch all --verify each -s rotation:delay=100ms --host-event 1s:pause=1s \
	--host-event 13s:snapshot --fail-if "content_loss>0"

expect 0 "never comes" -- run good.cborseq -s rotation:gate=1 --device model --host-event 10h:pressure=1
expect 2 --host-memory -- run good.cborseq -s none --host-memory 0
expect 2 --host-memory -- run good.cborseq -s none --host-memory much
expect 2 --host-poll -- run good.cborseq -s none --host-memory 1GiB --host-poll 0s
expect 2 "--host-memory SIZE" -- run good.cborseq -s none --host-poll 1s
for bad in 5s 5s: 5s:target 5s:size=1GiB soon:pressure=5 5s:pressure=101 5s:target=lots :pressure=1 5s:pause 5s:pause=2 \
	5s:snapshot=1 5s:restore=2s 5s:restore,guest=0 5s:restore,guest=x 5s:pause=1s,all; do
	expect 2 --host-event -- run good.cborseq -s none --host-event "$bad"
done
expect 2 gate -- run good.cborseq -s rotation:gate=101
expect 2 depth -- run good.cborseq -s rotation:depth=0

finish
