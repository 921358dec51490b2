#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every figure of a record has a line in `list metrics`, and every line a figure in a record.
. "$(dirname "$0")/lib.sh"

state=$src/tests/oracle/data/memhog_thp.state.txt.gz
expect 0 -- compare --map "$src/traces/memhog_thp.cborseq.zst" -s none,rotation --state "$state" \
	--device model --format json -o record.json
# What only a host of several guests has.
expect 0 -- compare --load memhog:size=16MiB,cycles=1 --memory 256MiB --guests 2 --host-memory 1GiB \
	-s none --device model --format json -o several.json
expect 0 -- list metrics
cp stdout.txt metrics.txt
sed -i '/^table /,$d' stdout.txt
awk '{print $1}' stdout.txt | sort >defined.txt
awk 'NF < 2' metrics.txt | grep . && fail "a metric without a definition"
# Names alone: list indices go, and so do the "cells" between a part and its figures.
jq -r '[paths | map(select(type == "string")) | map(select(. != "cells")) | join(".")] |
	unique | .[] | select(. != "")' record.json several.json | sort -u >all.txt
jq -r '[paths(type | IN("number", "string", "boolean", "null")) | map(select(type == "string")) |
	map(select(. != "cells")) | join(".")] | unique | .[]' record.json | sort >leaves.txt
# What is defined as a whole: options, and counts by reason, order or part; how a row is had, and the rows of
# the answer with some of their figures.
whole='^(config|warnings|stock_setting|timeline\.map\.letters|answer\.(none|default|stock|best|blocker)|agreement\.(lost|first_lost|orders|final_state_differs))\.'
grep -vE "$whole" leaves.txt | comm -23 - defined.txt >undefined.txt
[ -s undefined.txt ] && fail "no definition: $(tr '\n' ' ' <undefined.txt)"
# jemalloc is not in every build; a share of another row is only in tables
grep -vE '^(measured\.loop_alloc_bytes|held_share|speed_share)$' defined.txt | comm -23 - all.txt >absent.txt
[ -s absent.txt ] && fail "in no record: $(tr '\n' ' ' <absent.txt)"

# what stands there as yes or no can be tested like a number
expect 0 -- compare "$src/traces/memhog_thp.cborseq.zst" -s none --state "$state" --device null \
	--fail-if 'agreement.final_state_equal<1'
expect 1 -- compare "$src/traces/memhog_thp.cborseq.zst" -s rotation --state "$state" --device null \
	--fail-if 'agreement.final_state_equal<1'

# Every heading of every table has a meaning there, and every word that stands in its rows in place of a figure.
defined() {
	grep -qF -- "(\"$1\")" <(sed -n "/^table $2\$/,/^table /p" metrics.txt) ||
		grep -qF -- "(in tables: \"$1\")" metrics.txt || grep -q "^$1 " metrics.txt || grep -q "^[a-z_]* .*(\"$1\")" metrics.txt ||
		fail "$2: \"$1\" has no line in list metrics"
}
# headings: the words of the line before which two or more blanks part them
headings() { sed 's/^ *//; s/   */\n/g' | sed '/^$/d'; }
for name in $("$bin" list experiments | awk '{ print $1 }'); do
	expect 0 -- experiment "$name" --size ci -s rotation
	sed -n 3p stdout.txt | headings >heads.txt
	[ "$(wc -l <heads.txt)" -ge 9 ] || fail "$name: no headings: $(cat heads.txt)"
	while read -r head; do
		defined "$head" "experiment $name"
	done <heads.txt
	# ... and the record's keys too
	expect 0 -- experiment "$name" --size ci -s rotation --format json
	for key in $(jq -r '.rows[0] | keys[]' stdout.txt); do
		sed -n "/^table experiment $name\$/,/^table /p" metrics.txt | grep -q "^ *$key " ||
			case $name.$key in
			release.nodes_walked | release.longest_walk_nodes | stall.end_left_raw_bytes) ;; # only in the record
			*) fail "$name: $key has no line in list metrics" ;;
			esac
	done
done
expect 0 -- compare "$src/traces/memhog_thp.cborseq.zst" -d model -s none,rotation --columns all --format markdown
sed '/^| strategy/!d; s/^| //; s/ |$//; s/ | /\n/g' stdout.txt | sed 's/, [^ ]*$//' >heads.txt
[ "$(wc -l <heads.txt)" -ge 20 ] || fail "compare: no headings: $(cat heads.txt)"
while read -r head; do
	defined "$head" compare
done <heads.txt
expect 0 -- calibrate --rounds 1
for head in $(sed -n '1s/ns,.*//p' stdout.txt); do
	defined "$head" calibrate
done
expect 0 -- bench memory -s none
{ sed -n 's/^bytes, measured//p' stdout.txt; sed -n 's/^what its series took//p' stdout.txt; } |
	sed 's/per page per/per page  per/; s/GiB per/GiB  per/; s/zone  *per/zone  per/; s/in pass /in pass  /; s/\(mark\|word\|fits\) /\1  /g' |
	headings | sort -u >heads.txt
[ "$(wc -l <heads.txt)" -ge 9 ] || fail "bench memory: no headings: $(cat heads.txt)"
while read -r head; do
	defined "$head" "bench memory"
done <heads.txt
"$bin" compare "$src/traces/memhog_thp.cborseq.zst" -d model -s none,rotation -q --format json >a.json
expect 0 -- diff a.json a.json --cells none,rotation
sed -n 's/^  \(figure .*\)/\1/p' stdout.txt | head -n 1 | headings >heads.txt
[ "$(wc -l <heads.txt)" -eq 6 ] || fail "diff: headings: $(cat heads.txt)"
while read -r head; do
	defined "$head" diff
done <heads.txt
finish
