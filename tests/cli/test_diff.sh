#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# diff: what differs between two records is said, and nothing else; what cannot be tested is an error.
. "$(dirname "$0")/lib.sh"

expect 0 -- trace gen memhog --params size=64MiB,cycles=2,hold=100ms,pause=100ms -o t.cborseq
record() { expect 0 -- compare t.cborseq --device model --memory 1GiB --no-timeline --format json -o "$@"; }
has() { grep -qF -- "$1" stdout.txt || fail "stdout lacks \"$1\": $(cat stdout.txt)"; }
hasnt() { ! grep -qF -- "$1" stdout.txt || fail "stdout has \"$1\": $(cat stdout.txt)"; }
record a.json -s none,hypercall,rotation:order=9,delay=100ms,hypercall
record b.json -s none,hypercall,rotation:order=9,delay=100ms,bitmap --costs null --seed 2

# With itself: nothing differs, in any format, and no limit is crossed.
expect 0 -- diff a.json a.json --threshold held_mib_s:0%
has 'configuration: the same'
[ "$(grep -c 'figures are equal$' stdout.txt)" = 4 ] || fail "not four equal cells: $(cat stdout.txt)"
expect 0 -- diff a.json a.json --format csv
[ "$(wc -l <stdout.txt)" = 1 ] || fail "equal records have rows: $(cat stdout.txt)"

# Configuration, figures, and the cells of one side only: the second hypercall has no partner.
expect 0 -- diff a.json b.json
has '  seed '
has 'only in A: hypercall'
has 'only in B: bitmap'
hasnt 'config.memory_bytes'
expect 0 -- diff a.json b.json --format json
jq -e '.schema == "buddysim-diff-1" and ([.cells[].a] == ["none", "hypercall", "rotation:order=9,delay=100ms"])
	and .only_a == [{"label": "hypercall"}] and .only_b == [{"label": "bitmap"}]
	and any(.config[]; .key == "seed" and .a == 1 and .b == 2)
	and .a.lacks == [] and (has("timeline") or has("measured") | not)' stdout.txt >/dev/null ||
	fail "json: $(cat stdout.txt)"
# every figure is told that jq finds different, and no other
want=$(jq -rn --slurpfile a a.json --slurpfile b b.json '
	def leaves: del(.label, .strategy, .params, .kernel, .device) | [paths(scalars) as $p |
		{key: $p | map(tostring) | join("."), value: getpath($p)}] | from_entries;
	($a[0].cells[1] | leaves) as $x | ($b[0].cells[1] | leaves) as $y |
	($x + $y) | keys_unsorted[] | select($x[.] != $y[.])' | sort)
got=$(jq -r '.cells[1].figures[].key' stdout.txt | sort)
[ -n "$want" ] && [ "$want" = "$got" ] || fail "figures: $(diff <(echo "$want") <(echo "$got"))"
jq -e 'all(.cells[].figures[] | select(.difference != null); .difference == .b - .a)' stdout.txt \
	>/dev/null || fail "differences: $(cat stdout.txt)"
expect 0 -- diff a.json b.json --format csv
if command -v python3 >/dev/null; then
	python3 - <<-'END' || fail "CSV: $(cat stdout.txt)"
		import csv
		rows = list(csv.reader(open("stdout.txt", newline="")))
		assert {len(r) for r in rows} == {10}, {len(r) for r in rows}
		label = "rotation:order=9,delay=100ms"
		assert any(r[1] == label and r[2] == label for r in rows)
		assert ["only_b", "", "bitmap"] == [r for r in rows if r[0] == "only_b"][0][:3]
	END
fi

# Another answer is told; the same one is not.
expect 0 -- diff a.json b.json
hasnt 'answer: A and B'
jq '.answer.best.label = "bitmap" | .answer.stock = null' a.json >answer.json
expect 0 -- diff a.json answer.json
has 'answer: A and B'
has 'best.label '
expect 0 -- diff a.json answer.json --format json
jq -e --slurpfile a a.json '.answer == [{key: "stock.label", a: $a[0].answer.stock.label, b: null},
	{key: "best.label", a: $a[0].answer.best.label, b: "bitmap"}]' stdout.txt >/dev/null || fail "$(jq .answer stdout.txt)"
expect 0 -- diff a.json answer.json --format csv
has 'answer,,,best.label,'
jq 'del(.answer)' a.json >none.json
expect 0 -- diff a.json none.json
hasnt 'answer: A and B'

