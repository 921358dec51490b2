#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# traces/capture/shipped, as far as it goes without a guest: the list, bad arguments, what is cut, and that what is
# shipped is what it records.
. "$(dirname "$0")/lib.sh"
loads=$src/traces/capture/shipped

# refuse STATUS TEXT -- ARGS
refuse() {
	local want=$1 text=$2 status
	shift 3
	"$loads/record" --cache "$scratch/cache" --out "$scratch/out" "$@" >stdout.txt 2>stderr.txt
	status=$?
	[ "$status" -eq "$want" ] || fail "record $*: status $status, not $want: $(cat stderr.txt)"
	grep -qF -- "$text" stderr.txt || fail "record $*: no '$text' in: $(cat stderr.txt)"
}
refuse 1 "no load nope" -- nope
refuse 1 "no load guest" -- guest
refuse 1 "--seconds x: not a number above 0" -- --seconds x
refuse 1 "--seconds 0: not a number above 0" -- --seconds 0
refuse 1 "--kernel needs a value" -- --kernel
refuse 2 "usage: record" -- --what
if [ -e out ] || [ -e cache ]; then
	fail "something was made for a refused command"
fi

# Each load says what record asks it, is documented, and shipped as it says.
"$loads/record" --list >list.txt || fail "record --list"
[ "$(wc -l <list.txt)" -ge 4 ] || fail "record --list: $(cat list.txt)"
while read -r name about; do
	load=$loads/$name.sh
	sh -n "$load" || fail "$name: syntax"
	for key in memory cpus seconds; do
		grep -qE "^# $key: [0-9]+$" "$load" || fail "$name: no $key"
	done
	for key in kernel thp packages; do
		grep -qE "^# $key: [^ ]" "$load" || fail "$name: no $key"
	done
	grep -q "PREPARE" "$load" || fail "$name: cannot be prepared"
	grep -q "^| \`$name\` " "$src/traces/README.md" || fail "$name: not in traces/README.md"
	"$bin" trace info "$src/traces/$name.cborseq.zst" --format json >info.json || fail "$name: not shipped"
	[ "$(jq -r .comment info.json)" = "$about; traces/capture/shipped/record $name" ] || fail "$name: $(jq .comment info.json)"
	[ "$(jq .nr_cpus info.json)" = "$(sed -n 's/^# cpus: //p' "$load")" ] || fail "$name: CPUs"
	[ "$(jq -r .kernel info.json)" = "linux-$(sed -n 's/^# kernel: //p' "$load")" ] || fail "$name: kernel"
done <list.txt

# What is in a state already is cut off: before the first, after the second.
cat >text <<'END'
# tracer: nop
   sh-1 [000] .....     1.000001: mm_page_alloc: early
   sh-1 [000] .....     1.000003: mm_page_alloc: in
   odd 7.5: line
   sh-1 [001] .....     1.000004: mm_page_free: in
   sh-1 [001] .....     1.000006: mm_page_free: late
END
printf '%s\n' 'pa_oracle 1 kernel=x ns=1000002500' 'dump trace_start' 'pa_oracle 1 kernel=x ns=1000005500' >state
"$loads/between-states" text state >cut || fail "between-states"
[ "$(sed -n 's/.*: //p' cut | xargs)" = "nop in in" ] || fail "between-states: $(cat cut)"
sed 2q state >one
"$loads/between-states" text one >cut 2>stderr.txt && fail "between-states: one state is enough"
grep -q "not two states" stderr.txt || fail "between-states: $(cat stderr.txt)"

# A recording asks the module for its two states, where there is one, and keeps what it says.
(
	. "$src/traces/capture/proc.sh"
	pa_oracle=$scratch/module
	proc_exact start
	proc_exact_save none
	[ ! -e module ] && [ ! -e none.state.txt ] || exit 1
	: >module
	proc_exact start
	[ "$(cat module)" = "dump trace_start" ] || exit 1
	proc_exact end
	proc_exact_save some
	[ "$(cat some.state.txt)" = "dump trace_end" ]
) || fail "proc_exact"
finish
