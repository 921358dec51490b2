# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the tests of the program: run it, look at status, stdout and stderr.
set -u
bin=$1 src=$2 scratch=$3
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch" || exit 1
failures=0

fail() { echo "FAIL: $*" >&2; failures=$((failures + 1)); }

# expect STATUS TEXT... -- ARGS: exit status, and every TEXT somewhere on stderr, where an error
# is one line beside the warnings
expect() {
	local want=$1 texts=() status t
	shift
	while [ "$1" != -- ]; do texts+=("$1"); shift; done
	shift
	"$bin" "$@" >stdout.txt 2>stderr.txt </dev/null
	status=$?
	[ "$status" -eq "$want" ] || fail "$*: status $status, not $want: $(cat stderr.txt)"
	for t in "${texts[@]+"${texts[@]}"}"; do
		grep -qF -- "$t" stderr.txt || fail "$*: stderr lacks \"$t\": $(cat stderr.txt)"
	done
	if [ "$want" -ge 2 ] && [ "$(grep '^buddysim' stderr.txt | grep -vc '^buddysim: warning')" -ne 1 ]; then
		fail "$*: not one line on stderr: $(cat stderr.txt)"
	fi
	grep -qiE 'Sanitizer|runtime error|Assertion' stderr.txt && fail "$*: $(cat stderr.txt)"
	return 0
}

# The shipped traces that are short enough to be replayed many times here.
short_traces() {
	awk -F'\t' -v dir="$src/traces" 'FNR > 1 && $8 < 100000 { print dir "/" $1 }' "$src/traces/MANIFEST.tsv"
}

# nothing half-written lies about
no_leftovers() {
	local f
	for f in ./*.tmp-* ./*/*.tmp-*; do
		[ -e "$f" ] && fail "left behind: $f"
	done
	return 0
}

finish() {
	no_leftovers
	[ "$failures" -eq 0 ] || { echo "$failures failures" >&2; exit 1; }
	echo "all passed"
}
