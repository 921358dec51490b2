#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a strategy does to time and memory in a whole run: who waits for the host, and who does not.
. "$(dirname "$0")/lib.sh"

cell() { jq -e "$2" "$1" >/dev/null || fail "$1: $2: $(jq -c '.cells[] | {strategy, calls,
	reported_bytes, guest_stall_ns, isolated_peak_bytes, refaults, left_raw_bytes}' "$1")"; }

# 256 MiB are released in a millisecond, 4 MiB at a time: 64 frees
expect 0 -- trace gen burst --params size=256MiB,order=10,release=1ms -o burst.cborseq

# bitmap: the freeing CPU waits for its own scan. A worker of its own makes nobody wait.
expect 0 -- compare burst.cborseq -s percpu-array:threshold=16,entries=32,order=10 -s april-sketch:hwm=8 \
	--device model --thp never --no-measured --format json -o percpu.json
cell percpu.json '.cells[0] | .calls > 0 and .guest_stall_ns.request > 0'
cell percpu.json '.cells[0].isolated_peak_bytes == 16 * 4194304'
cell percpu.json '.cells[1] | .calls > 0 and .isolated_peak_bytes <= 67108864'

# balloon: a process of 96 MiB comes and goes in a guest of 256 MiB, most of which the balloon takes
# first: what it needs comes back (DEFLATE_ON_OOM). The host that shares the guest's state works while
# the guest goes on, and nothing that is in use is lost.
expect 0 -- trace gen memhog --params size=96MiB,memory=256MiB -o hog.cborseq
expect 0 -- compare hog.cborseq -s none -s balloon:size=240MiB,at=0s -s hint-once:at=3s \
	-s shared-state:interval=100ms --device madvise --thp never --verify each --tail 5s \
	--no-measured --format json -o s8.json
cell s8.json '.cells | all(.content_loss == 0)'
cell s8.json '.cells[0] | .alloc_failed == 0 and .calls == 0'
cell s8.json '.cells[1] | .alloc_failed == 0 and .reported_bytes > 100 * 1048576'
cell s8.json '.cells[2] | .alloc_failed == 0 and .calls > 10 and .calls == .ranges'
cell s8.json '.cells[3] | .reported_bytes > 96 * 1048576 and .refaults > 0 and
	.isolated_peak_bytes == 0'

# A strategy that knows the trace lies between the bound and none, and leaves the guest as none does:
# on one CPU, the same lists in the same order. It is no answer to "which one", if there is another.
for t in memhog_thp churn_gcc host_gcc; do
	expect 0 -- compare "$src/traces/$t.cborseq.zst" -s none,clairvoyant,clairvoyant:order=0 \
		--allow-lossy --device model --no-measured --format json -o "$t.json" \
		--dump-state "$t.txt"
	# but for requests about memory that the host never had: none knows what the host holds
	law='.bound.cost_ns as $least | .cells[0].cost_ns as $most | .cells |
		all(.cost_ns >= $least and .cost_ns - .host_ns <= $most)'
	# Single pages out of a huge page are the trap that it is for everybody.
	cell "$t.json" "del(.cells[2]) | $law"
	[ "$t" = host_gcc ] && continue # two CPUs
	grep -E '^(free|pcpl) ' "$t.txt" | awk -v n="$(grep -cE '^(free|pcpl) ' "$t.txt")" \
		'{ print > ("third-" int((NR - 1) / (n / 3)) ".txt") }'
	[ -s third-0.txt ] || fail "$t: no state"
	cmp -s third-0.txt third-1.txt || fail "$t: clairvoyant leaves another guest"
	cmp -s third-0.txt third-2.txt || fail "$t: clairvoyant:order=0 leaves another guest"
	expect 0 -- compare "$src/traces/$t.cborseq.zst" -s none,clairvoyant,clairvoyant:order=0 \
		--device model --thp never --no-measured --format json -o "$t-never.json"
	cell "$t-never.json" "$law"
done
cell memhog_thp.json '.cells[1] | .cost_ns - .guest_stall_ns.first_touch < 400000000 and .refault_bytes.total > 500000000'
expect 0 -- compare "$src/traces/memhog_thp.cborseq.zst" -s none,clairvoyant,boundary --device null
grep -q '^Cheapest of those that do not know the trace: boundary,' stdout.txt || fail "clairvoyant is the answer: $(head -n 5 stdout.txt)"
expect 0 -- run "$src/traces/memhog_thp.cborseq.zst" -s clairvoyant --device null
head -n 1 stdout.txt | grep -q 'clairvoyant knows the trace and leaves' || fail "no answer"

# From a dumped state it follows the kernel, as none does: what it knows is of that guest.
expect 0 -- run "$src/traces/memhog_thp.cborseq.zst" -s clairvoyant --device model --format json \
	--state "$src/tests/oracle/data/memhog_thp.state.txt.gz" -o state.json
cell state.json '.cells[0] | .agreement.strict == .agreement.total and .agreement.followed and
	.refault_bytes.total > 500000000'

finish
