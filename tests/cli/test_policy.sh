#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --policy: an axis as kernels are; policies that are known to change nothing, or what a behaviour of a kernel
# changes; one from outside the tree; the law's message when a policy answers what cannot be.
. "$(dirname "$0")/lib.sh"
trace=$src/traces/memhog_thp.cborseq.zst

# All of the table are listed, in its order.
sed -n 's/^BS_POLICY(\(.*\))$/\1/p' "$src/src/policy/policies.def" | tr _ - >want.txt
expect 0 -- list policies
sed -n 's/^\([^ ]*\) - .*/\1/p' stdout.txt >got.txt
diff want.txt got.txt >differs.txt || fail "list policies: $(cat differs.txt)"
while read -r name; do
	grep -q "^## $name$" "$src/src/policy/POLICIES.md" || fail "POLICIES.md does not describe $name"
done <want.txt

# What a row is without what it is called.
figures() { jq -S "$1 | del(.label, .kernel, .policy, .stock, .stock_setting, .allocator.list_nodes)" "$2"; }
C="compare $trace -d model --no-timeline --no-measured --format json"
expect 0 -- $C -s none,rotation --policy kernel,lazy:slack=9,order=6,reserve --kernel linux-6.1,linux-7.3 -o axis.json
jq -c '[.cells[] | .label]' axis.json >got.txt
cat >want.txt <<'END'
["linux-6.1+kernel/none","linux-6.1+kernel/rotation","linux-6.1+lazy:slack=9,order=6/none","linux-6.1+lazy:slack=9,order=6/rotation","linux-6.1+reserve/none","linux-6.1+reserve/rotation","linux-7.3+kernel/none","linux-7.3+kernel/rotation","linux-7.3+lazy:slack=9,order=6/none","linux-7.3+lazy:slack=9,order=6/rotation","linux-7.3+reserve/none","linux-7.3+reserve/rotation"]
END
diff want.txt got.txt >differs.txt || fail "rows: $(cat differs.txt)"
[ "$(jq -r '.cells[3] | .kernel, .policy, .stock' axis.json | paste -sd ' ')" = "linux-6.1+lazy:slack=9,order=6 lazy:slack=9,order=6 false" ] ||
	fail "a row's names: $(jq -c '.cells[3] | [.kernel, .policy, .stock]' axis.json)"
[ "$(jq '.cells[1].stock' axis.json)" = true ] || fail "without a change it is no stock kernel"
[ "$(jq '.cells[3].allocator.merges < .cells[1].allocator.merges' axis.json)" = true ] || fail "lazy merges as often"
[ "$(jq '.cells[5].allocator.list_nodes > 0 and .cells[1].allocator.list_nodes == 0' axis.json)" = true ] ||
	fail "blocks that were looked at: $(jq -c '[.cells[] | .allocator.list_nodes]' axis.json)"
expect 0 -- compare $trace -d model -s none,rotation --policy kernel,reserve --no-timeline -j 1 --no-measured --format json -o one.json
expect 0 -- compare $trace -d model -s none,rotation --policy kernel,reserve --no-timeline -j 4 --no-measured --format json -o four.json
cmp -s one.json four.json || fail "other bytes with more jobs"

# The policy that changes nothing, and those that are a behaviour of some kernel.
expect 0 -- $C -s rotation -o plain.json
expect 0 -- $C -s rotation --policy kernel -o kernel.json
[ "$(jq -S .cells plain.json)" = "$(jq -S .cells kernel.json)" ] || fail "the policy kernel changes a row"
expect 0 -- $C -s rotation:order=0 --policy split-keep -o keep.json
expect 0 -- $C -s rotation:order=0 --kernel linux-6.1:split_keeps_mark=yes -o behaviour.json
expect 0 -- $C -s rotation:order=0 -o drop.json
[ "$(figures '.cells[0]' keep.json)" = "$(figures '.cells[0]' behaviour.json)" ] || fail "split-keep is not split_keeps_mark=yes"
[ "$(figures '.cells[0]' keep.json)" != "$(figures '.cells[0]' drop.json)" ] || fail "split-keep changes nothing"
for k in linux-6.12 linux-7.3; do
	expect 0 -- $C -s rotation --kernel $k --policy kernel,hygiene -o hygiene.json
	[ "$(figures '.cells[0]' hygiene.json)" = "$(figures '.cells[1]' hygiene.json)" ] || fail "$k has hygiene, and is changed"
