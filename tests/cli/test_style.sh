#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every C file is as .clang-format wants it, says its licence and is no longer than a room's wall.
# Other versions of clang-format disagree with each other: only 14 (Debian 12) decides.
. "$(dirname "$0")/lib.sh"

cd "$src" || exit 1
# (tests/plugin is a user's file: it stands in the README, short)
mapfile -t files < <(find include sim src tests -name '*.[ch]' -not -path '*/plugin/*' | sort)
for f in "${files[@]}"; do
	head -n 1 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
		fail "$f: first line has no SPDX licence"
done
while read -r lines f; do
	[ "$f" = total ] || [ "$lines" -le 650 ] || fail "$f: $lines lines: what is it doing?"
done < <(wc -l "${files[@]}")

format=$(command -v clang-format-14 || command -v clang-format || true)
case $("${format:-true}" --version) in
*'version 14.'*)
	"$format" --dry-run -Werror "${files[@]}" >"$scratch/format.txt" 2>&1 ||
		fail "not as .clang-format wants it: $(grep -o '^[^:]*:[0-9]*' "$scratch/format.txt" |
			sort -u | head -5 | tr '\n' ' ')"
	;;
*) echo "clang-format 14 is not here: format not checked" ;;
esac
# The README's example of a strategy is the one that is built and run.
awk '/^```c$/ { on = 1; next } /^```$/ && on { exit } on' README.md | diff -q - tests/plugin/mine.c \
	>/dev/null || fail "README.md's strategy is not tests/plugin/mine.c"
# Every strategy is walked a second time by a naive model (CONTRIBUTING.md).
while read -r name; do
	grep -qE "params = \"$name[:\"]" tests/golden/test_golden_naive_*.c ||
		fail "strategy $name has no naive model in tests/golden/test_golden_naive_*.c"
done < <(sed -n 's/^BS_STRATEGY(\(.*\))$/\1/p' src/report/strategies.def | tr _ -)
cd "$scratch" || exit 1
finish
