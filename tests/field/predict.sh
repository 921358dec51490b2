#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# predict.sh PROGRAM SOURCES SCRATCH [--write|ROW]: what the program says of situations that others have measured,
# row by row, as a page. It must be the one that is here (RESULTS.md), and README.md must quote it; --write
# writes it, and what README.md quotes; ROW (F04) prints that row alone. All in virtual time: the same on every
# machine, half a minute.
set -- "$(realpath "$1")" "$(realpath "$2")" "$(realpath -m "$3")" "${4:-}"
. "$2/tests/cli/lib.sh"
here=$src/tests/field only=$4

# ---- What a row's file says ----------------------------------------------------------------------

# row NAME SOURCE: it begins. situation, assumed, why TEXT: sentences of its own.
row() { id=$1 from=$2 what= supposed= reason= commands=() figures=() inside=0 outside=0; }
situation() { what=$*; }
assumed() { supposed+="${supposed:+ }$*"; }
why() { reason+="${reason:+ }$*"; }

# run FILE ARGS...: the program; its record is in FILE.
run() {
	local file=$1
	shift
	commands+=("buddysim $*")
	"$bin" "$@" --format json --no-measured -o "$file" 2>err.txt </dev/null ||
		{ fail "$id: $*: $(cat err.txt)"; return 1; }
}

# value FILE EXPRESSION: of the record, by jq, with what is in lib.jq.
value() { jq -r -L "$here" "include \"lib\"; $2" "$1"; }

# figure WHAT MEASURED PREDICTED BAND: numbers with one unit behind the measured one; BAND is N% or Nx.
figure() {
	local unit=${2#* } verdict
	[ "$unit" != "$2" ] || unit=
	verdict=$(awk -v m="${2%% *}" -v p="$3" -v band="$4" 'BEGIN {
		r = m ? p / m : 0
		if (band ~ /%$/) ok = r >= 1 - band / 100 && r <= 1 + band / 100
		else ok = r >= 1 / (band + 0) && r <= band + 0
		printf "%.2f %s", r, ok ? "yes" : "no" }')
	put "$1" "$2" "$3${unit:+ $unit}" "${verdict% *}" "$4" "${verdict#* }"
}

# figures_of WHAT UNIT BAND "MEASURED..." "PREDICTED...": several of a kind, each with that band.
figures_of() {
	local n all verdict
	verdict=$(awk -v m="$4" -v p="$5" -v band="$3" 'BEGIN {
		n = split(m, of); split(p, is); low = 1e9
		for (i = 1; i <= n; i++) {
			r = is[i] / of[i]
			ok += r >= 1 - band / 100 && r <= 1 + band / 100
			if (r < low) low = r
			if (r > high) high = r
		}
		printf "%d %d %.2f..%.2f", ok, n, low, high }')
	read -r n all verdict <<<"$verdict"
	figures+=("| $id | $1 | $4 $2 | $5 $2 | $verdict | $3 each | $n of $all |")
	inside=$((inside + n)) outside=$((outside + all - n))
}

# outcome WHAT MEASURED PREDICTED: words, which are to be the same.
outcome() { put "$1" "$2" "$3" - same "$([ "$2" = "$3" ] && echo yes || echo no)"; }

# share WHAT MEASURED PREDICTED LEAST: there is no figure to compare with, only how large it has to be.
share() { put "$1" "$2" "$3" - "above $4" "$(awk -v p="$3" -v l="$4" 'BEGIN { print (p > l) ? "yes" : "no" }')"; }

put() {
	figures+=("| $id | $1 | $2 | $3 | $4 | $5 | $6 |")
	if [ "$6" = yes ]; then inside=$((inside + 1)); else outside=$((outside + 1)); fi
}

# ---- The page ------------------------------------------------------------------------------------

table=() sections=() all_inside=0 all=0
for f in "$here"/rows/*.sh; do
	case $only in F*) [ "$only" = "$(basename "$f" .sh)" ] || continue ;; esac
	. "$f"
	[ ${#figures[@]} -gt 0 ] || fail "$f: no figure"
	[ "$outside" -eq 0 ] || [ -n "$reason" ] || fail "$id: outside of its band, and no word why: ${figures[*]}"
	table+=("${figures[@]}")
	sections+=("" "## $id: $from" "" "$what" "")
	for c in "${commands[@]}"; do sections+=("    $c"); done
	[ -z "$supposed" ] || sections+=("" "**Assumed.** $supposed")
	[ -z "$reason" ] || sections+=("" "**$([ "$outside" -gt 0 ] && echo "Outside" || echo "Note").** $reason")
	all_inside=$((all_inside + inside)) all=$((all + inside + outside))
done

head='| row | figure | measured | predicted | ratio | band | inside |
|---|---|---|---|---|---|---|'
{
	sed '/^<!-- results -->/,$d' "$here/RESULTS.head.md"
	echo "$all_inside of $all figures are within their band."
	echo
	echo "$head"
	printf '%s\n' "${table[@]}" "${sections[@]}"
} >RESULTS.md
{
	echo "$head"
	printf '%s\n' "${table[@]}"
	echo
	echo "$all_inside of $all are within the band that a fair prediction should reach."
} >summary.md

case $only in F*) printf '%s\n' "$head" "${table[@]}" "${sections[@]}"; exit ;; esac
if [ "$only" = --write ]; then
	cp RESULTS.md "$here/RESULTS.md"
	sed -i -e "/^<!-- field -->/,/^<!-- end -->/{/^<!-- field -->/r summary.md
		/^<!-- field -->/b
		/^<!-- end -->/b
		d}" "$src/README.md"
	exit 0
fi
diff "$here/RESULTS.md" RESULTS.md >differs.txt ||
	fail "tests/field/RESULTS.md is not what the program prints (predict.sh --write): $(cat differs.txt)"
sed -n '/^<!-- field -->/,/^<!-- end -->/p' "$src/README.md" | sed '1d;$d' >quoted.md
diff quoted.md summary.md >differs.txt || fail "README.md does not quote it: $(cat differs.txt)"
finish
