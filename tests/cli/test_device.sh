#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Devices on the command line: parameters, faults that repeat, and what a broken law leaves behind.
. "$(dirname "$0")/lib.sh"

expect 0 -- list devices
for name in error_every madvise_errno host_page stall_for per_request trust; do
	grep -q "^ *$name " stdout.txt || fail "list devices: no $name"
done

expect 0 -- trace gen memhog --params size=64MiB,cycles=2 -o good.cborseq
expect 2 error_evry -- compare good.cborseq -s none --device model:error_evry=3
expect 2 host_page -- compare good.cborseq -s none --device null:host_page=5KiB
expect 2 per_request -- compare good.cborseq -s none --device null:per_request=1us

# The same seed, the same faults; and they are in the record.
faults=model:error_ppm=300000,latency=exponential,latency_mean=3ms
for n in 1 2; do
	expect 0 -- run good.cborseq -s rotation:delay=10ms --device $faults --no-measured \
		--format json -o run$n.json
done
cmp -s run1.json run2.json || fail "two runs of one seed differ"
grep -q "error_ppm=300000" run1.json || fail "the record does not name the faults"

# A host with a device assigned gives nothing back.
expect 1 discarded_bytes -- run good.cborseq -s rotation:delay=10ms --device model --fail-if \
	"discarded_bytes>0"
expect 0 -- run good.cborseq -s rotation:delay=10ms --device model:inhibit=assigned --fail-if \
	"discarded_bytes>0"

# Installs are in the record, and count as memory needed again: nothing undercuts the bound.
expect 0 -- compare "$src/traces/memhog_thp.cborseq.zst" -s shared-state --device model \
	--no-measured --format json -o installed.json
jq -e '.bound.cost_ns <= .cells[0].cost_ns and .cells[0].installs > 0 and
	.cells[0].install_bytes >= .cells[0].refault_bytes.total and
	.cells[0].refault_bytes.total > 0' installed.json >/dev/null ||
	fail "installs do not add up"

# The device may do nothing at all, and say so.
expect 0 -- list devices
cp stdout.txt devices.txt
for name in dontneed free none pageout; do
	grep -q "^ *$name " devices.txt || fail "list devices: no advice $name"
	expect 0 -- run good.cborseq -s rotation:delay=10ms --advice $name --no-measured \
		--format json -o advice.json
	jq -e --arg name $name '.config.advice == $name' advice.json >/dev/null ||
		fail "the record does not name the advice $name"
done
expect 0 -- run good.cborseq -s rotation:delay=10ms --advice none --fail-if "discarded_bytes>0" \
	--format json -o none.json
jq -e '.cells[0] | .skipped_bytes == .reported_bytes and .skipped_bytes > 0' none.json >/dev/null ||
	fail "--advice none: what was reported was not skipped"
expect 2 "remove" -- run good.cborseq -s rotation --advice remove
expect 2 "busy for good" -- run good.cborseq -s rotation --device null:busy_for=1s,busy_every=1s
expect 0 -- run good.cborseq -s rotation:capacity=512 --capacity 512 --device model
expect 2 "513" -- run good.cborseq -s rotation --capacity 513
# It is about reports: a driver's own queue is as long as it is, and who hears nothing of it is told.
expect 0 "--capacity 8 changes nothing" -- compare good.cborseq -s none,balloon --capacity 8 --device model
"$bin" compare good.cborseq -s none,bitmap,balloon --capacity 8 --device model 2>&1 | grep -q "changes nothing" &&
	fail "--capacity 8 changes something"

# A pattern of the guest's keeps the host off, unless it is zero; the parameters are in the record.
# Nothing is lost, in a real arena, whoever writes it.
for poison in before after host before,poison_byte=0 after,poison_byte=0; do
	expect 0 -- compare good.cborseq -s hypercall,rotation:delay=10ms --no-measured \
		--device madvise:poison=$poison --format json -o poison.json
	jq -e --arg p "poison=$poison" '[.cells[] | (.device | contains($p)) and
		.content_loss == 0 and .poison_bytes > 0] | all' poison.json >/dev/null ||
		fail "poison=$poison: not as it should be"
