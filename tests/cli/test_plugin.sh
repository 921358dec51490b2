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

# what it calls its parameters is its own business: no role, no meaning (no warning of a gate that
# never opens, of a delay too long for the trace; the same is raw)
cat >named.c <<'END'
#include <buddysim/report.h>
static const struct bs_param params[] = {
	{.name = "order", .type = BS_PARAM_ORDER, .def = 10, .max = 10, .help = "of the bath"},
	{.name = "gate", .type = BS_PARAM_UINT, .def = 50, .max = 100, .help = "in the fence"},
	{.name = "delay", .type = BS_PARAM_TIME, .def = 3600 * BS_NS_PER_S,
	 .max = 3600 * BS_NS_PER_S, .help = "of the train"},
	{.name = NULL},
};
const struct bs_strategy bs_strategy = {
#ifdef PARAMS
	.params = params,
#endif
	.name = "none", .summary = "s", .origin = "o", .abi = BS_STRATEGY_ABI,
	.caps = BS_CAP_NO_WORKER};
const void *const unused = params;
END
build named named.c -DPARAMS
build plain named.c
expect 0 -- compare $trace -s ./named.so,./plain.so --device null --no-measured --format json -o named.json
[ ! -s stderr.txt ] || fail "a name was taken for a role: $(cat stderr.txt)"
jq -e '.cells | map(del(.label, .params)) | .[0] == .[1]' named.json >/dev/null ||
	fail "parameters called order, gate and delay changed a figure"

# and one called "none" is not the idle one of this house, beside which a recorded kernel is followed
for s in none ./plain.so; do
	expect 0 -- compare "$src/traces/memhog_thp.cborseq.zst" -s $s --allow-lossy --format json \
		--state "$src/tests/oracle/data/memhog_thp.state.txt.gz" -o agree.json
	jq -r '.cells[0].agreement.followed' agree.json
done >followed.txt
[ "$(paste -sd ' ' followed.txt)" = "true false" ] ||
	fail "followed: none, ./plain.so: $(paste -sd ' ' followed.txt)"

# a path is bytes: what is no UTF-8 is escaped where a record holds it
cp mine.so $'b\xff.so'
expect 0 -- compare $trace -s $'./b\xff.so' --device null --no-measured --format json -o bytes.json
jq -e '.cells[0].label == "./b\\xff.so" and .cells[0].strategy == "mine"' bytes.json >/dev/null ||
	fail "a path that is not UTF-8: $(jq -c '.cells[0].label' bytes.json)"

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
