#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A strategy from outside the tree: compiled against the installed headers and nothing else, run by
# the installed program. What is wrong with an object is said in one line.
. "$(dirname "$0")/lib.sh"

cmake --install "$(dirname "$bin")" --prefix "$PWD/prefix" >install.log 2>&1 ||
	{ cat install.log >&2; fail "cannot install"; finish; }
bin=$PWD/prefix/bin/buddysim
build() { # NAME SOURCE [FLAGS]: NAME.so
	cc -Wall -Wextra -Werror -shared -fPIC -I"$PWD/prefix/include" -o "$1.so" "${@:3}" "$2" \
		2>cc.log || fail "$2 does not compile: $(cat cc.log)"
}

lines=$(wc -l <"$src/tests/plugin/mine.c")
[ "$lines" -lt 60 ] || fail "mine.c has $lines lines: it is the example of a short one"
build mine "$src/tests/plugin/mine.c"
template=$(find prefix -name strategy_template.c)
[ -n "$template" ] || fail "the template is not installed"
build template "$template"

trace=t.cborseq
expect 0 -- trace gen memhog -o $trace --seed 1
expect 0 -- compare $trace -s none,./mine.so:threshold=8 -s "$PWD/template.so,delay=500ms" \
	--device null --no-measured --format json -o plugin.json
jq -e '.cells | map(.strategy) == ["none", "mine", "template"]' plugin.json >/dev/null ||
	fail "not the strategies that were asked for: $(jq -c '.cells|map(.strategy)' plugin.json)"
jq -e '.cells[1].params == "threshold=8" and .cells[2].params == "order=9,delay=500ms"' \
	plugin.json >/dev/null || fail "parameters did not arrive"
jq -e '.cells[1:] | all(.reported_bytes > 0 and .calls > 0)' plugin.json >/dev/null ||
	fail "nothing was reported"
jq -e '.cells[2].left_raw_bytes == 0' plugin.json >/dev/null || fail "template left raw memory"

# the threshold is looked at
expect 0 -- compare $trace -s ./mine.so:threshold=4096 --device null --no-measured \
	--format json -o never.json
jq -e '.cells[0].calls == 0' never.json >/dev/null || fail "threshold=4096 reported"

# a name without '/' is a file in the working directory too
expect 0 -- compare $trace -s mine.so --device null --format json -o here.json

# what is wrong
expect 2 "./absent.so" "cannot load" -- compare $trace -s ./absent.so
expect 2 "unknown parameter" "threshold" -- \
	compare $trace -s ./mine.so:treshold=4
cat >bad.c <<'END'
#include <buddysim/report.h>
#ifdef ABI
const struct bs_strategy bs_strategy = {.name = "bad", .abi = ABI};
#elif defined(NO_PASS)
const struct bs_strategy bs_strategy = {
	.name = "bad", .summary = "s", .origin = "o", .abi = BS_STRATEGY_ABI};
#elif defined(NO_NAME)
const struct bs_strategy bs_strategy = {.summary = "s", .origin = "o", .abi = BS_STRATEGY_ABI};
#elif defined(BAD_NAME)
const struct bs_strategy bs_strategy = {.name = "a,b", .summary = "s", .origin = "o",
	.abi = BS_STRATEGY_ABI, .caps = BS_CAP_NO_WORKER};
#else
const int not_it = 1;
#endif
END
build nosym bad.c
build abi bad.c -DABI=99
build nopass bad.c -DNO_PASS
build noname bad.c -DNO_NAME
build badname bad.c -DBAD_NAME
echo "no object" >text.so
expect 2 "./nosym.so" "bs_strategy" -- compare $trace -s ./nosym.so
expect 2 "./abi.so" "ABI 99" -- compare $trace -s ./abi.so
expect 2 "./nopass.so" '"pass"' -- compare $trace -s ./nopass.so
expect 2 "./noname.so" '"name"' -- compare $trace -s ./noname.so
expect 2 "./badname.so" "name" -- compare $trace -s ./badname.so
expect 2 "./text.so" "cannot load" -- compare $trace -s ./text.so

finish