done
expect 0 -- run good.cborseq -s hypercall --device model:poison=before --fail-if "returned_bytes>0"
expect 1 returned_bytes -- run good.cborseq -s hypercall --device model:poison=before,poison_byte=0 \
	--fail-if "returned_bytes>0"
expect 2 poison -- run good.cborseq -s hypercall --device model:poison=maybe
expect 2 poison_byte -- run good.cborseq -s hypercall --device model:poison_byte=300

# Zeroing once: what the guest leaves out was zero, unless the host did not do its part.
trace="$src/traces/memhog_thp.cborseq.zst"
expect 0 -- compare "$trace" -s rotation:delay=100ms,rotation:delay=100ms,zero_once=on --no-measured \
	--device model:zero_per_mib=97us --format json -o zero.json
jq -e '(.cells[0] | .zeroing_avoided_bytes == 0 and .unzeroed_bytes == 0) and
	(.cells[1] | .zeroing_avoided_bytes > 0 and .unzeroed_bytes == 0) and
	.cells[1].guest_stall_ns.zero < .cells[0].guest_stall_ns.zero' zero.json >/dev/null || fail "zero_once saves nothing"
expect 0 "old content in the hands of a new owner" -- run "$trace" \
	-s rotation:delay=100ms,zero_once=on --device model:inhibit=assigned --format json -o zero.json
jq -e '.cells[0] | .unzeroed_bytes > 0 and .unzeroed_bytes <= .zeroing_avoided_bytes' zero.json \
	>/dev/null || fail "an inhibited host zeroes nothing"

# Requests that fail have columns and a warning of their own, apart from allocations that fail.
expect 0 "of 3 requests 3 failed, of 3 ranges 3 were skipped; 3 errors of the host" -- \
	compare "$src/traces/churn_gcc.cborseq.zst" -s none,hypercall --device model:error_every=1
grep -Eq 'cost +failed +skipped +host$' stdout.txt && grep -Eq ' requests +ranges +errors$' stdout.txt ||
	fail "no columns of failed requests: $(cat stdout.txt)"
expect 0 -- compare good.cborseq -s none,hypercall --device model
grep -Eq 'failed|skipped' stdout.txt && fail "a column of nothing"
# Presets by name, in the caption and the record; a fault on nested paging costs more.
grep -q 'costs default, weight 100 us per MiB.s' stdout.txt || fail "the caption names no costs"
expect 0 -- compare good.cborseq -s hypercall --device model --costs vm --thp never --weight 7us
grep -q 'costs vm, weight 7 us per MiB.s' stdout.txt || fail "the caption does not name vm"
expect 0 -- compare good.cborseq -s hypercall --device model:per_request=3ns --no-measured \
	--format json -o one.json
expect 0 -- compare good.cborseq -s hypercall --device model --costs vm --no-measured \
	--format json -o vm.json
[ "$(jq -r .config.costs_preset one.json vm.json | paste -sd' ')" = "changed vm" ] ||
	fail "presets in the record"
jq -e '.config.costs.refault_per_mib_ns == 256 * 2930' vm.json >/dev/null ||
	fail "vm: not 2.93 us a fault"

# Each number of each preset, with a word where it is from; and it is the one that a record has.
expect 0 -- list costs
sed -n '/^of a page/,$p' stdout.txt >of_a_page.txt
sed -i '/^$/,$d' stdout.txt
awk 'NR == 1 { presets = NF - 2; next } NR % 2 == 0 { if ($2 !~ /^[0-9]+$/ || $(1 + presets) !~ /^[0-9]+$/) exit 1; next } !/[a-z]/ { exit 1 }
	END { exit NR < 31 }' stdout.txt || fail "list costs: $(cat stdout.txt)"
