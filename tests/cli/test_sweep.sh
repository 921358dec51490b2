#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sweep: plan, run, kill, go on, merge. What comes out is the same whoever ran what and when, and what
# `compare` prints.
. "$(dirname "$0")/lib.sh"

expect 0 -- trace gen memhog --params size=16MiB,cycles=2 -o a.cborseq
expect 0 -- trace gen memhog --params size=8MiB,cycles=3,order=0 -o b.cborseq
strategies='none,rotation:order=0..10,delay=100ms|2s,boundary'

# A plan is all combinations, without what is excluded.
expect 0 -- sweep plan a.cborseq b.cborseq -s "$strategies" --seed 1..3 --thp always,never --device model -o one
grep -q '^288 cells: 2 traces, 12 groups' stdout.txt || fail "$(cat stdout.txt)"
cat >grid.json <<'END'
{
 "schema": "buddysim-grid-1",
 "comment": "the same, written down",
 "traces": ["[ab].cborseq"],
 "strategies": ["none", "rotation:order=0..10,delay=100ms|2s", "boundary"],
 "options": {"seed": "1..3", "thp": ["always", "never"], "device": "model"}
}
END
expect 0 -- sweep plan grid.json -o two
diff one/plan.json two/plan.json || fail "a file and a command line make two plans of one grid"
jq '. + {exclude: [{strategy: "rotation:order=?,*", thp: "never"}, {trace: "b*", seed: "[23]"}]}' \
	grid.json >some.json
expect 0 -- sweep plan some.json -o some
# a: 3 seeds of 24 and of 4; b: one of each
grep -q '^112 cells' stdout.txt || fail "excluded: $(cat stdout.txt)"
[ ! -s stderr.txt ] || fail "each rule fits: $(cat stderr.txt)"
# What fits nothing is said, in one line each; what another rule hides is not that.
jq '.exclude += [{strategy: "rotatoin*"}, {trace: "b*", seed: "3"}]' some.json >idle.json
expect 0 'exclude: {"strategy": "rotatoin*"} fits no cell of this grid' -- sweep plan idle.json -o idle
[ "$(wc -l <stderr.txt)" -eq 1 ] || fail "one line for the idle rule: $(cat stderr.txt)"
jq '. + {options: {memory: ["64MiB", "128MiB", "256MiB"], cpus: [1, 2, 3], device: "model"},
	zip: [["memory", "cpus"]], strategies: "none"}' grid.json >zip.json
expect 0 -- sweep plan zip.json -o zip
grep -q '^6 cells' stdout.txt || fail "zip: $(cat stdout.txt)"

jq '. + {options: {cpus: [1, 2], "allow-lossy": [true, false], device: "model"}, exclude: [{cpus: 2, "allow-lossy": true}],
	strategies: "none"}' grid.json >some.json
expect 0 -- sweep plan some.json -o some
grep -q '^6 cells' stdout.txt || fail "excluded by a number: $(cat stdout.txt)"

