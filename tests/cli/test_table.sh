#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The table: within 100 columns, in order, marked; the columns that are asked for; every format one value.
. "$(dirname "$0")/lib.sh"

expect 0 -- trace gen memhog --params size=64MiB,cycles=2,hold=100ms,pause=100ms -o t.cborseq
expect 0 -- trace gen burst -o u.cborseq
compare() { expect 0 -- compare "$@" --device model --memory 1GiB; }
# the table alone: from its heads to the bound
rows() { sed -n '/^strategy /,/^bound /p' stdout.txt; }

# Every strategy, and labels of any length, within 100 columns; nothing at a line's end.
compare t.cborseq -s all -s rotation:order=9,delay=500ms,budget=1,pull=tail,put=head,dir=down,keep_raw=12,gate=90
[ "$(rows | awk '{ if (length > m) m = length } END { print m }')" -le 100 ] || fail "wide: $(rows)"
[ "$(rows | awk 'length > m { m = length } END { print m }')" -ge 60 ] || fail "narrow: $(rows)"
rows | grep ' $' && fail "blanks at the end of a line"
rows | grep -A1 '^rotation:order=9,delay=500ms,budget=1,.*gate=90$' | tail -n 1 | grep -qE '^ +[0-9]' ||
	fail "a long label has no figures below it: $(rows)"
# none first, the bound last, stock strategies marked, and what the marks mean
[ "$(rows | sed -n 4p | cut -d' ' -f1)" = none ] || fail "none is not first: $(rows)"
marked=$(rows | sed -n 's/^\([^ ]*\) \*.*/\1/p' | sort | tr '\n' ' ')
[ "$marked" = "balloon none rotation virtio-mem " ] || fail "stock: $marked"
grep -q '^\* an unpatched kernel offers it$' stdout.txt || fail "no legend"
compare t.cborseq -s rotation,bitmap --kernel linux-5.4
grep -q '^rotation  ' stdout.txt || fail "linux-5.4 has no free page reporting: $(rows)"
# numbers: thousands apart, at most four digits that count
rows | tail -n +4 | grep -oE '[0-9][0-9.,]*' | tr -d ,. | sed 's/^0*//; s/0*$//' | grep -E '.{5}' &&
	fail "more than four digits: $(rows)"

# The order: by cost, as the record has it; by what is asked for.
compare t.cborseq -s all --format json --no-timeline
cp stdout.txt all.json
order() { # jq's key
	jq -r ".cells | to_entries | sort_by([(.value.strategy != \"none\"), $1, .key]) | .[].value.label" all.json
}
compare t.cborseq -s all
cmp -s <(order '.value.cost_ns') <(rows | sed -n '4,$p' | cut -d' ' -f1 | grep -vx bound) ||
	fail "not by cost: $(rows)"
compare t.cborseq -s all --sort calls
cmp -s <(order .value.calls) <(rows | sed -n '4,$p' | cut -d' ' -f1 | grep -vx bound) ||
	fail "not by requests: $(rows)"
compare t.cborseq -s all --format csv --sort calls
cmp -s <(order .value.calls) <(sed 1d stdout.txt | cut -d, -f2) || fail "CSV is not sorted"

# Columns: those that were asked for, by name or heading, in that order; help; what is none.
compare t.cborseq -s none,rotation --columns peak_resident_bytes,requests,held_share
rows | sed -n 1p | grep -qE '^strategy +peak +requests +of$' || fail "columns: $(rows)"
compare t.cborseq -s none,rotation --columns calls,held_mib_s --format csv
head -n 1 stdout.txt | grep -q '^trace,label,strategy,params,calls,held_mib_s,error' || fail "$(head -n 1 stdout.txt)"
compare t.cborseq -s none,rotation --columns all
[ "$(rows | sed -n 1p | wc -w)" -gt 50 ] || fail "not all: $(rows)"
expect 0 -- compare --columns help
for name in $("$bin" list metrics | awk '{ print $1 }'); do
	case $name in trace.* | bound.* | timeline.* | measured.* | agreement.* | *[0-9]) continue ;; esac
	jq -e --arg n "$name" 'any(.cells[0] | paths(type == "number" or type == "boolean");
		map(tostring) | join(".") == $n)' all.json >/dev/null || continue
	grep -q "^[* ] $name " stdout.txt || fail "--columns help lacks $name"
done
expect 2 'did you mean held_mib_s' -- compare not-there.cborseq --columns held_mb_s
expect 2 'did you mean calls' -- compare not-there.cborseq --sort call
expect 2 'another --format' -- compare t.cborseq --format json --sort calls
expect 2 'text, json or csv' -- diff a b --format markdown
expect 2 'text, json or csv' -- verify a --format tsv

# Colour: on a terminal, unless NO_COLOR says no.
if command -v script >/dev/null; then
	colours() { TERM=xterm script -qec "$bin compare t.cborseq -s none,rotation --device model -q" /dev/null | grep -c "$(printf '\033')\[1m"; }
	[ "$(unset NO_COLOR; colours)" = 1 ] || fail "no colour on a terminal"
	[ "$(NO_COLOR=1 colours)" = 0 ] || fail "colour in spite of NO_COLOR"
fi
compare t.cborseq -s none,rotation
grep -q "$(printf '\033')" stdout.txt && fail "colour in a file"

# Several traces: one table of CSV and TSV, one value of JSON.
for format in csv tsv; do
	compare t.cborseq u.cborseq -s none,rotation --format $format
	[ "$(grep -c '^trace' stdout.txt)" = 1 ] || fail "$format: not one line of headings"
	[ "$(wc -l <stdout.txt)" = 5 ] || fail "$format: $(cat stdout.txt)"
	grep -q '^u.cborseq.rotation' stdout.txt || fail "$format: no second trace"
done
[ "$(awk -F'\t' '{ print NF }' stdout.txt | sort -u | wc -l)" = 1 ] || fail "TSV: lines of different length"
compare t.cborseq u.cborseq -s none,rotation --format json --no-timeline
jq -e 'type == "array" and length == 2 and .[1].trace.name == "u.cborseq"' stdout.txt >/dev/null ||
	fail "not an array: $(head -3 stdout.txt)"
[ "$(jq -s length stdout.txt)" = 1 ] || fail "not one value"
cp stdout.txt two.json
expect 3 'has 2 records' -- diff two.json two.json
jq '.[:1]' two.json >one.json
expect 0 -- diff one.json one.json
compare t.cborseq -s none --format json --no-timeline
jq -e 'type == "object"' stdout.txt >/dev/null || fail "one trace is not an object"

# Markdown: a table whose rows have as many cells as its head.
compare t.cborseq -s none,rotation,hypercall --format markdown
[ "$(grep '^|' stdout.txt | sed 's/\\|//g' | tr -cd '|\n' | awk '{ print length }' | sort -u | wc -l)" = 1 ] ||
	fail "markdown: $(cat stdout.txt)"
[ "$(grep -c '^|' stdout.txt)" = 6 ] || fail "markdown: $(cat stdout.txt)"

finish
