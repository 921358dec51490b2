#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --jobs: cells side by side. Whatever comes out is the same for any number, and for a cell alone; where a
# number cannot be had, or would spoil what is measured, that is said.
. "$(dirname "$0")/lib.sh"

trace=$src/traces/memhog_thp.cborseq.zst

# same JOBS... -- ARGS: status, stdout, stderr and every file that is left
same() {
	local jobs=() n status first
	while [ "$1" != -- ]; do jobs+=("$1"); shift; done
	shift
	rm -rf first
	for n in "${jobs[@]}"; do
		rm -rf one
		mkdir one
		(cd one && "$bin" "$@" $n >stdout.txt 2>stderr.txt </dev/null; echo $? >status.txt)
		[ -s one/stdout.txt ] || fail "$*: nothing came out: $(cat one/stderr.txt)"
		[ -e first ] || { mv one first; continue; }
		diff -r first one >diff.txt || fail "$* $n: $(head -5 diff.txt)"
	done
}

some=none,rotation:delay=100ms,bitmap,boundary,clairvoyant,hypercall
for t in $(short_traces); do
	same "--jobs 1" "--jobs 2" "-j 3" "" -- compare "$t" -s all -d model --allow-lossy --no-measured \
		--format json
done
same "--jobs 1" "--jobs 2" "--jobs 5" -- compare "$trace" -s "$some" -d model --thp never --repeat 2 \
	--gap 1s --dump-state end.txt
[ "$(grep -c '^enddump' first/end.txt)" -eq 6 ] || fail "not a dump for each row"

# Rows that break, and two of one name: each error, the file that is left, and everybody else's row.
same "--jobs 1" "--jobs 2" "--jobs 4" -- compare "$trace" -d model --no-measured --format csv \
	-s none,bitmap:defects=stale,rotation,bitmap:defects=stale,boundary --capacity 16
[ "$(cat first/status.txt)" = 5 ] || fail "status $(cat first/status.txt), not 5"
[ "$(ls first/buddysim-violation-* | wc -l)" -eq 1 ] || fail "files: $(ls first)"
[ "$(grep -c '^# request' first/buddysim-violation-*)" -eq 1 ] || fail "two wrote into one file"
[ "$(wc -l <first/stdout.txt)" -ge 3 ] || fail "rows are lost: $(cat first/stdout.txt)"

# A cell's figures are its own.
expect 0 -- compare "$trace" -s "$some" -d model --jobs 3 --no-measured --format json -o company.json
for s in ${some//,/ }; do
	expect 0 -- run "$trace" -s "$s" -d model --no-measured --format json -o alone.json
	diff <(jq --arg s "$s" '.cells[] | select(.label == $s)' company.json) \
		<(jq '.cells[0]' alone.json) >diff.txt ||
		fail "$s is another one in company: $(head -5 diff.txt)"
done

# Modelled hosts: as many as there are cores. A real arena: alone unless asked for, for the host's free
# memory and the durations are everybody's.
at_once() { jq -c '[.measured.cells[] | .at_once] | unique' "$1"; }
cores=$(nproc)
expect 0 -- compare "$trace" -s none,boundary,bitmap -d null --format json -o r.json
[ "$(at_once r.json)" = "[$((cores < 3 ? cores : 3))]" ] || fail "null: $(at_once r.json) at once"
expect 0 -- trace gen memhog --params size=16MiB,cycles=2 -o small.cborseq
expect 0 -- compare small.cborseq -s none,boundary -d madvise --thp never --format json -o r.json
[ "$(at_once r.json)" = "[1]" ] || fail "madvise: $(at_once r.json) at once"
jq -e '.measured.cells | all((.host_free_bytes | length == 3) and (.real_madvise_ns | type == "number"))' \
	r.json >/dev/null || fail "alone, and not measured"
expect 0 -- compare small.cborseq -s none,boundary -d madvise --thp never --jobs 2 --verify each \
	--format json -o r.json
[ "$(at_once r.json)" = "[2]" ] || fail "madvise --jobs 2: $(at_once r.json) at once"
jq -e '.measured.cells | all(.host_free_bytes == null and .real_madvise_ns == null and
	.real_touch_ns == null and .real_rss_bytes >= 0)' r.json >/dev/null ||
	fail "what others disturb is in the record"
jq -e '.cells | all(.checks.residency == "exact" and .content_loss == 0)' r.json >/dev/null ||
	fail "arenas side by side: $(jq -c '[.cells[] | [.checks, .content_loss]]' r.json)"

# Arenas that do not fit all at a time. Nothing is touched: the guard goes by what might be.
big="compare small.cborseq -d madvise --touch none --resident-at-start all --no-measured --format csv"
"$bin" $big -s none --memory 1TiB 2>refused.txt >/dev/null
mib=$(sed -n 's/.*fit: \([0-9]*\) MiB are available.*/\1/p' refused.txt)
if [ -n "$mib" ]; then
	expect 0 " of 6 cells run at a time: they may need $((mib * 3 / 10 + mib * 3 / 10 / 512)) MiB each" -- \
		$big -s none,none,none,none,none,none --jobs 6 --memory $((mib * 3 / 10))MiB
	grep -qE 'warning: [1-4] of 6 cells' stderr.txt || fail "$(cat stderr.txt)"
	[ "$(wc -l <stdout.txt)" -eq 7 ] || fail "rows are lost: $(cat stdout.txt)"
fi

# Ctrl-C ends all of them. What is whole by then is kept, also behind one that is not.
sed 's/^\tint ret = 0;/&\n\n\tbs_wake(rc, 1000);/; s/\.name = "mine"/.name = "forever"/' \
	"$src/tests/plugin/mine.c" >forever.c
cc -Wall -Wextra -Werror -shared -fPIC -I"$src/include" -o forever.so forever.c 2>cc.log ||
	fail "forever.c does not compile: $(cat cc.log)"
"$bin" compare small.cborseq -s ./forever.so:threshold=1,none,./forever.so:threshold=2,boundary -d model \
	--tail 1000000s --jobs 2 --format json -o part.json 2>stderr.txt &
pid=$!
# Only one place is left for the other three, and the third of the four never gives it back.
sleep 2
kill -INT $pid
for _ in $(seq 100); do kill -0 $pid 2>/dev/null || break; sleep 0.1; done
kill -KILL $pid 2>/dev/null && fail "it did not end"
wait $pid
[ $? -eq 130 ] || fail "interrupted: status is not 130: $(cat stderr.txt)"
jq -e '.partial and ([.cells[].strategy] == ["none"]) and (.failed == [])' part.json >/dev/null ||
	fail "interrupted: $(jq -c '[.partial, [.cells[].strategy], .failed]' part.json)"

# At a terminal: how far it is, on a line that goes away.
script -qec "'$bin' compare '$trace' -s none,bitmap,rotation -d model --repeat 400 --no-timeline -j 2" \
	/dev/null </dev/null >terminal.txt 2>&1
tr '\r' '\n' <terminal.txt | grep -qE 'replaying: [0-9.]+ M events, [0-9]+ %, [0-9.]+ M events/s, [0-9]+ s to go; [0-2] of 3 cells; ' ||
	fail "no progress: $(tr '\r' '\n' <terminal.txt | head -3)"
finish
