#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `experiment`: status, formats, the same bytes twice, the pictures.
. "$(dirname "$0")/lib.sh"
export BUDDYSIM_PLOTS=$src/plots

for name in release list-walk pressure churn stall page-fault fragmentation cache; do
	for format in text json csv; do
		expect 0 -- experiment "$name" --size ci --no-measured --format $format \
			-o "$name.1.$format"
	done
	expect 0 -- experiment "$name" --size ci --no-measured --format json -o "$name.2.json"
	cmp -s "$name.1.json" "$name.2.json" || fail "$name: two runs differ"
	jq -e --arg n "$name" '.schema == "buddysim-experiment-1" and .experiment == $n and
		(.rows | length > 1) and (has("measured") | not)' "$name.1.json" >/dev/null ||
		fail "$name: not the record that was promised"
	# The table says what the record says, the answer first.
	[ "$(head -1 "$name.1.text")" = "$(jq -r .answer "$name.1.json")" ] ||
		fail "$name: the first line is not the answer"
	rows=$(jq '.rows | length' "$name.1.json")
	# Who is left out, and why, is one line more.
	told=$(jq 'has("left_out") | if . then 1 else 0 end' "$name.1.json")
	[ "$(wc -l <"$name.1.text")" -eq $((rows + 3 + told)) ] || fail "$name: lines of the table"
	[ "$(wc -l <"$name.1.csv")" -eq $((rows + 1)) ] || fail "$name: lines of the csv"
done

# Who compacts has more of what is free for huge pages; who drops what nobody reads gives it back, and reads some of it again.
jq -e '[.rows[] | select(.kernel == "linux-6.12")] | map({(.strategy): .}) | add |
	.none.moved == 0 and ."rotation+timer:every=10min".unusable_9 < .rotation.unusable_9 and
	."rotation+timer:every=10min".moved > 1000 and .rotation.huge_wanted > 3' fragmentation.1.json >/dev/null ||
	fail "fragmentation: $(jq -c '.rows[]' fragmentation.1.json)"
jq -e '[.rows[] | select(.defrag_mode == 1)] | length > 3 and all(.huge_got > 500)' fragmentation.1.json >/dev/null ||
	fail "huge pages that nobody waits for, with defrag_mode: $(jq -c '.rows[]' fragmentation.1.json)"
jq -e '[.rows[] | select(.kernel == "linux-6.12")] | map({(.strategy): .}) | add |
	.rotation.end_bytes == .rotation.files_bytes and .rotation.again_ns == 0 and ."none+timer:every=1min".again_ns > 0 and
	."none+timer:every=1min".end_bytes == .none.end_bytes and ."rotation+timer:every=1min".end_bytes < .rotation.end_bytes / 10' \
	cache.1.json >/dev/null || fail "cache: $(jq -c '.rows[]' cache.1.json)"

# A policy of the allocator: what is never merged is of no use for larger blocks.
expect 0 -- experiment fragmentation --size ci --kernel linux-6.1 -s rotation --policy lazy --format json -o lazy.json
jq -e --slurpfile own fragmentation.1.json '.config.policy == "lazy" and
	(.rows[0].unusable_2 > 10 * ($own[0].rows[] | select(.kernel == "linux-6.1" and .strategy == "rotation" and .defrag_mode == 0).unusable_2))' \
	lazy.json >/dev/null || fail "with a policy: $(jq -c .rows[] lazy.json)"
expect 0 -- experiment density --size ci -s none --policy lazy
grep -q '; linux-6.1, policy lazy, ' stdout.txt || fail "which policy: $(cat stdout.txt)"

# Another seed, another order of frees; and a measured part where it is wanted.
expect 0 -- experiment list-walk --size ci --seed 2 --no-measured --format json -o seed2.json
cmp -s <(jq .rows list-walk.1.json) <(jq .rows seed2.json) && fail "the seed changes nothing"
expect 0 -- experiment list-walk --size ci --repeats 2 --format json -o measured.json
jq -e '.measured.rows | length > 1 and all(.walk_ns_min <= .walk_ns_median and
	.walk_ns_median <= .walk_ns_max)' measured.json >/dev/null || fail "measured part"
