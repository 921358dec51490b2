#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --fail-if: what cannot be tested is an error, never a pass; what is mistyped is found before the run.
. "$(dirname "$0")/lib.sh"

expect 0 -- trace gen memhog --params size=64MiB,cycles=2,hold=100ms,pause=100ms -o t.cborseq
model() { local want=$1; shift; expect "$want" -- compare t.cborseq --device model --memory 1GiB "$@"; }
# the one line on stderr, and its words
says() {
	local want=$1 text=$2
	shift 2
	expect "$want" "$text" -- compare t.cborseq --device model --memory 1GiB "$@"
}

# Before the run: not even the trace is looked for.
early() {
	local text=$1
	shift
	expect 2 "$text" -- compare not-there.cborseq "$@"
}
early 'did you mean alloc_failed' -s none --fail-if 'alloc_faild>0'
early 'is no figure of a cell' -s none --fail-if 'nr_free>0'
early '"rotatoin" is no row' -s none,rotation --fail-if 'rotatoin/held_mib_s>5'
early '"rotation" is no row' -s none,rotation:order=9 --fail-if 'rotation/held_mib_s>5'
early '5parsec' -s none --fail-if 'peak_resident_bytes>5parsec'
early '5MiB' -s none --fail-if 'settle_ns.t90>5MiB'
early '3s' -s none --fail-if 'calls>3s'
early 'only a guest that starts from a kernel' -s none --fail-if 'agreement.strict<1'
early 'pages are not touched' -s none --touch none --fail-if 'content_loss>0'
early 'unknown operator' -s none --fail-if 'calls=>3'

# Only the run can tell: none reports nothing, so its excess never goes.
says 2 'none has no settle_ns.t90 in this run' -s none,hypercall --fail-if 'settle_ns.t90>1h'
model 0 -s none,hypercall --fail-if 'hypercall/held_mib_s>1000000'
says 2 'has no cost_ns' -s none --weight 0 --fail-if 'cost_ns>1h'
# the record is there all the same
[ "$(jq -r '.cells | length' <("$bin" compare t.cborseq --device model -s none --weight 0 \
	--format json --fail-if 'cost_ns>1h' 2>/dev/null))" = 1 ] || fail "the record is lost"

# A row that did not finish is another load's: only what went wrong can be tested of it.
hung() { # STATUS TEXT STRATEGIES THRESHOLD
	expect "$1" "$2" -- compare t.cborseq --memory 1GiB -s "$3" -d model:stall_at=1ms,stall_for=1000s \
		--fail-if "$4"
}
for test in 'held_mib_s>5' 'cost_ns>1000h' 'guest_stall_ns.total>1000h' 'refault_bytes.total>1GiB'; do
	hung 2 "hypercall did not finish" none,hypercall "hypercall/$test"
done
hung 2 "its calls is of a shorter load" hypercall 'calls>99'
hung 1 "unfinished_events = " hypercall 'unfinished_events>0'
hung 1 "finished = 0" none,hypercall 'hypercall/finished<1'
hung 0 "" none,hypercall 'none/held_mib_s>1000000'
grep -q '^hypercall !' stdout.txt || fail "the row is not marked"
grep -q '^none.*!' stdout.txt && fail "none is marked"
grep -q 'Left out: hypercall (.* events left' stdout.txt || fail "it is in the answer"

# Rows of any length are told apart, to the last byte.
dir=$(printf 'd%.0s' {1..200})
mkdir -p "$dir"
cc -shared -fPIC -I "$src/include" -o "$dir/mine.so" "$src/tests/plugin/mine.c" || fail "cc"
a=./$dir/mine.so:threshold=1 b=./$dir/mine.so:threshold=4096
says 1 "$b has calls = 0" -s "$a" -s "$b" --fail-if "$b/calls<1"
model 0 -s "$a" -s "$b" --fail-if "$a/calls<1"

# Interrupted before a row was whole: that is what happened, whatever the threshold says.
"$bin" compare t.cborseq --device model --memory 1GiB -s none,rotation --repeat 1000 --gap 10s --check 1 \
	--fail-if 'rotation/calls>0' >stdout.txt 2>stderr.txt &
pid=$!
sleep 1
kill -INT $pid
wait $pid
[ $? -eq 130 ] || fail "interrupted: $(cat stderr.txt)"

finish