done

# Other verbs.
expect 0 -- run $trace -d model -s rotation --policy address-ordered --print-config
grep -q '"policy": "address-ordered"' stdout.txt || fail "--print-config does not know of it"
cat >two.json <<'END'
{"schema": "buddysim-scenario-1", "host": {"memory": "1GiB"}, "guests": [
	{"name": "a", "memory": "512MiB", "load": "memhog:size=64MiB,cycles=1", "policy": "lazy"},
	{"name": "b", "memory": "512MiB", "load": "memhog:size=64MiB,cycles=1"}]}
END
expect 0 -- compare --scenario two.json -s rotation --policy reserve --no-timeline --format json -o two.out.json
[ "$(jq -c '[.cells[0].guests[] | .policy]' two.out.json)" = '["lazy","reserve"]' ] ||
	fail "a guest's own: $(jq -c '[.cells[0].guests[] | .policy]' two.out.json)"
sed 's/"lazy"/"lzy"/' two.json >bad.json
expect 3 "unknown policy \"lzy\"" -- compare --scenario bad.json -s rotation

expect 0 -- advise $trace -d model -s none,rotation:order=9,delay=2s --policy lazy --format json -o advice.json
[ "$(jq -r .kernel advice.json)" = linux-6.1+lazy ] || fail "advise: $(jq -c .kernel advice.json)"
expect 2 "--policy: one at a time" -- advise $trace --policy lazy,reserve
cat >grid.json <<END
{"schema": "buddysim-grid-1", "traces": ["$trace"], "strategies": ["rotation"],
 "options": {"policy": ["kernel", "lazy:order=3,slack=4"], "device": "model"}}
END
expect 0 -- sweep plan grid.json -o plan
expect 0 -- sweep run plan -q
expect 0 -- sweep merge plan -o plan.csv
grep -q 'linux-6.1+lazy:order=3,slack=4' plan.csv || fail "sweep: $(cut -c1-200 plan.csv)"

# Refused.
expect 2 "unknown policy \"lzy\"; did you mean \"lazy\"?" -- compare $trace --policy lzy
expect 2 "unknown parameter \"slak\"; did you mean \"slack\"?" -- compare $trace --policy kernel,lazy:slak=3
expect 2 "lazy is given twice" -- compare $trace --policy lazy,kernel,lazy
expect 2 "--policy: the guest follows the kernel that was dumped" -- compare $trace --policy lazy \
	--state "$src/tests/oracle/data/memhog_thp.state.txt.gz"

# From outside the tree, against the installed headers: what README shows.
awk '/^```c$/ { on = 1; text = ""; next } /^```$/ { if (on && text ~ /other_end/) printf "%s", text; on = 0 } on { text = text $0 "\n" }' \
	"$src/README.md" >readme.c
diff "$src/tests/plugin/other_end.c" readme.c >differs.txt || fail "README.md shows another policy: $(cat differs.txt)"
[ "$(wc -l <readme.c)" -le 25 ] || fail "it has $(wc -l <readme.c) lines: it is the example of a short one"
build() { # NAME SOURCE [FLAGS]: NAME.so
	cc -Wall -Wextra -Werror -shared -fPIC -I"$src/include" -o "$1.so" "${@:3}" "$2" 2>cc.log ||
		fail "$2 does not compile: $(cat cc.log)"
}
build other_end readme.c
expect 0 -- $C -s rotation --policy kernel,./other_end.so,./other_end.so:order=10 -o plugin.json
[ "$(jq -c '[.cells[] | .policy]' plugin.json)" = '["kernel","./other_end.so","./other_end.so:order=10"]' ] ||
	fail "plugin: $(jq -c '[.cells[] | .policy]' plugin.json)"
[ "$(figures '.cells[0]' plugin.json)" != "$(figures '.cells[1]' plugin.json)" ] || fail "the plugin changes nothing"

