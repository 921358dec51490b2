#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The checks of this folder find what they look for: in small trees that are wrong in one thing each.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$1
failures=0
fail() { echo "FAIL: $*" >&2; failures=$((failures + 1)); }

# A tree that is right: util <- mm <- report, objects and all.
tree() {
	rm -rf "$scratch"
	mkdir -p "$scratch"/{src/{util,mm,report},sim,include/buddysim,plots,traces,tests/structure,build}
	cd "$scratch"
	echo 'int low(void);' >src/util/low.h
	printf '#include "low.h"\nint low(void) { return 1; }\n' >src/util/low.c
	printf '#include "low.h"\nint mid(void);\n' >src/mm/mid.h
	printf '#include "mid.h"\nint mid(void) { return low(); }\n' >src/mm/mid.c
	printf '#include "mid.h"\nint top(void) { return mid(); }\n' >src/report/top.c
	printf '# Rules\n\n## 7. per-cpu lists\n' >src/mm/RULES.md
	echo 'read me' | tee README.md >tests/README.md
	echo 'exact' >src/mm/FIDELITY.md
}

objects() {
	local c o
	for c in src/*/*.c; do
		o=build/src/CMakeFiles/bs_x.dir/${c#src/}.o
		mkdir -p "$(dirname "$o")"
		cc -Isrc/util -Isrc/mm -Isrc/report -c -o "$o" "$c" -Wno-implicit-function-declaration
	done
}

# STATUS TEXT PROGRAM...
expect() {
	local want=$1 text=$2 status=0
	shift 2
	"$@" >out 2>&1 || status=$?
	[ "$status" = "$want" ] || fail "$*: status $status, not $want: $(cat out)"
	[ -z "$text" ] || grep -qF -- "$text" out || fail "$*: no \"$text\": $(cat out)"
}

tree
objects
expect 0 " 0 circles" "$here/circles" . build
expect 0 "" "$here/words" .

# By includes alone; by symbols alone; a room that must not know another.
echo '#include "mid.h"' >>src/util/low.h
expect 1 "a circle of 2 files" "$here/circles" .
tree
echo 'int mid(void); int again(void) { return mid(); }' >>src/util/low.c
expect 0 " 0 circles" "$here/circles" .
objects
expect 1 "util/low -> mm/mid (mid())" "$here/circles" . build
expect 1 "util/low must not use mm/mid" "$here/circles" . build

for said in 'spec 0.4' 'semantics.md' '../shared' 'P61 only' 'as S7 has it' 'H5, no lock' 'defect D2'; do
	tree
	printf '/*\n * Why: %s.\n */\n' "$said" >>src/mm/mid.c
	expect 1 "src/mm/mid.c:4" "$here/words" .
done
tree
printf '// see RULES.md, per-cpu lists, and RULES.md,\n// merge\n' >>src/mm/mid.c
expect 1 "RULES.md, merge" "$here/words" .
grep -q 'per-cpu' out && fail "a heading that is there was not found"
tree
echo 'unit/mm/test_mid shows it' >>tests/README.md
expect 1 "no test unit/mm/test_mid" "$here/words" .
tree
printf 'const char *s = "H5 or D2, S";\nint H5;\n' >>src/mm/mid.c
echo 'Old codes are `D2` and `S7`.' >>src/mm/RULES.md
expect 0 "" "$here/words" .

[ "$failures" = 0 ] || { echo "$failures failures" >&2; exit 1; }
echo "all found"
