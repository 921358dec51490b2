#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is refused, and how: status, a piece of the one line on stderr, the command.
. "$(dirname "$0")/lib.sh"

expect 0 -- trace gen memhog --params size=64MiB,cycles=2 -o t.cborseq
cp t.cborseq u.cborseq
: >empty.json
mkdir dir
jq 'del(.guests[2])' "$src/sim/scenarios/three-guests.json" >guests.json
jq '.guests[].strategy = "rotation"' guests.json >own.json
echo x >file

# Runs that would work if it were not for what is behind: a plain one, of a device that has a parameter,
# from a dump.
T="compare t.cborseq -s none --device null"
D="compare t.cborseq -s rotation -d null:queue_depth=8"
S="compare $src/traces/memhog_thp.cborseq.zst -s none -d null --state $src/tests/oracle/data/memhog_thp.state.txt.gz"
rows=0
while IFS=$'\t' read -r status text args; do
	[ -n "$args" ] || continue
	eval "args=($args)"
	expect "$status" "$text" -- "${args[@]}"
	[ "$status" -eq 0 ] || [ ! -s stdout.txt ] ||
		fail "${args[*]}: printed something: $(head -3 stdout.txt)"
	rows=$((rows + 1))
done < <(grep -v '^#' "$src/tests/cli/refused.tsv")
[ "$rows" -ge 150 ] || fail "only $rows rows of refused.tsv"

# -h and --help say the same, of the program and of each verb.
verbs=$("$bin" --describe | cut -f2)
[ "$(wc -w <<<"$verbs")" -ge 10 ] || fail "verbs: $verbs"
for verb in "" $verbs "trace import" "trace info" "trace validate" "trace gen" "trace cut"; do
	expect 0 -- $verb --help
	mv stdout.txt help.txt
	grep -q '^Usage: buddysim' help.txt || fail "$verb --help: $(head -3 help.txt)"
	expect 0 -- $verb -h
	cmp -s stdout.txt help.txt || fail "$verb -h is not --help"
done
# ... but where it is the value of something.
expect 4 "nodir/-h: cannot write" -- $T -o nodir/-h
expect 3 "-h: cannot" -- compare -- -h

# Every combination that there is has a row: "--gap refused there is no gap in one round; use --repeat N".
expect 0 -- list combinations
sed 's/^\(--[a-z-]*\) *\(refused\|warning\) */\1: /; s/;.*//' stdout.txt >combinations.txt
[ -s combinations.txt ] || fail "no combinations"
while read -r combination; do
	grep -qF -- "${combination:0:40}" "$src/tests/cli/refused.tsv" ||
		fail "no row of refused.tsv for: $combination"
done <combinations.txt

# What is refused for its output was not run first: this would take minutes.
expect 0 -- trace gen churn --params events=500000,live=20000,memory=2GiB -o long.cborseq
for args in "-o nodir/x" "--dump-state nodir/x" "--plots file/x"; do
	timeout 60 "$bin" compare long.cborseq -s all -d null --repeat 1000 $args >stdout.txt 2>stderr.txt
	[ $? -eq 4 ] || fail "$args: not found before the run: $(cat stderr.txt)"
done

# The largest seed is recorded as what it is.
expect 0 -- run t.cborseq -s none -d null --seed 18446744073709551615 --format json
[ "$(jq -r .seed stdout.txt)" = 18446744073709551615 ] || fail "seed: $(jq .seed stdout.txt)"

# Device words and labels of any length: nothing is cut, and the rows are told apart.
long=latency_mean=$(printf '%0500d' 1)ns
expect 0 -- run t.cborseq -s none -d "model:$long" --format json
[ "$(jq -r .config.device_params stdout.txt)" = "$long" ] || fail "device words are cut"
pad=threshold=0x$(printf '%0500d' 0)
cc -Wall -Werror -shared -fPIC -I"$src/include" -o mine.so "$src/tests/plugin/mine.c" || fail "mine.c"
expect 1 "${pad}8/passes" -- compare t.cborseq -s "./mine.so:${pad}4" \
	-s "./mine.so:${pad}8" -d null --fail-if "./mine.so:${pad}8/passes>=0" \
	--format json
[ "$(jq '[.cells[].label] | unique | length' stdout.txt)" = 2 ] || fail "two rows of one label"
finish
