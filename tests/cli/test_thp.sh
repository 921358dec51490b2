#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --thp auto is one choice for a comparison: heading, prices, bound and costs go by it, and what a
# cell says does not depend on who else is compared.
. "$(dirname "$0")/lib.sh"

trace=$src/traces/memhog_thp.cborseq.zst

run() { expect 0 -- compare "$trace" --allow-lossy --repeat 2 --gap 10s --no-measured --format json "$@"; }

# A small order does not turn huge pages off, neither for itself nor for the others.
run --device model -s none,rotation:order=3,rotation -o three.json
run --device model -s none,rotation:order=3,rotation --thp always -o always.json
for spec in none rotation:order=3 rotation; do
	run --device model -s $spec -o one.json
	cmp -s <(jq -S '.cells[0]' one.json) \
		<(jq -S --arg s $spec '.cells[] | select(.label == $s)' three.json) ||
		fail "$spec: other figures alone than in company"
done
cmp -s <(jq -S '.config, .cells, .bound' three.json) <(jq -S '.config, .cells, .bound' always.json) ||
	fail "auto is not always on a modelled host"
[ "$(jq -r '[.cells[].device | capture("thp=(?<t>[a-z]+)").t] | unique | join(" ")' three.json)" = always ] ||
	fail "not one choice: $(jq -c "[.cells[].device]" three.json)"

# On a real arena as this host has it.
if grep -q '\[never\]' /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null ||
	[ ! -e /sys/kernel/mm/transparent_hugepage/enabled ]; then
	want=never
else
	want=always
fi
run --device madvise -s none,rotation:order=3 -o real.json
[ "$(jq -r '[.cells[].device | capture("thp=(?<t>[a-z]+)").t] | unique | join(" ")' real.json)" = $want ] ||
	fail "real arena: $(jq -c "[.cells[].device]" real.json), not $want"
if [ $want = never ]; then
	expect 0 "transparent_hugepage" -- compare "$trace" --allow-lossy -s none --device madvise
fi

finish
