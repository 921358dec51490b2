#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A law breaks: what README.md ("When a law breaks") says can be done with the file that is left.
. "$(dirname "$0")/lib.sh"

# A strategy with a bug: after 20 s it no longer takes what it hands over.
sed 's/&& bs_isolate(rc, p, order)/\&\& (bs_now(rc) > 20 * BS_NS_PER_S || bs_isolate(rc, p, order))/
	s/\.name = "mine"/.name = "buggy"/
	# It could be asked for things by a host.
	s/^	{\.name = NULL},/	{.name = "gate", .type = BS_PARAM_UINT, .max = 100, .role = BS_ROLE_GATE},\
	{.name = "most", .type = BS_PARAM_SIZE, .def = 1 << 30, .max = 1 << 30, .role = BS_ROLE_TARGET},\
&/' "$src/tests/plugin/mine.c" >buggy.c
cc -Wall -Wextra -Werror -shared -fPIC -I"$src/include" -o buggy.so buggy.c 2>cc.log ||
	fail "buggy.c does not compile: $(cat cc.log)"

lists() { grep -E '^(zonex?|lowmem|area|free|pcpl|blk|lru) ' "$1"; }

# again FILE ARGS: run ARGS, which break a law and leave FILE; the command in it breaks it again, at
# the same moment and at the same request, and leaves the very same file
again() {
	local file=$1 command
	shift
	expect 5 "$file" "# again:" -- "$@"
	[ -s "$file" ] || { fail "$*: no $file"; return; }
	mv "$file" first.txt
	command=$(sed -n 's/^# again: buddysim //p' first.txt)
	eval "expect 5 $file -- $command"
	cmp first.txt "$file" || fail "$command: not the same: $(diff first.txt "$file")"
	grep '^# again:' first.txt >>commands.txt
	for fact in "seed [1-9]" "time_ns [1-9]" "event [1-9]" "request [0-9]*:" "isolated_bytes [0-9]"; do
		grep -q "^# $fact" first.txt || fail "$file lacks $fact"
	done
}

trace=$src/traces/memhog_thp.cborseq.zst
expect 0 -- trace gen memhog -o "it's a.cborseq" --seed 3
d1=buddysim-violation-memhog_thp-bitmap-defects=stale.txt
again $d1 run "$trace" -s bitmap:defects=stale --device model
again $d1 compare "$trace" -s none -s bitmap:defects=stale -s rotation --device model:per_mib=7us \
	--seed 7 --repeat 2 --gap 3s --tail 5s --thp never --lru none --capacity 20
again $d1 run "$trace" -s bitmap:defects=stale --device null --memory 1GiB --machine flat --cpus 2 \
	--kernel linux-5.4 --shuffle --weight 1ms --allow-lossy --keep-whole-chunks \
	--resident-at-start all --wake-latency 1ms --touch none --check 50 \
	--contention model --reclaim model --guest-swap 64MiB --policy lazy:order=3
again buddysim-violation-it-s-a-.-buggy.so-threshold=8-gate=1.txt run "it's a.cborseq" --device model \
	-s ./buggy.so:threshold=8,gate=1 --host-memory 1GiB --host-poll 300ms --host-swap 1GiB --host-threads 3 --host-policy none:tick=2s \
	--host-event 1s:target=4MiB --host-event 10ms:pressure=4 --guest-event 1s:reclaim=4MiB --cache-counts held
for option in "--host-memory 1073741824B" "--host-poll 300000000ns" \
	"--host-event 1000000000ns:target=4194304B" "--host-event 10000000ns:pressure=4"; do
	grep -q -e "^# again: .*$option" first.txt || fail "the command lacks $option"
done
# What another row was told and this one does not hear is not part of its command, or it would be refused.
again $d1 compare "$trace" -s bitmap:defects=stale,balloon,rotation:gate=1 --device model \
	--host-memory 1GiB --host-event 1s:target=4MiB --host-event 10ms:pressure=4
grep -q -e "^# again: .*--host" first.txt && fail "the command asks what nobody hears"
again buddysim-violation-it-s-a-.-buggy.so-threshold=8.txt run "it's a.cborseq" \
	-s ./buggy.so:threshold=8 --device madvise --verify end --advice free
again $d1 run "$trace" -s bitmap:defects=stale --device model --costs null \
	--state "$src/tests/oracle/data/memhog_thp.state.txt.gz"
again buddysim-violation-it-s-a-.-buggy.so-threshold=8.txt run "it's a.cborseq" -s ./buggy.so:threshold=8 \
	--device model

# Two traces whose names differ behind a dot leave a file each.
cp "it's a.cborseq" b.x.cborseq
cp "it's a.cborseq" b.y.cborseq
"$bin" compare b.x.cborseq b.y.cborseq -s ./buggy.so:threshold=8 --device model >stdout.txt 2>stderr.txt
[ $? -eq 5 ] || fail "two traces: $(cat stderr.txt)"
for name in b.x b.y; do
	grep -q "^# trace $name.cborseq" "buddysim-violation-$name-.-buggy.so-threshold=8.txt" ||
		fail "no file of $name: $(ls)"
done

# Every option that shapes a run was spelled out in one of these commands: there is no other.
"$bin" run --help | grep -o -- '--[a-z-]*' | sort -u |
	grep -vxE -- '--(strategy|format|columns|sort|output|dump-state|plots|no-measured|no-timeline|map|fail-if|junit)' |
	grep -vxE -- '--(print-config|jobs|load|agent|guests|stagger|scenario|watch|quiet|help|usage|version|highlight|plots-format)' >shaping.txt
[ "$(wc -l <shaping.txt)" -ge 20 ] || fail "run --help: $(cat shaping.txt)"
while read -r option; do
	grep -q -- " $option\b" commands.txt || fail "no command holds $option"
done <shaping.txt

# The file is a state: it is one in itself, ...
expect 0 -- verify first.txt
# ... a guest made from it is in that state (a block is taken from the head of its list and put back there) ...
expect 0 -- trace gen burst --params size=4MiB,order=10 -o nothing.cborseq
expect 0 -- run nothing.cborseq -s none --device null --state first.txt --dump-state same.txt
cmp <(lists first.txt) <(lists same.txt) ||
	fail "another guest: $(diff <(lists first.txt) <(lists same.txt))"
grep -q '^free .*[0-9]r' first.txt || fail "no mark in the dump: nothing was reported before"
# ... and runs go on from it, under the rest of the trace and every strategy.
when=$(sed -n 's/^# time_ns //p' first.txt)
expect 0 -- trace cut "it's a.cborseq" --from "${when}ns" -o rest.cborseq
expect 0 -- compare rest.cborseq -s all --device model --state first.txt --check 100 \
	--no-measured --format json -o on.json
jq -e '.cells | length > 10 and all(.alloc_failed == 0)' on.json >/dev/null || fail "an allocation failed"
jq -e '[.cells[] | select(.calls > 0)] | length > 5' on.json >/dev/null || fail "nobody goes on"
finish
