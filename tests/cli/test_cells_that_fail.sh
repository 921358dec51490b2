#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A cell that cannot start says why and loses nobody else's row; what is of a smaller or shorter load
# than was asked for says so.
. "$(dirname "$0")/lib.sh"

trace=$src/traces/memhog_thp.cborseq.zst

# rotation needs room for as many ranges as it takes at once.
expect 4 "rotation" "--capacity" -- compare "$trace" -s none,rotation,boundary --device model --capacity 1 \
	--repeat 5 --gap 10s --no-measured --format json -o three.json
[ "$(jq -r '[.cells[].strategy] | join(" ")' three.json)" = "none boundary" ] ||
	fail "the cells that could run are lost: $(jq -c '[.cells[].strategy]' three.json)"

jq -e '.failed | length == 1 and .[0].label == "rotation" and (.[0].error | test("ranges? that a request"))' \
	three.json >/dev/null || fail "the record does not say who failed, and why"

# Nor does one that breaks a law, be it the first.
expect 5 "buddysim-violation-memhog_thp-bitmap-defects=stale.txt" -- compare "$trace" \
	-s bitmap:defects=stale,none,rotation --device model --repeat 5 --gap 10s --no-measured \
	--format json -o law.json
[ "$(jq -r '[.cells[].strategy] | join(" ")' law.json)" = "none rotation" ] ||
	fail "the cells behind one that broke a law are lost: $(jq -c '[.cells[].strategy]' law.json)"

# A device that hangs while a client holds the memory: allocations fail, and that is said.
"$bin" trace gen memhog -o hog.cborseq \
	--params size=300MiB,memory=320MiB,cycles=3,hold=1s,pause=1s >/dev/null 2>&1 ||
	fail "trace gen"
expect 0 "of 450 allocations failed" -- compare hog.cborseq -s hint-once \
	--device model:stall_at=1s,stall_for=20s
expect 0 "use more --memory" -- compare hog.cborseq -s none --device model --memory 128MiB

finish
