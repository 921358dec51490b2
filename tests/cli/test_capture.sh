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

finish