# Two cells: labels hold commas themselves; the same label twice is its first two cells.
expect 0 -- diff a.json --cells rotation:order=9,delay=100ms,hypercall
has 'A rotation:order=9,delay=100ms, B hypercall: '
has 'params.delay'
expect 0 -- diff a.json --cells hypercall,rotation:order=9,delay=100ms
has 'A hypercall, B rotation:order=9,delay=100ms: '
expect 0 -- diff a.json -c hypercall,hypercall
has 'figures are equal'
expect 0 -- diff a.json b.json -c hypercall,bitmap
has 'A hypercall, B bitmap: '
"$bin" diff - b.json <a.json >stdout.txt || fail "stdin"
has 'only in B: bitmap'

# Limits: shares and amounts, in both directions or in one.

jq '(.cells[] | select(.label == "hypercall") | .calls) |= . * 1.03 + 1 | .cells |= map(.calls |= floor)' \
	a.json >more.json
expect 1 'calls:2%: hypercall: calls was' -- diff a.json more.json --threshold calls:2%
expect 1 -- diff a.json more.json -t hypercall/calls:+2%
expect 0 -- diff a.json more.json -t hypercall/calls:-2%
expect 0 -- diff a.json more.json -t hypercall/calls:90%
expect 1 -- diff more.json a.json -t hypercall/calls:-2%
expect 0 -- diff more.json a.json -t hypercall/calls:+2%
expect 1 -- diff a.json more.json -t hypercall/calls:90% -t hypercall/calls:0
expect 0 -- diff a.json more.json -t peak_resident_bytes:1MiB -t hypercall/calls:1000000
# a cell that is gone is over every limit, a new one has none
expect 1 'hypercall is not in B' -- diff a.json b.json -t hypercall/held_mib_s:1000%
expect 0 -- diff b.json a.json -t none/held_mib_s:1000%

# What cannot be tested: status 2, one line, nothing printed.
early() {
	local text=$1
	shift
	expect 2 "$text" -- diff a.json b.json "$@"
	[ ! -s stdout.txt ] || fail "$*: printed before the error"
}
early 'did you mean held_mib_s' -t held_mb_s:2%
early 'is no figure of a cell' -t nr_free:2%
early 'did you mean hypercall' -t hypercal/calls:2%
early 'a whole number in the figure' -t held_mib_s:2MiB
early 'say 5MiB or 5B' -t peak_resident_bytes:5
early 'times take h, min, s' -t settle_ns.t90:5MiB
early 'cannot be held against "2.%%"' -t held_mib_s:2.%%
early 'is not [CELL/]FIGURE:LIMIT' -t held_mib_s
early 'none has no settle_ns.t90 in A: that run does not have it' -t settle_ns.t90:2%
early 'has no agreement.strict' -t none/held_mib_s:500% -t agreement.strict:0
early 'did you mean bitmap' -c none,bitmp
early 'is not two cells' -c none
expect 2 'nothing to compare it with' -- diff a.json
expect 2 'no record given' -- diff
expect 2 'takes two records' -- diff a.json b.json a.json
expect 2 'standard input has one' -- diff - -
expect 3 'not-there.json' -- diff a.json not-there.json
jq '.cells |= map(.label = "x" + .label)' a.json >other.json
expect 2 'has none of the cells' -- diff a.json other.json

# An older schema: what it does not know is named, is no difference, and cannot be tested.
jq '.schema = "buddysim-record-1" | .cells |= map(del(.unfinished_events) | .old_figure = 7)' a.json >old.json
expect 0 -- diff old.json a.json
has 'its schema does not know: unfinished_events'
has 'its schema does not know: old_figure'
hasnt '  unfinished_events'
[ "$(grep -c 'figures are equal$' stdout.txt)" = 4 ] || fail "old: $(cat stdout.txt)"
expect 2 'its schema does not know it' -- diff old.json a.json -t unfinished_events:0
# a figure that only older programs knew is compared where both records have it
jq '.cells[0].old_figure = 8' old.json >old2.json
expect 0 -- diff old.json old2.json
has 'old_figure'
jq '.schema = "buddysim-record-999"' a.json >new.json
expect 3 'newer than this' -- diff a.json new.json

# A cell that could not run is in the record's list of failures: the reason is named.
jq '.failed = [{"label": "hypercall", "error": "no memory", "status": 4}] | .cells |= .[:2]' a.json >failed.json
expect 0 -- diff a.json failed.json
has 'hypercall (did not run there: no memory)'
expect 3 -- diff a.json "$src/README.md"

# The timeline is not compared: with and without it are the same.
expect 0 -- compare t.cborseq --device model --memory 1GiB --format json -o series.json -s none
expect 0 -- compare t.cborseq --device model --memory 1GiB --format json -o plain.json -s none --no-timeline
expect 0 -- diff series.json plain.json
has "figures are equal"

finish
