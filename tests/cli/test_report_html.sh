#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# report -o: one page that needs no other file, whatever a record holds; and the map of memory it shows.
# tests/browser looks at the page with a browser.
. "$(dirname "$0")/lib.sh"
export BUDDYSIM_PLOTS=$src/plots TMPDIR=$PWD

# The page's data, as JSON.
data() { sed -n 's|^<script type="application/json" id="data">\(.*\)</script>$|\1|p' "$1"; }
is() { # page, jq's filter, value
	local got
	got=$(data "$1" | jq -r "$2" 2>&1)
	[ "$got" = "$3" ] || fail "$1: $2 is $got, not $3"
}

expect 0 -- trace gen memhog --params size=16MiB,cycles=2 -o small.cborseq
common="small.cborseq -s none,rotation:order=9,balloon -d model --memory 256MiB --no-measured --format json"
expect 0 -- compare $common --repeat 2 --gap 1500ms --seed 7 --weight 3ms --map -o record.json
expect 0 -- report record.json -o page.html
[ "$(wc -c <page.html)" -lt 3000000 ] || fail "the page has $(wc -c <page.html) bytes"
for mark in @style@ @script@ @curves@ @map@ @start@ @data@; do
	! grep -q "^$mark" page.html || fail "nothing stands in place of $mark"
done
# Nothing is fetched: no address but the names of SVG's own vocabulary, and a policy that forbids it.
grep -q "default-src 'none'" page.html || fail "no policy"
! sed 's/id="data">.*//' page.html | grep -oE '(src|href)="[^"#]+"|https?:[^"]*' | grep -v www.w3.org ||
	fail "the page names another file"
is page.html '.records | length' 1
is page.html '[.records[0].rows[].label] | join(" ")' "none rotation:order=9 balloon"
is page.html '.records[0].file' record.json
[ "$(data page.html | jq -c '.records[0].answer.lines')" = "$(jq -c .answer.lines record.json)" ] || fail "another answer"
# One value where all rows have the same one.
is page.html '.records[0].figures.kernel | type' string
[ "$(data page.html | jq -c '.records[0].figures.held_mib_s')" = "$(jq -c '[.cells[].held_mib_s]' record.json)" ] ||
	fail "other figures than the record's"
if command -v gnuplot >/dev/null; then
	is page.html '.records[0].pictures | keys | join(" ")' "cost delay held_split orders resident"
else
	grep -q "without gnuplot's pictures" stderr.txt || fail "nobody says that gnuplot is missing"
fi

# The same record, the same page; the command line on it makes the same record.
expect 0 -- report record.json -o again.html
cmp -s page.html again.html || fail "the same record, another page"
command=$(data page.html | jq -r '.records[0].command')
eval "set -- ${command#buddysim }"
expect 0 -- "$@" --no-measured --map -o repeated.json
cmp -s record.json repeated.json || fail "another record from: $command"

# --- The map: all of memory at each look, in use where it is in use.
map=$(jq -c '.timeline.cells[1].map' record.json)
[ "$(jq .cell_bytes <<<"$map")" = 2097152 ] || fail "a cell is not a pageblock: $map"
jq -e '(.time_ns | length) == (.looks | length) and (.looks | length) <= 62' <<<"$map" >/dev/null ||
	fail "not a time for each look"
cells_of() { sed -E 's/([a-z])([0-9]+)/\1 \2\n/g; s/([a-z])([a-z])/\1 1\n\2/g; s/([a-z])([a-z])/\1 1\n\2/g; s/([a-z])$/\1 1/' <<<"$1"; }
while read -r look; do
	sum=$(cells_of "$look" | awk 'NF { n += $2 } END { print n }')
	[ "$sum" = 128 ] || fail "of 128 pageblocks $sum are in $look"
