#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever can be added is added to a copy of the tree with one file and one line, and is there:
# listed, in the help, run, in the record.
#
#   test_one_line.sh SOURCE_TREE SCRATCH [EXAMPLE...]
#
# An example one_line/KIND.c says on its first lines which file it becomes, if it needs one, and which
# line is added to which table. What `git diff --stat` says of each is what CONTRIBUTING.md shows.
set -euo pipefail
export LC_ALL=C
src=$(cd "$1" && pwd)
scratch=$2
shift 2
rm -rf "$scratch"
mkdir -p "$scratch/tree"
scratch=$(cd "$scratch" && pwd)
tree=$scratch/tree
failures=0
fail() { echo "FAIL: $*" >&2; failures=$((failures + 1)); }

cp -r "$src"/{include,src,sim,plots,CMakeLists.txt} "$tree"
mkdir "$tree/traces"
cp "$src/traces/FORMAT.md" "$tree/traces" # a page of the manual
[ ! -d "$src/cmake" ] || cp -r "$src/cmake" "$tree"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
repo() { git -C "$tree" -c user.name=test -c user.email=test@localhost -c core.autocrlf=false "$@"; }
repo init -q
repo add -A
repo commit -qm "as it is"

# "// file: PATH" and "// line: TABLE: LINE" of an example
said() { sed -n "s|^// $1: ||p" "$2"; }

# Into the table, before the last line of its kind: "BS_DEVICE(..." or "FIGURE(CELL, ...".
insert() { # table line
	awk -v line="$2" '
	function kind(l) { return match(l, /^[A-Z_]+\((CELL,)?/) ? substr(l, 1, RLENGTH) : "" }
	{ text[NR] = $0; if (kind($0) == kind(line)) at = NR }
	END {
		for (i = 1; i <= NR; i++) {
			if (i == at) print line
			print text[i]
		}
		exit !at
	}' "$1" >"$scratch/table" || fail "no line like \"$2\" in $1"
	cp "$scratch/table" "$1"
}

add() { # example
	local file line table files=1
	file=$(said file "$1")
	line=$(said line "$1")
	table=${line%%: *}
	if [ -n "$file" ]; then
		[ ! -e "$tree/$file" ] || fail "$file is there already"
		cp "$1" "$tree/$file"
		files=2
	fi
	insert "$tree/$table" "${line#*: }"
	repo add -A
	{
		echo "$(basename "${1%.*}"):"
		repo diff --cached --stat=80
	} | tee -a "$scratch/stats"
	[ "$(repo diff --cached --name-only | wc -l)" = $files ] || fail "$1: not $files files"
	repo diff --cached --numstat -- "$table" | grep -q '^1	0	' || fail "$1: not one line"
	repo commit -qm "an example"
}

shopt -s nullglob
examples=("$src"/tests/structure/one_line/*.*)
[ $# -eq 0 ] || examples=("${@/#/"$src/tests/structure/one_line/"}")
for e in "${examples[@]}"; do add "$e"; done
[ $# -gt 0 ] || awk '/^<!-- printed by .*test_one_line.sh/ { on = 1; next } on == 1 { on = 2; next }
	/^```$/ { on = 0 } on' "$src/CONTRIBUTING.md" | diff - "$scratch/stats" >"$scratch/diff" ||
	fail "CONTRIBUTING.md shows other figures (put $scratch/stats there): $(head -5 "$scratch/diff")"

cmake -S "$tree" -B "$scratch/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O0 \
	-DBUILD_TESTING=OFF -DBS_JEMALLOC=OFF >"$scratch/log" 2>&1 &&
	ninja -C "$scratch/build" buddysim_program >>"$scratch/log" 2>&1 || {
	grep -B2 -A8 -m3 -E 'error|FAILED' "$scratch/log" >&2 || tail -20 "$scratch/log" >&2
	exit 1
}
program=$scratch/build/buddysim
trace=$src/traces/memhog_thp.cborseq.zst
cd "$scratch"

# What it prints has the text; the text is looked for as it stands.
has() { # TEXT PROGRAM-ARGUMENTS...
	local text=$1
	shift
	"$program" "$@" >out 2>err || fail "$* ends with $?: $(cat err)"
	grep -qF -- "$text" out || fail "$*: no \"$text\" in $(head -c 300 out)"
}

check_strategy() {
	has "one block at a time" list strategies
	has '"example"' compare "$trace" -s none,example --format json
	jq -e '.cells[1].calls > 0' out >/dev/null || fail "the strategy reports nothing"
}

check_device() {
	has "refuses every third range" list devices
	has '"example"' compare "$trace" -s rotation --device example --format json
}

check_behaviour() {
	has example list kernels linux-6.1
	has 'linux-6.1:example=yes' compare "$trace" -s none --kernel linux-6.1:example=yes --format json
}

check_figure() {
	has "seven bytes a request" list metrics
	has example_bytes compare "$trace" -s rotation --format csv
	has '"example_bytes"' compare "$trace" -s rotation --format json --fail-if example_bytes=1TiB
	jq -e '.cells[0] | .example_bytes == 7 * .calls' out >/dev/null || fail "not 7 a request"
}

check_generator() {
	has "one block at a time" list workloads
	has "|example|" trace gen --help
	has "" trace gen example -o example.cborseq --params blocks=20
	has '"allocs": 20' compare example.cborseq -s none --format json
}

check_load() {
	has "one block at a time" list loads
	has '"cycles": 20' run --load example:blocks=20 --memory 256MiB --format json
	has "" trace gen --load example:blocks=20 -o example.cborseq
}

check_importer() {
	has example trace import --help
	printf 'alloc %d %d 9\nfree %d %d 9\n' 1000 512 5000 512 >example.txt
	has "" trace import example.txt --source example -o imported.cborseq
	has '"allocs": 1' compare imported.cborseq -s none --format json
}

check_experiment() {
	has "how much is reported of what" experiment --help
	has "example: 2 strategies ran" experiment example -s none -s rotation
	has '"experiment": "example"' experiment example -s none -s rotation --format json
	jq -e '.. | .reported_bytes? | numbers | select(. > 0)' out >/dev/null || fail "nothing reported"
}

check_option() {
	has "What the test adds" compare --help
	has '"example": 8' compare "$trace" --print-config --example 8
	has '"example": 8' compare "$trace" -s none --example 8 --format json
	! "$program" compare "$trace" -s none --example 100 >out 2>err || fail "100 is not refused"
	grep -q "use a value from 1 to 99" err || fail "--example 100: $(cat err)"
}

check_policy() {
	has "the last of a list is taken" list policies
	has '"example/none"' compare "$trace" -s none --policy kernel,example --format json
	jq -e '.cells | .[0].allocator.list_nodes == 0 and .[1].allocator.list_nodes > 0' out >/dev/null || fail "the policy was not asked"
}

for e in "${examples[@]}"; do
	name=$(basename "${e%.*}")
	"check_$name"
done
[ "$failures" = 0 ] || { echo "$failures failures" >&2; exit 1; }
echo "all there"