# What README says they are worth: all of it, with sanitizers of the traces that do not take long.
P=kernel,split-keep,hygiene,address-ordered,lazy,reserve,superpageblock:size=64MiB
row() { # NAME WHAT...
	"$bin" compare "${@:2}" -d model -s rotation --kernel linux-6.1,linux-7.3 --policy $P --allow-lossy --no-timeline \
		--no-measured --format json -q 2>/dev/null | jq -r --arg name "$1" -f "$src/tests/cli/policies.jq"
}
traces=("$src"/traces/*.cborseq.zst)
grep -q __asan_init "$bin" && traces=($(short_traces))
for t in "${traces[@]}"; do row "\`$(basename "$t" .cborseq.zst)\`" "$t"; done >want.txt
if ! grep -q __asan_init "$bin"; then
	row "load build" --memory 1GiB --load build:events=600000,live=60000,process=200,kernel=30,gap=40us,cpus=2
	row "load churn" --memory 1GiB --load churn:size=192MiB,tasks=3,order=0,time=20s,hold=1s,pause=3s
	row "load process" --memory 1GiB --load process:size=192MiB,tasks=3,cycles=4,give-back=30
fi >>want.txt
sed -n '/<!-- policies -->/,/<!-- end -->/p' "$src/README.md" >all.txt
[ "$(wc -l <want.txt)" -ge 4 ] || fail "no rows: $(cat want.txt)"
[ "$(grep -c '^| `' all.txt)" = "$((2 * $(ls "$src"/traces/*.cborseq.zst | wc -l)))" ] || fail "README.md lacks a trace"
while read -r line; do grep -qxF -- "$line" all.txt || fail "README.md, policies: not $line"; done <want.txt

# A law that a policy breaks is named, with the policy.
cat >bad.c <<'END'
#include <buddysim/policy.h>
#ifdef CHOOSE
static bool choose(struct bs_policy_ctx *c, const struct bs_policy_want *w, struct bs_range *block)
{
	(void)c;
	*block = (struct bs_range){4711, (uint8_t)w->order};
	return true;
}
const struct bs_policy bs_policy = {.abi = BS_POLICY_ABI, .name = "bad", .summary = "s", .origin = "o", .choose = choose};
#elif defined(PLACE)
static void place(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why, struct bs_spot *at)
{
	(void)c;
	(void)why;
	at->before = b->pfn;
}
const struct bs_policy bs_policy = {.abi = BS_POLICY_ABI, .name = "bad", .summary = "s", .origin = "o", .place = place};
#elif defined(TYPE)
static unsigned int type(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int order, unsigned int mt)
{
	(void)c;
	(void)pfn;
	(void)order;
	return (mt + 1) % 3;
}
const struct bs_policy bs_policy = {.abi = BS_POLICY_ABI, .name = "bad", .summary = "s", .origin = "o", .type = type};
#elif defined(ABI)
const struct bs_policy bs_policy = {.abi = ABI, .name = "bad"};
#elif defined(NO_ORIGIN)
const struct bs_policy bs_policy = {.abi = BS_POLICY_ABI, .name = "bad", .summary = "s"};
#else
const int not_it = 1;
#endif
END
for what in CHOOSE PLACE TYPE ABI=99 NO_ORIGIN NO_SYMBOL; do build "bad_${what%=*}" bad.c -D$what; done
R="run $trace -d model -s none --kernel linux-7.3"
expect 5 "policy bad: choose() named block 4711 of order" -- $R --policy ./bad_CHOOSE.so
said=$(grep -A3 '<!-- policy law -->' "$src/README.md" | grep '^buddysim: ')
[ -n "$said" ] && grep -qF -- "$said" stderr.txt || fail "README.md has another message: $(cat stderr.txt)"
grep -q '"bad: ' buddysim-violation-*.txt || grep -q 'policy bad: choose()' buddysim-violation-*.txt ||
	fail "the file of the broken law does not name it: $(head -3 buddysim-violation-*.txt)"
grep -q -- '--policy ./bad_CHOOSE.so' buddysim-violation-*.txt || fail "... or how it breaks again"
expect 5 "policy bad: place() put block" -- $R --policy ./bad_PLACE.so
expect 5 "in a pageblock of" -- $R --policy ./bad_TYPE.so
expect 2 "./bad_ABI.so" "policy ABI 99" -- $R --policy ./bad_ABI.so
expect 2 "./bad_NO_ORIGIN.so" '"origin"' -- $R --policy ./bad_NO_ORIGIN.so
expect 2 "./bad_NO_SYMBOL.so" 'no symbol "bs_policy"' -- $R --policy ./bad_NO_SYMBOL.so
expect 2 "./absent.so" "cannot load policy" -- $R --policy ./absent.so

finish