# The manual's grid and the README's plan are what they say.
sed -n '/^```$/,/^```$/{/^```$/d;p}' "$src/sim/man/buddysim-grid.5.scd" >manual.json
ln -s "$src/traces" traces
expect 0 -- sweep plan manual.json -o manual --allow-lossy
# all traces, 2 kernels, 3 sizes, 4 seeds; 24 strategies, on base pages without the 20 of one digit
shipped=$(ls traces/*.cborseq.zst | wc -l)
grep -q "^$((shipped * 2 * 3 * 4 * (24 + 4))) cells" stdout.txt || fail "the manual's grid: $(cat stdout.txt)"
expect 0 -- sweep plan traces/*.cborseq.zst -s 'none,rotation:order=0..10,delay=100ms|2s' --thp always,never \
	--seed 1..4 --device model --allow-lossy -o readme
cells=$((shipped * 2 * 4 * (1 + 11 * 2)))
grep -q "^$cells cells" stdout.txt && grep -q " its $cells cells" "$src/README.md" || fail "README: $(cat stdout.txt)"

# Loads in place of traces, with their parameters as axes.
expect 0 -- sweep plan --load 'churn:time=2s,size=16MiB|32MiB' -s none,rotation:delay=100ms --memory 256MiB -d model -o loads
grep -q '^4 cells: 0 traces, 2 groups' stdout.txt || fail "loads: $(cat stdout.txt)"
expect 0 -- sweep run loads
expect 0 -- sweep merge loads -o loads.json
expect 0 -- compare --load churn:time=2s,size=32MiB -s none,rotation:delay=100ms --memory 256MiB -d model --no-measured \
	--no-timeline --format json -o load.json
jq '.[1]' loads.json | diff - <(jq . load.json) >diff.txt || fail "a load is another one in a sweep: $(head -5 diff.txt)"
expect 2 'in place of a trace' -- sweep plan a.cborseq --load churn -s none -o loads
expect 2 'or a --load' -- sweep plan -s none -o loads

# What is wrong with a grid is said before anything is planned.
bad() { # STATUS TEXT FILTER
	jq "$3" grid.json >bad.json
	expect "$1" "$2" -- sweep plan bad.json -o bad
	[ -e bad/plan.json ] && fail "a plan of a bad grid: $3"
	return 0
}
bad 3 'did you mean "strategies"?' '. + {stratgies: "none"}'
bad 2 'did you mean "seed"?' '.options += {sed: 1}'
bad 3 '"seed" cannot be that' '. + {exclude: [{seed: 1.5}]}'
bad 3 'bad.json: "seed" cannot be that' '.options.seed = 1.5'
bad 3 'buddysim-grid-1' '.schema = "buddysim-grid-2"'
bad 2 'nosuch' '.strategies = "none,nosuch"'
bad 2 'order' '.strategies = "rotation:order=0..99"'
bad 2 '--thp' '.options.thp = "sometimes"'
bad 2 'no cell is left' '. + {exclude: [{trace: "*"}]}'
bad 2 'as many values' '.options += {memory: ["64MiB"], cpus: [1, 2]} | . + {zip: [["memory", "cpus"]]}'
bad 3 'no file' '.traces = ["nosuch*"]'
echo '{ "traces": ' >bad.json
expect 3 'bad.json: line 2' -- sweep plan bad.json -o bad
expect 2 'say which folder' -- sweep plan a.cborseq -s none
expect 3 'a.cborseq' -- sweep run a.cborseq
expect 2 'write 2/8' -- sweep run one --shard 3/2

# Killed whenever it likes, run again, in parts, by several at once: the same bytes.
expect 1 '288 of 288 cells have no result' -- sweep merge one -o none.json
[ -e none.json ] && fail "merged nothing"
for _ in 1 2 3; do
	"$bin" sweep run one --jobs 2 -q 2>/dev/null &
	pid=$!
	sleep 0.$((RANDOM % 3 + 1))
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
done
"$bin" sweep run one --jobs 1 --shard 1/2 -q &
"$bin" sweep run one --jobs 2 --shard 2/2 -q || fail "part 2"
wait $! || fail "part 1"
expect 0 -- sweep status one
grep -q ' 288 done, 0 failed, 0 to be run' stdout.txt || fail "$(cat stdout.txt)"
before=$(cat one/results/* | sha256sum)
expect 0 -- sweep run one
[ "$before" = "$(cat one/results/* | sha256sum)" ] || fail "what was done was done again"
expect 0 -- sweep run two --jobs 3
for form in json csv tsv sqlite; do
	expect 0 -- sweep merge one -o "one.$form"
	expect 0 -- sweep merge two -o "two.$form"
	cmp "one.$form" "two.$form" || fail "$form differs"
done
[ "$(tail -n +2 one.csv | wc -l)" -eq 288 ] || fail "rows of CSV: $(wc -l <one.csv)"
if command -v sqlite3 >/dev/null; then
	[ "$(sqlite3 one.sqlite 'select count(*), sum(held_mib_s > 0) from cells')" = \
		"288|$(jq '[.[].cells[] | select(.held_mib_s > 0)] | length' one.json)" ] ||
		fail "rows of SQLite"
fi

# pandas reads the same of both; means are those of the figures.
if /usr/bin/python3 -c 'import pandas' 2>/dev/null; then
	for form in csv sqlite; do
		/usr/bin/python3 "$src/plots/sweep_pandas.py" "one.$form" --figure held_mib_s --by order,delay >"pandas.$form" ||
			fail "pandas: $form"
	done
	cmp pandas.csv pandas.sqlite || fail "pandas reads two tables"
	[ "$(awk '$1 == "boundary" { print $2, $3 + 0; exit }' pandas.csv)" = "$(jq -r '[.[].cells[] | select(.label == "boundary") | .held_mib_s] |
		"\(length) \(add / length)"' one.json | awk '{ print $1, $2 + 0 }')" ] || fail "pandas: $(cat pandas.csv)"
	grep -q '^rotation *0 ' pandas.csv || fail "no parameters: $(cat pandas.csv)"
fi

# A group is what compare prints.
expect 0 -- compare b.cborseq -s none,rotation:order=0,boundary --thp never --seed 2 --device model \
	--no-measured --no-timeline --format json -o compared.json
jq '.[] | select(.trace.name == "b.cborseq" and .seed == 2 and .config.thp == "never")' one.json >group.json
diff <(jq 'del(.cells, .answer)' compared.json) <(jq 'del(.cells, .answer)' group.json) || fail "another head"
for label in none boundary; do
	diff <(jq --arg l $label '.cells[] | select(.label == $l)' compared.json) \
		<(jq --arg l $label '.cells[] | select(.label == $l)' group.json) ||
		fail "$label is another one in a sweep"
done

# All of it, if the rows are the same: what is worked out of several rows, too.
expect 0 -- sweep plan b.cborseq -s none,rotation,boundary,clairvoyant --repeat 2 --gap 5s --device model -o alike
expect 0 -- sweep run alike
expect 0 -- sweep merge alike -o alike.json
expect 0 -- compare b.cborseq -s none,rotation,boundary,clairvoyant --repeat 2 --gap 5s --device model \
	--no-measured --no-timeline --format json -o compared.json
cmp alike.json compared.json || fail "$(diff alike.json compared.json | head -5)"

# With the samples and the map, too, and with what is to be known first: of all cells, and of one.
rows="-s none,rotation:delay=1s,rotation:delay=30s,balloon --memory 4MiB --device model"
expect 0 -- sweep plan b.cborseq $rows --map -o mapped
expect 0 -- sweep run mapped
expect 0 -- sweep merge mapped -o mapped.json
expect 0 'rotation:delay=30s: the trace lasts' -- compare b.cborseq $rows --map --no-measured --format json -o compared.json
cmp mapped.json compared.json || fail "with a map: $(diff mapped.json compared.json | head -5)"
jq -e '[.timeline.cells[] | has("map")] | all' mapped.json >/dev/null || fail "no map"
jq -e '[.warnings[].label] | (index(null) == 0) and (index("rotation:delay=30s") > 0)' mapped.json >/dev/null ||
	fail "warnings: $(jq -c '.warnings' mapped.json)"
[ "$(sed 's/^buddysim: warning: //' stderr.txt)" = "$(jq -r '.warnings[] |
	(if .label then .label + ": " else "" end) + .text' mapped.json)" ] || fail "other warnings: $(cat stderr.txt)"
expect 0 -- sweep plan b.cborseq $rows -o mapped
grep -q ' 0 done' stdout.txt || fail "results with a map were taken for some without: $(cat stdout.txt)"

# A changed grid keeps the cells that it did not change; a changed input, none.
jq '.options.seed = "1..4"' grid.json >more.json
expect 0 -- sweep plan more.json -o two
grep -q '288 done, 0 failed, 96 to be run' stdout.txt || fail "$(cat stdout.txt)"
expect 0 -- trace gen memhog --params size=16MiB,cycles=4 -o a.cborseq
expect 0 -- sweep plan grid.json -o two
grep -q '144 done, 0 failed, 144 to be run' stdout.txt || fail "$(cat stdout.txt)"

# Two plans cell by cell, whatever order their axes have.
expect 0 -- sweep plan b.cborseq -s none,rotation --tail 30s --seed 1..2 --device model -o before
expect 0 -- sweep plan b.cborseq -s none,rotation --seed 1..2 --device model --tail 30s -o after
expect 0 -- sweep run before
expect 0 -- sweep run after
expect 0 -- sweep diff before after
grep -q '^4 cells are in both, 0 of them differ; 0 are in A only, 0 in B only$' stdout.txt || fail "$(cat stdout.txt)"
expect 0 -- sweep plan b.cborseq -s none,rotation:delay=1s --tail 30s --seed 2..3 --device model -o after
expect 0 -- sweep run after
expect 1 -- sweep diff before after
grep -q '^1 cells are in both, 0 of them differ; 3 are in A only, 3 in B only$' stdout.txt || fail "$(cat stdout.txt)"
mkdir other
expect 0 -- trace gen memhog --params size=8MiB,cycles=2,order=0 -o other/b.cborseq
expect 0 -- sweep plan other/b.cborseq -s none,rotation --seed 1..2 --device model --tail 30s -o after
expect 0 -- sweep run after
expect 1 -- sweep diff before after --format json
jq -e '.both == 4 and .differ == 4 and ([.figures[] | select(.figure == "used_mib_s")][0] |
	.cells == 4 and .less == 4 and .b < .a)' stdout.txt >/dev/null || fail "$(cat stdout.txt)"
expect 0 -- sweep diff before after --limit 100000%

# A cell that fails says why and stops nobody.
expect 0 -- sweep plan "$src/traces/memhog_thp.cborseq.zst" -s none,bitmap:defects=stale,boundary --capacity 16 --device model -o fails
expect 1 '1 cells failed' -- sweep run fails
expect 0 -- sweep status fails --failed
grep -q 'failed .*bitmap:defects=stale.*# ' stdout.txt || fail "$(cat stdout.txt)"
expect 1 -- sweep merge fails -o fails.json
[ "$(jq -c '[(.cells | length), (.failed | length)]' fails.json)" = '[2,1]' ] || fail "$(jq -c .failed fails.json)"
before=$(cat fails/results/* | wc -c)
expect 0 -- sweep run fails
[ "$before" -eq "$(cat fails/results/* | wc -c)" ] || fail "a failed cell was run again unasked"
expect 1 -- sweep run fails --retry-failed
[ "$before" -lt "$(cat fails/results/* | wc -c)" ] || fail "--retry-failed ran nothing"

# No room left: what could not be written has not failed, and is run when there is.
expect 0 -- sweep plan b.cborseq -s none,rotation:order=0..8 --seed 1..8 --device model -o full
(trap '' XFSZ; ulimit -f 60; exec "$bin" sweep run full -q) >stdout.txt 2>stderr.txt
[ $? -eq 4 ] && grep -q 'cannot write results\|File too large' stderr.txt || fail "no room: $(cat stderr.txt)"
expect 0 -- sweep status full --format json
jq -e '.done > 0 and .failed == 0 and .to_run > 0' stdout.txt >/dev/null || fail "no room: $(cat stdout.txt)"
expect 0 -- sweep run full
expect 0 -- sweep merge full -o full.json
expect 0 -- sweep plan b.cborseq -s none,rotation:order=0..8 --seed 1..8 --device model -o roomy
expect 0 -- sweep run roomy
expect 0 -- sweep merge roomy -o roomy.json
cmp full.json roomy.json || fail "after a full disk another merge"
expect 2 'full.parquet' -- sweep merge full -o full.parquet
[ ! -e full.parquet ] || fail "JSON of another name"

# The command of a cell, in the plan's folder, gives its figures.
expect 0 -- sweep status one --cells
line=$(grep ' done .*order=3,delay=100ms' stdout.txt | sed -n 2p)
(cd one && eval "\"$bin\" ${line#*buddysim }" --no-measured --format json >../cell.json)
jq -e --slurpfile all one.json '.cells[0] as $c | [$all[0][].cells[]] | any(. == $c)' cell.json >/dev/null ||
	fail "the command of a cell runs another one: $line"

# Ctrl-C keeps what is done.
expect 0 -- sweep plan b.cborseq -s none,rotation --seed 1..300 --repeat 20 --device model -o long
"$bin" sweep run long -q 2>stderr.txt &
pid=$!
sleep 1
kill -INT $pid
wait $pid
[ $? -eq 130 ] || fail "Ctrl-C: $(cat stderr.txt)"
expect 0 -- sweep status long --format json
jq -e '.done > 0 and .to_run > 0 and .torn == 0' stdout.txt >/dev/null || fail "$(cat stdout.txt)"
expect 1 -- sweep merge long --partial -o long.json
jq -e '[.[].partial] | any' long.json >/dev/null || fail "a part of a sweep does not say so"
finish