cmp -s <(jq 'del(.measured)' measured.json) <(jq . list-walk.1.json) ||
	fail "what is measured leaks into the rest"

# Only who is asked for.
expect 0 -- experiment release --size ci -s rotation:order=9,delay=1s -s none --format json -o two.json
jq -e '[.rows[].strategy] | unique == ["none", "rotation:order=9,delay=1s"]' two.json >/dev/null ||
	fail "not the two strategies"

# Every strategy but one that knows the future can be driven, also from the host's side.
expect 0 -- experiment stall --size ci -s all --format json -o all.json
jq -e '([.rows[].strategy] | index("shared-state")) and (.left_out | test("clairvoyant"))' \
	all.json >/dev/null || fail "not all take part"
jq -e '[.rows[] | select(.strategy == "shared-state" and .laws != "ok")] == []' all.json >/dev/null ||
	fail "shared-state breaks a law"
expect 2 "clairvoyant" "compare" -- experiment churn --size ci -s clairvoyant
# Named twice, it counts once.
expect 0 -- experiment stall --size ci -s rotation -s rotation --format json -o twice.json
expect 0 -- experiment stall --size ci -s rotation --format json -o once.json
cmp -s <(jq '[.rows, .answer]' twice.json) <(jq '[.rows, .answer]' once.json) ||
	fail "the same strategy twice changes the answer"
# No name is cut.
long=./$(printf 'x%.0s' {1..60})/$(printf 'y%.0s' {1..100}).so
mkdir -p "$(dirname "$long")"
cc -shared -fPIC -I"$src/include" -o "$long" "$src/tests/plugin/mine.c" || fail "no plugin"
expect 0 -- experiment stall --size ci -s "$long" --format csv -o long.csv
grep -qF "$long" long.csv || fail "the label is cut"
expect 0 -- experiment stall --size ci -s "$long" -o long.text
grep -q "^$long " long.text || fail "the label is cut in the table"
# A full disk says so.
if [ -w /dev/full ]; then
	"$bin" experiment stall --size ci -s none >/dev/full 2>stderr.txt
	[ $? -eq 4 ] || fail "a full disk: status"
	grep -q "No space left" stderr.txt || fail "a full disk: $(cat stderr.txt)"
fi
# Ctrl-C ends it.
timeout --preserve-status -s INT 1 "$bin" experiment release >/dev/null 2>stderr.txt
status=$?
[ $status -eq 130 ] || fail "SIGINT: status $status"
grep -q "stopped at" stderr.txt || fail "SIGINT: $(cat stderr.txt)"

expect 2 "no experiment" -- experiment
expect 2 "unknown experiment" "did you mean \"churn\"" -- experiment churm
expect 2 "one experiment" -- experiment churn stall
expect 2 "--size" -- experiment churn --size huge
expect 2 -- experiment churn --size ci -s nosuch
expect 2 -- experiment churn --size ci -s boundary:nosuch=1
expect 4 "nowhere" -- experiment release --size ci -o nowhere/x.json
touch nowhere
expect 4 "nowhere/x" -- experiment release --size ci -s none --plots nowhere/x

if command -v gnuplot >/dev/null; then
	for name in release list-walk pressure churn stall page-fault fragmentation cache; do
		picture=experiment_${name//-/_}
		who=(-s none -s boundary -s rotation)
		[ $name = list-walk ] && who=()
		expect 0 -- experiment $name --size ci ${who[@]+"${who[@]}"} --plots "p-$name" \
			-o "$name.shown"
		grep -q '</svg>' "p-$name/$picture.svg" || fail "$picture.svg is not whole"
		grep -q 'boundary' "p-$name/$picture.svg" || fail "$picture.svg names no strategy"
		[ -s "p-$name/$picture.svg" ] || fail "$picture.svg is missing"
		[ "$(head -1 "$name.shown")" = "$(jq -r '.measured.answer // .answer' \
			"p-$name/record.json")" ] || fail "$name: the record is of another run"
	done
fi

# The table says which costs it was made with.
expect 0 -- experiment density --size ci -s none
grep -q '^experiment density, .* model device, costs vm; seed 1$' stdout.txt || fail "density: which costs? $(sed -n 2p stdout.txt)"
finish