head -1 stdout.txt | grep -qE '^cost, ns +default +vm +nested$' || fail "list costs: $(head -1 stdout.txt)"
awk 'NR > 1 && NR % 2 == 0 { print $1, $3 }' stdout.txt | sort >listed.txt
jq -r '.config.costs | to_entries[] | "\(.key | sub("_ns$"; "")) \(.value)"' vm.json | sort | diff - listed.txt ||
	fail "list costs: not what --costs vm is"
awk 'NR % 2 == 0 { if ($2 !~ /^[0-9]+$/) exit 1; next } !/[a-z]/ { exit 1 } END { exit NR < 15 }' of_a_page.txt ||
	fail "list costs: $(cat of_a_page.txt)"

# What was measured here is a preset like the others.
expect 0 -- calibrate --rounds 3 -o here.json
expect 0 -- run good.cborseq -s rotation --device model --costs here.json
# Costs after the colon are the ones in force: in the record, and in the bound's price.
expect 0 -- compare good.cborseq -s none --device model:refault_thp_per_mib=7ns --no-measured \
	--format json -o priced.json
jq -e '.config.costs.refault_thp_per_mib_ns == 7 and .bound.refault_ns_per_mib == 7' priced.json \
	>/dev/null || fail "costs after the colon are not in the record"
# A preset of before zeroing was measured and a host could swap is as good as ever; other gaps are not.
sed '/"zero_per_mib"/d; /"move_per_mib"/d; /"restore_per_mib"/d; /"swap_[a-z]*_per_mib"/d; s/\("poison_per_mib": [0-9]*\),/\1/' here.json >old.json
expect 0 -- run good.cborseq -s rotation --device model --costs old.json --no-measured --format json \
	-o old-run.json
jq -e '.config.costs | .zero_per_mib_ns == 0 and .swap_in_per_mib_ns == 2560000' old-run.json >/dev/null || fail "old preset: zeroing costs"
sed '/"per_range"/d' here.json >gap.json
expect 3 per_range -- run good.cborseq -s rotation --device model --costs gap.json
expect 3 nosuch.json -- run good.cborseq -s rotation --device model --costs nosuch.json
sed 's/"per_range": [0-9]*/"per_range": "cheap"/' here.json >bad.json
expect 3 per_range -- run good.cborseq -s rotation --device model --costs bad.json
# The bound is that of the parameters: a day.
sed 's/"per_range": [0-9]*/"per_range": 86400000000001/' here.json >dear.json
expect 3 per_range 24h -- run good.cborseq -s rotation --device model --costs dear.json
expect 2 per_range 24h -- run good.cborseq -s rotation --device model:per_range=86400000000001ns
# All of a device's words: rows that differ in the last one differ.
long=seed=18446744073709551615,latency=exponential,latency_mean=1us,stall_at=1000001ns,stall_for=3us
long=$long,stall_every=1h,busy_every=2h,busy_for=1min,error_every=1000,partial_every=1001
expect 0 -- run good.cborseq -s rotation --device "model:$long,poison=host,poison_byte=7" --no-measured \
	--format json -o long.json
jq -e '.cells[0].device | endswith("poison=host,poison_byte=7")' long.json >/dev/null || fail "words are cut"
echo '{}' >empty.json
expect 3 "not a preset" -- run good.cborseq -s rotation --device model --costs empty.json

# A law breaks: status 5, and a dump that can be read, with what is needed to see it again.
expect 5 buddysim-violation -- run "$src/traces/memhog_thp.cborseq.zst" -s bitmap:defects=stale \
	--device model
file=buddysim-violation-memhog_thp-bitmap-defects=stale.txt
[ -s "$file" ] || fail "no $file"
for fact in "seed 1" "time_ns [1-9]" "event [1-9]" "request [0-9]*:" "strategy bitmap:defects=stale"; do
	grep -q "^# $fact" "$file" || fail "$file lacks $fact"
done
grep -q "^enddump" "$file" || fail "$file holds no state"

finish
