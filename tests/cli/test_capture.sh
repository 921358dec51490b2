# SPDX-License-Identifier: GPL-2.0-or-later
# traces/capture/oracle, as far as it goes without a kernel: the list, scenarios, bad arguments.
# shellcheck shell=bash source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
oracle=$src/traces/capture/oracle

# refuse STATUS TEXT -- ARGS
refuse() {
	local want=$1 text=$2 status
	shift 3
	"$oracle/run" --cache "$scratch/cache" --out "$scratch/out" "$@" >stdout.txt 2>stderr.txt
	status=$?
	[ "$status" -eq "$want" ] || fail "run $*: status $status, not $want: $(cat stderr.txt)"
	grep -qF -- "$text" stderr.txt || fail "run $*: no '$text' in: $(cat stderr.txt)"
}

refuse 1 "no scenario nope" -- nope
refuse 1 "--seed x: not a number" -- --seed x
refuse 1 "--kernel needs a value" -- --kernel
refuse 2 "usage: run" -- --what
if [ -e out ] || [ -e cache ]; then
	fail "something was made for a refused command"
fi

# A scenario is listed with what it is about, documented, and numbers its runs once: the number makes
# the seed, and two runs with one seed would ask for the same twice.
"$oracle/run" --list >list.txt || fail "run --list"
for s in "$oracle"/scenarios/*.sh; do
	name=$(basename "$s" .sh)
	sh -n "$s" || fail "$name: syntax"
	grep -qE "^$name +[^ ]" list.txt || fail "$name: not listed, or about nothing"
	grep -qE "^\| \`$name\`" "$oracle/README.md" || fail "$name: not in README.md"
	grep -qE '^# memory: [0-9]+$' "$s" || fail "$name: no memory"
	while read -r f; do
		grep -qF "\`$f\`" "$oracle/README.md" || fail "$name: $f not in README.md"
	done < <(sed -n 's/^save //p' "$s")
done
twice=$(sed -n 's/^run \([0-9]*\) .*/\1/p' "$oracle"/scenarios/*.sh | sort | uniq -d)
[ -z "$twice" ] || fail "runs with the same number: $twice"

# What /proc says is saved beside a recording, and the commands that are printed use what is there.
capture=$src/traces/capture
for f in proc record record-perf record-trace-cmd; do
	sh -n "$capture/$f.sh" || fail "$f.sh: syntax"
done
if [ -r /proc/zoneinfo ]; then
	(
		. "$capture/proc.sh"
		KPAGEFLAGS=0
		proc_save rec start
		proc_save rec end
		echo "mm_page_alloc" >rec.txt
		proc_commands rec rec.txt 0 "my command" >commands.txt
		: >none.txt
		proc_commands rec none.txt 0 "my command" >none-commands.txt
	) || fail "proc.sh"
	for f in buddyinfo zoneinfo vmstat; do
		[ -s rec.$f.start ] && [ -s rec.$f.end ] || fail "no rec.$f"
	done
	grep -q kpageflags commands.txt && fail "kpageflags that are not there: $(cat commands.txt)"
	[ "$(wc -l <none-commands.txt)" -eq 1 ] || fail "commands for no event: $(cat none-commands.txt)"
	grep '^buddysim state i' commands.txt | sed 's/^buddysim/"$bin"/; s/--kernel [^ ]*/--kernel linux-6.12/' >run.sh
	[ "$(wc -l <run.sh)" -eq 2 ] || fail "commands: $(cat commands.txt)"
	if [ -s rec.pagetypeinfo.start ]; then
		(. ./run.sh) >stdout.txt 2>stderr.txt || fail "the commands printed: $(cat stderr.txt)"
		expect 0 -- state diff rec.state rec.buddyinfo.start
	fi
fi

finish
