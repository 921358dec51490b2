#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest whose memory is short: --reclaim, --guest-swap, dirty files, and who is killed at last.
. "$(dirname "$0")/lib.sh"

M="--memory 128MiB -d model --tail 5s -s none --no-timeline --no-measured --format json"
hog="memhog:size=160MiB,order=0,cycles=2,hold=500ms,pause=500ms"

of() {
	jq -e ".cells[0] | $2" "$1" >/dev/null || fail "$1, $2: $(jq -c '.cells[0] | [.reclaim, .compact,
		.guest_stall_ns, .alloc_failed, .oom_kills, .load.cycles]' "$1")"
}

for k in linux-6.1 linux-6.12 linux-7.3; do
	# With swap nothing is refused, and nobody dies: what does not fit is in swap, and comes to nothing at the exit.
	# shellcheck disable=SC2086
	expect 0 -- run --load "$hog" $M --kernel $k --guest-swap 64MiB -o swap.json
	of swap.json '.alloc_failed == 0 and .oom_kills == 0 and .load.cycles == 2 and .finished'
	of swap.json '.reclaim.swapped_out >= 2 * 32 * 256 and .reclaim.swap_peak <= 64 * 256'
	of swap.json '.reclaim.direct + .reclaim.kswapd == .reclaim.swapped_out'
	# Too little of it, or none: the task dies.
	# shellcheck disable=SC2086
	expect 0 -- run --load "$hog" $M --kernel $k --guest-swap 8MiB -o little.json
	of little.json '.oom_kills == 1 and .reclaim.swap_peak <= 8 * 256'
	# shellcheck disable=SC2086
	expect 0 "killed because nothing else brought memory" -- run --load "$hog" $M --kernel $k -o none.json
	of none.json '.oom_kills == 1 and .load.cycles == 0 and .reclaim.swap_peak == 0'
done

# Of two the larger one dies, and the other one is done.
# shellcheck disable=SC2086
expect 0 -- run --load process:size=80MiB,tasks=2,cycles=2,hold=1s,pause=1s,thp=never $M -o two.json
of two.json '.oom_kills == 1 and .load.cycles == 2'

# Off: what does not fit is refused, as ever, and there are no figures of it.
# shellcheck disable=SC2086
expect 0 -- run --load "$hog" $M --reclaim off -o off.json
of off.json '.alloc_failed > 10000 and .oom_kills == null and .reclaim.direct == null and .load.cycles == 2'
[ "$(jq -c '[.config.reclaim, .config.reclaim_costs]' off.json)" = '["off",null]' ] || fail "config: off"

# What is written has to reach the disk; costs are a file's.
echo '{"schema": "buddysim-reclaim-costs-1", "costs_ns": {"write": 0, "evict": 1000}}' >costs.json
for c in model costs.json; do
	# shellcheck disable=SC2086
	expect 0 -- run --load file-write:size=200MiB,cycles=2,pause=40s $M --reclaim $c -o $c.out
	of $c.out '.alloc_failed == 0 and .reclaim.written >= 200 * 256 and .reclaim.dirty_end == 0'
done
of model.out ".guest_stall_ns.writeback > 0"
of costs.json.out '.guest_stall_ns.writeback == 0'
[ "$(jq -c '.config.reclaim_costs | [.write_ns, .evict_ns, .scan_ns]' costs.json.out)" = '[0,1000,26]' ] ||
	fail "costs: $(jq -c .config.reclaim_costs costs.json.out)"
echo '{"schema": "buddysim-reclaim-costs-1", "costs_ns": {"wrote": 0}}' >wrong.json
# shellcheck disable=SC2086
expect 3 -- run --load "$hog" $M --reclaim wrong.json

# A build with more sources than memory reads them again; same bytes twice.
for i in 1 2; do
	# shellcheck disable=SC2086
	expect 0 -- run --load build:files=120MiB,events=200000,live=6000 $M --kernel linux-6.12 -o build$i.json
done
of build1.json '.load.cache_again > 0 and .guest_stall_ns.refill > 0'
cmp -s build1.json build2.json || fail "not the same bytes"

# A trace asks for it: nothing goes as long as there is room.
# shellcheck disable=SC2086
expect 0 -- trace gen memhog --params size=64MiB,cycles=2 -o t.cborseq
# shellcheck disable=SC2086
expect 0 -- run t.cborseq $M --reclaim model -o trace.json
of trace.json '.reclaim.direct == 0 and .reclaim.swapped_out == 0 and .reclaim.waited == 0'
# shellcheck disable=SC2086
expect 0 -- run t.cborseq ${M/128/48} --reclaim model -o short.json
of short.json '.reclaim.waited > 0 and .alloc_failed > 0'
# Recorded page cache goes in a guest that is smaller than the trace's peak; off, the trace is refused memory.
for how in off model; do
	# shellcheck disable=SC2086
	expect 0 -- run "$src/traces/churn_gcc.cborseq.zst" ${M/128/44} --kernel linux-6.1 --reclaim $how -o churn-$how.json
done
of churn-off.json '.alloc_failed > 100 and .reclaim.gone_frees == null'
of churn-model.json '.alloc_failed == 0 and .reclaim.kswapd > 1000 and .reclaim.swapped_out == 0'
# Processes' pages go to swap, and what was freed of them is no wrong free; their content is looked at on a real arena.
# shellcheck disable=SC2086
expect 0 -- trace gen memhog --params size=64MiB,cycles=2,order=0 -o t0.cborseq
# shellcheck disable=SC2086
expect 0 "pages of the trace were given back: it never uses them again" -- run t0.cborseq \
	${M/128MiB -d model/48MiB -d madvise} --guest-swap 64MiB --reclaim model --repeat 2 -o t0.json
of t0.json '.alloc_failed == 0 and .reclaim.gone_frees > 4000 and .skipped_frees == 0 and .unusable_frees == 0'
of t0.json '.reclaim.gone_frees == .reclaim.swapped_out and .content_loss == 0 and .reclaim.swap_peak <= 64 * 256'
finish
