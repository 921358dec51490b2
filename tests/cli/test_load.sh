#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --load: a program in a closed loop in place of a trace; the same written as a trace; contention.
. "$(dirname "$0")/lib.sh"

M="--memory 512MiB -d model --tail 5s"
small="churn:size=32MiB,tasks=2,time=3s,pause=300ms"

# Every load that is listed runs, and says what it did.
loads=$("$bin" list loads | sed -n 's/^\([^ ]*\) - .*/\1/p')
[ "$(wc -w <<<"$loads")" -ge 7 ] || fail "loads: $loads"
for load in $loads; do
	case $load in
	memhog) params=size=32MiB,cycles=1,hold=1s ;;
	write) params=size=32MiB,cycles=2,pause=1s ;;
	page-fault) params=size=4MiB,tasks=2,time=50ms ;;
	stress-vm) params=size=16MiB,workers=2,time=1s ;;
	build) params=events=2000,live=200 ;;
	churn) params=size=32MiB,time=1s,pause=100ms ;;
	process) params=size=32MiB,cycles=2,hold=1s,pause=1s,give-back=25,short=500ms ;;
	file-read | file-write) params=size=700MiB,cycles=2,pause=1s ;;
	*) params=time=1s ;;
	esac
	# shellcheck disable=SC2086
	expect 0 -- run --load "$load:$params" $M --format json --no-timeline --no-measured -o "$load.json"
	[ "$(jq -r .config.load "$load.json" | cut -d: -f1)" = "$load" ] || fail "$load: config.load"
	[ "$(jq .bound "$load.json")" = null ] || fail "$load: a bound"
	[ "$(jq .cells[0].finished "$load.json")" = true ] || fail "$load: not finished"
done
# A file that is larger than the guest: its oldest pages go, and are read again; nothing is refused.
jq -e '.cells[0] | .load.cache_read == 2 * 700 * 256 and .load.cache_again > 150000
	and .load.cache_reclaimed == .load.cache_read - .load.cache_end and .alloc_failed == 0
	and .guest_stall_ns.refill > 0 and .load.cache_end < 512 * 256' file-read.json >/dev/null ||
	fail "file-read: $(jq -c '.cells[0] | .load, .guest_stall_ns, .alloc_failed' file-read.json)"
# Of processes it also says what became of their huge pages; a quarter of each was free once memory was short.
jq -e '.cells[0].load | .thp_alloc == 32 and .thp_failed == 0 and .thp_split == 32
	and .huge_share < 20' process.json >/dev/null ||
	fail "process: $(jq -c .cells[0].load process.json)"
jq -e '.cells[0].load.thp_alloc == null' churn.json >/dev/null || fail "churn has no processes"
# Others are processes when they are asked to: huge pages, in the timeline too; and what says nothing then is refused.
# shellcheck disable=SC2086
expect 0 -- run --load memhog:size=32MiB,cycles=1,hold=1s,thp=always $M --format json --no-measured -o huge.json
jq -e '.cells[0].load.thp_alloc == 16 and .cells[0].load.tables_peak == 16
	and ([.. | objects | .huge_bytes? // empty | max] | max) == 33554432' huge.json >/dev/null ||
	fail "memhog, thp=always: $(jq -c .cells[0].load huge.json)"
# shellcheck disable=SC2086
expect 2 "defrag is of processes" -- run --load memhog:defrag=always $M
[ "$(jq '.cells[0].load.cycles' memhog.json)" = 1 ] || fail "memhog: $(jq -c .cells[0].load memhog.json)"

# Same bytes for any number of jobs; who reports makes a closed loop slower, and holds less.
for j in 1 3; do
	# shellcheck disable=SC2086
	expect 0 -- compare --load "$small" $M -s none,hypercall,rotation:delay=100ms,boundary -j $j \
		--format json --no-measured -o j$j.json
done
cmp -s j1.json j3.json || fail "another number of jobs, other bytes"
[ "$(jq '[.cells[].load.ns_per_cycle] | .[0] < .[1]' j1.json)" = true ] || fail "no slower: $(jq -c '[.cells[].load]' j1.json)"
[ "$(jq '[.cells[].held_mib_s] | .[0] > .[1]' j1.json)" = true ] || fail "holds no less"

# Who knows the future is left out, and the others are compared.
# shellcheck disable=SC2086
expect 0 -- compare --load "$small" $M -s none,clairvoyant,rotation --format json --no-measured -o left.json
[ "$(jq -c '[.cells[].label, .failed[].label]' left.json)" = '["none","rotation","clairvoyant"]' ] ||
	fail "left out: $(jq -c '[.cells[].label, .failed[].label]' left.json)"
[ "$(jq .partial left.json)" = false ] || fail "partial"

# advise tries settings on one, too, and knows that it cannot be played again.
expect 0 -- advise --load churn:size=16MiB,time=5s,pause=500ms --memory 256MiB -s boundary
grep -q '^Choose ' stdout.txt || fail "advise: $(head -3 stdout.txt)"
grep -q -- '--repeat' stdout.txt && fail "advise: a load is not repeated"

# The same load as a trace: memhog's is that of the generator, event by event.
expect 0 -- trace gen --load memhog:size=32MiB,cycles=2,hold=1s,pause=2s -o a.cborseq
expect 0 -- trace gen memhog --params size=32MiB,cycles=2,hold=1s,pause=2s -o b.cborseq
for t in a b; do
	expect 0 -- run $t.cborseq -s rotation -d model --memory 512MiB --format csv
	cut -d, -f2- stdout.txt >$t.csv
done
cmp -s a.csv b.csv || fail "not the same events: $(diff a.csv b.csv)"

# Contention: off it changes nothing; on, CPUs that share a zone wait for each other.
P="run --load page-fault:size=8MiB,tasks=4,time=100ms $M --format json --no-timeline --no-measured"
# shellcheck disable=SC2086
{
	expect 0 -- $P -o off1.json
	expect 0 -- $P --contention off -o off2.json
	expect 0 -- $P --contention model -o on.json
	expect 0 -- $P --contention model -o on2.json
}
[ "$(jq -c .cells off1.json)" = "$(jq -c .cells off2.json)" ] || fail "off is not off"
cmp -s on.json on2.json || fail "contention: not the same bytes"
[ "$(jq '.cells[0].guest_stall_ns.wait' off1.json)" = 0 ] || fail "waits without contention"
[ "$(jq '.cells[0].lock.taken' off1.json)" = null ] || fail "locks without contention"
[ "$(jq '.cells[0] | .guest_stall_ns.wait > 0 and .lock.waited > 0' on.json)" = true ] || fail "nobody waits"
[ "$(jq '.config.lock_costs.node_ns' on.json)" = 240 ] || fail "costs: $(jq -c .config.lock_costs on.json)"

# ... with costs of one's own.
expect 0 -- calibrate --contention --rounds 1 -o costs.json
grep -q '^node ' stdout.txt || fail "calibrate: $(cat stdout.txt)"
# No memory of 256 MiB is walked through from the nearest cache.
[ "$(jq '.costs_ns.node >= 3' costs.json)" = true ] || fail "a node: $(jq .costs_ns.node costs.json) ns"
# shellcheck disable=SC2086
expect 0 -- $P --contention costs.json -o own.json
[ "$(jq '.config.lock_costs.node_ns' own.json)" = "$(jq '.costs_ns.node' costs.json)" ] || fail "own costs"

finish