done < <(jq -r '.looks[]' <<<"$map")
# What reports nothing has nothing reported; what does gives back, and it is seen.
jq -e '.timeline.cells[0].map.looks | all(test("[gki]") | not)' record.json >/dev/null || fail "none reported"
jq -e '.timeline.cells[0].map.looks | any(test("r"))' record.json >/dev/null || fail "none holds nothing"
jq -e '.timeline.cells[1].map.looks | any(test("g"))' record.json >/dev/null || fail "rotation gives nothing back"
jq -e '.timeline.cells[1].map.looks | any(test("[ump]"))' record.json >/dev/null || fail "nothing is in use"
expect 0 -- compare $common -j 2 -o plain.json
jq -e '.timeline.cells | all(has("map") | not)' plain.json >/dev/null || fail "a map that nobody asked for"
expect 0 -- compare $common --map -j 1 -o one.json
expect 0 -- compare $common --map -j 3 -o three.json
cmp -s one.json three.json || fail "--jobs changes the map"
[ "$(jq -c 'del(.timeline.cells[].map)' one.json)" = "$(jq -c . plain.json)" ] || fail "--map changes the record"
is page.html '[.records[0].rows[] | has("map")] | all' true

# --- Several records: of several traces, of several files, of a sweep.
expect 0 -- trace gen memhog --params size=8MiB,cycles=3 -o hog.cborseq
expect 0 -- compare small.cborseq hog.cborseq -s none,rotation -d model --no-measured --format json
cp stdout.txt two.json
expect 0 -- report two.json plain.json -o three.html
is three.html '[.records[].file] | join(" ")' "two.json two.json plain.json"
expect 0 -- sweep plan hog.cborseq -s 'rotation:order=7..9,delay=100ms|2s' --seed 1..2 --device model -o sweep
expect 0 -- sweep run sweep
expect 0 -- sweep merge sweep -o sweep.json
expect 0 -- report sweep.json -o sweep.html
is sweep.html '[.records[].rows | length] | join(" ")' "6 6"
is sweep.html '[.records[].seed] | join(" ")' "1 2"
"$bin" report - -o - <two.json >stdout.html 2>stderr.txt || fail "from stdin to stdout: $(cat stderr.txt)"
is stdout.html '.records | length' 2

# --- Any text: none of it becomes markup, in the page or in its data.
evil='</script><script>alert(1)</script><img src=x onerror=alert(2)>&lt;b&gt;'
jq --arg evil "$evil" '.cells[1].label = $evil | .timeline.cells[1].label = $evil | .trace.name = $evil |
	.config.kernel = $evil | .answer.lines = [$evil] | .failed = [{label: $evil, error: $evil}] |
	.cells[1].params = $evil | .cells[1].checks.residency = $evil' record.json >evil.json
expect 0 -- report evil.json -o evil.html
[ "$(grep -o '<script' evil.html | wc -l)" = "$(grep -o '<script' page.html | wc -l)" ] || fail "a label is markup"
! grep -qF 'onerror=alert(2)>' evil.html || fail "a label is markup"
is evil.html '.records[0].rows[1].label' "$evil"

# --- Refused, and nothing left behind.
echo old >kept.html
cp kept.html before.html
echo '[]' >empty.json
for bad in empty.json missing.json; do
	expect 3 "$bad" -- report "$bad" -o kept.html
	cmp -s kept.html before.html || fail "$bad: another file in its place"
done
jq '.[1].cells = []' two.json >half.json
expect 3 "no cells" -- report half.json -o never.html
[ ! -e never.html ] || fail "a page of what is refused"
expect 2 "one record at a time" -- report record.json plain.json --plots never
expect 2 'did you mean "balloon"' -- report record.json --highlight baloon -o never.html
expect 4 "nowhere" -- report record.json -o nowhere/page.html
BUDDYSIM_PLOTS=$scratch/missing expect 4 "BUDDYSIM_PLOTS" -- report record.json -o never.html
[ -z "$(find . -name '.buddysim-*')" ] || fail "a folder of pictures stayed"
finish
