#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What goes into a record comes out of it, in every form: any bytes, any length, any number; and who is
# no answer is not called one.
. "$(dirname "$0")/lib.sh"

expect 0 -- trace gen memhog --params size=64MiB,cycles=2,hold=100ms,pause=100ms -o t.cborseq
mine() { cc -shared -fPIC -I "$src/include" -o "$1" "$src/tests/plugin/mine.c" || fail "cc $1"; }
compare() { expect 0 -- compare "$@" --device model --memory 1GiB; }

# Bytes that are no UTF-8, in a trace's name and in a plugin's.
odd=$(printf 'na\377me')
cp t.cborseq "$odd.cborseq"
mine "$odd.so"
for format in text json csv; do
	compare "$odd.cborseq" -s "none,./$odd.so:threshold=1" --format $format --no-measured
	grep -qaF '(null)' stdout.txt && fail "$format: (null)"
	cp stdout.txt "odd.$format"
done
jq -e '.trace.name == "na\\xffme.cborseq" and .cells[1].label == "./na\\xffme.so:threshold=1"' \
	odd.json >/dev/null || fail "not escaped: $(jq -c '[.trace.name, .cells[].label]' odd.json)"
grep -qaF "./$odd.so:threshold=1" odd.text || fail "the table does not call it as it was given"
compare "$odd.cborseq" -s none --print-config
expect 1 "has calls = 0" -- compare "$odd.cborseq" -s "none,./$odd.so:threshold=4096" \
	--device model --memory 1GiB --fail-if "./$odd.so:threshold=4096/calls<1"
"$bin" report odd.json --data data-odd >/dev/null 2>stderr.txt || fail "report: $(cat stderr.txt)"

# Two labels that differ behind 200 bytes are two rows, in every form.
dir=$(printf 'd%.0s' {1..200})
mkdir -p "$dir"
mine "$dir/mine.so"
for format in text json csv; do
	compare t.cborseq -s "./$dir/mine.so:threshold=1" -s "./$dir/mine.so:threshold=2" \
		--format $format --no-measured
	cp stdout.txt "long.$format"
	[ "$(grep -oE "d{200}/mine\.so:threshold=[12]" "long.$format" | sort -u | wc -l)" = 2 ] ||
		fail "$format: not two rows"
done
[ "$(grep -A1 'mine.so:threshold=[12]$' long.text | grep '^ ' | awk '{ print length }' | sort -u | wc -l)" = 1 ] ||
	fail "columns do not stand under their headings"

# The largest seed is that number, everywhere.
compare t.cborseq -s none --seed 18446744073709551615 --format json
jq -e '.seed == "18446744073709551615"' stdout.txt >/dev/null || fail "seed: $(jq .seed stdout.txt)"
compare t.cborseq -s none --seed 18446744073709551615
grep -q 'seed 18446744073709551615$' stdout.txt || fail "seed: $(sed -n 2p stdout.txt)"

# CSV is read by a reader of CSV: labels with commas, and a trace's name with a quote.
cp t.cborseq 'a"b.cborseq'
compare 'a"b.cborseq' -s rotation:order=9,delay=1s,none --format csv
if command -v python3 >/dev/null; then
	python3 - <<-'END' || fail "CSV"
		import csv
		rows = list(csv.reader(open("stdout.txt", newline="")))
		assert len({len(r) for r in rows}) == 1, [len(r) for r in rows]
		assert rows[1][0] == 'a"b.cborseq', rows[1][0]
		assert rows[1][1] == "rotation:order=9,delay=1s", rows[1][1]
		assert rows[2][1] == "none", rows[2][1]
	END
fi

# Nothing is touched: nothing is measured, and nobody is the cheapest.
compare t.cborseq -s none,rotation --touch none
head -n 1 stdout.txt | grep -q 'not measured' || fail "--touch none: $(head -n 1 stdout.txt)"
grep -q 'Cheapest' stdout.txt && fail "--touch none: somebody is the cheapest"

# A device that hangs while a client holds the memory: the row is there, but it is no answer.
expect 0 -- trace gen memhog --params size=300MiB,memory=320MiB,cycles=3,hold=1s,pause=1s -o hog.cborseq
expect 0 -- compare hog.cborseq -s none,hint-once --device model:stall_at=1s,stall_for=20s
grep -q 'Cheapest' stdout.txt && fail "crowned: $(head -n 5 stdout.txt)"
grep -q '^Left out: hint-once (.* of 450 allocations failed' stdout.txt || fail "not named: $(head -n 5 stdout.txt)"
# Larger than its guest: no row did what was asked.
expect 0 -- compare hog.cborseq -s none,rotation --device model --memory 128MiB
head -n 1 stdout.txt | grep -q 'No row is the answer' || fail "$(head -n 1 stdout.txt)"

# Huge pages are one choice for all rows, whatever order they report at; the heading says which, and a
# row is the same alone and in company.
compare hog.cborseq -s none,rotation:order=6,rotation:order=9 --format json --no-measured
cp stdout.txt company.json
jq -e '.config.thp == "always" and ([.cells[].device] | unique | length == 1) and
	(.cells[0].device | test("thp=always"))' company.json >/dev/null ||
	fail "thp: $(jq -c '[.config.thp, .cells[].device]' company.json)"
for one in none rotation:order=6; do
	compare hog.cborseq -s $one --format json --no-measured
	[ "$(jq -c '[.cells[0], .bound]' stdout.txt)" = "$(jq -c --arg l $one \
		'[(.cells[] | select(.label == $l)), .bound]' company.json)" ] ||
		fail "$one is another row in company"
done
compare hog.cborseq -s rotation:order=6,rotation
sed '/^strategy/,$d' stdout.txt | grep -q 'thp=always' || fail "heading: $(cat stdout.txt)"

# A row that cannot run has its place in all three, with why.
rows() { expect 4 "more than the 1 range that" -- compare t.cborseq -s none,rotation --device model --capacity 1 --memory 1GiB "$@"; }
rows
grep -q '^rotation *did not run: .*the 1 range that' stdout.txt || fail "table: $(grep ^rotation stdout.txt)"
rows --format csv
grep -q '^t.cborseq,rotation,.*the 1 range that' stdout.txt || fail "csv: $(grep rotation stdout.txt)"
rows --format json
jq -e '.failed == [{label: "rotation", error: .failed[0].error, status: 4}] and .partial == false' \
	stdout.txt >/dev/null || fail "json: $(jq -c .failed stdout.txt)"

finish
