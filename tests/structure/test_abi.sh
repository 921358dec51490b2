#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# .ci/abi lets pass what was added to a library, and no function that is gone, takes something else, or whose structure
# changed, unless the SONAME changed, too. $1: the source tree, $2: scratch
set -u
for tool in abidw abidiff xz gcc; do
	command -v $tool >/dev/null || { echo "skipped: $tool is not there"; exit 77; }
done
abi=$1/.ci/abi
rm -rf "$2"
mkdir -p "$2"
cd "$2" || exit 1
failures=0

library() { # NAME SONAME, the header on stdin
	mkdir "$1"
	cat >"$1/box.h"
	printf '#include "box.h"\nint box_size(const struct box *b) { return b->size; }\n' >"$1/box.c"
	! grep -q box_more "$1/box.h" || echo 'int box_more(int by) { return by; }' >>"$1/box.c"
	gcc -g -shared -fPIC -Wl,-soname,"$2" -o "$1/libbox.so" "$1/box.c" || exit 1
}
size='int box_size(const struct box *b);'
library before libbox.so.0 <<<"struct box { int size; }; $size int box_more(int by);"
library same libbox.so.0 <<<"struct box { int size; }; $size int box_more(int by);"
library gone libbox.so.0 <<<"struct box { int size; }; $size"
library shifted libbox.so.0 <<<"struct box { long id; int size; }; $size int box_more(int by);"
library renamed libbox.so.1 <<<"struct box { long id; int size; }; $size int box_more(int by);"
library added libbox.so.0 <<<"struct box { int size; }; $size int box_more(int by); int box_other(void);"
echo 'int box_other(void) { return 1; }' >>added/box.c
gcc -g -shared -fPIC -Wl,-soname,libbox.so.0 -o added/libbox.so added/box.c || exit 1
abidw --headers-dir before --drop-private-types before/libbox.so | xz >libbox_1.abi.xz

expect() { # STATUS NAME WORDS
	"$abi" "$PWD/libbox_1.abi.xz" "$2/libbox.so" "$2" >out.txt 2>&1
	local status=$?
	if [ $status -ne "$1" ] || ! grep -q "$3" out.txt; then
		echo "FAIL: $2: status $status, not $1, or not \"$3\": $(cat out.txt)" >&2
		failures=$((failures + 1))
	fi
}
expect 0 same 'runs with this'
expect 0 added 'runs with this'
expect 1 gone 'box_more'
expect 1 shifted "type size changed"
expect 0 renamed 'does not claim to be libbox.so.0'

# The release in debian/changelog has its file.
version=$(sed -n '1s/.*(\([^)-]*\).*/\1/p' "$1/debian/changelog")
[ -s "$1/debian/abi/libbuddysim_$version.abi.xz" ] || { echo "FAIL: no ABI of $version" >&2; failures=$((failures + 1)); }
[ $failures -eq 0 ] && echo "all passed"
exit $((failures > 0))
