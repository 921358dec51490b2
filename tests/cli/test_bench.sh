#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What each strategy's own memory takes, as `bench memory` finds it, against figures made by hand.
. "$(dirname "$0")/lib.sh"

expect 0 -- bench memory --format json
mv stdout.txt memory.json
# row NAME GIB ZONE CPU FIXED TEMPORARY MARK WORD
row() {
	jq -e --arg n "$1" --argjson w "[$2,$(($3)),$(($4)),$(($5)),$(($6)),$7,$8]" '.strategies[] | select(.strategy == $n) |
		[.bytes_per_gib, .bytes_per_zone, .bytes_per_cpu, .fixed_bytes, .temporary_bytes,
		 .uses_mark, .uses_word] == $w and .fits' memory.json >/dev/null ||
		fail "$1: not $*: $(jq -c --arg n "$1" '.strategies[] | select(.strategy == $n) |
			del(.measured, .series)' memory.json)"
}
# Pointers take 8 bytes, a pfn 4, a range 8 (pfn, order, padding). There are 5 zone types, and 5
# migratetypes: no CMA.
row none 0 0 0 0 0 false false
row hypercall 0 0 0 0 0 false false
# A bit per 2 MiB: 512 bits or 64 bytes per GiB. One bit more for each zone type, in words of 64.
# Fixed: 5 records of 24, 2 flags in 8, a pointer, a count in 8, 16 ranges.
row bitmap 64 8 0 "5*24 + 8 + 8 + 8 + 16*8" 0 false false
# Per CPU: 256 pfns, their pointer, their number in 8, the count of drops. Fixed: a pointer. A scan
# begins at 128 entries and makes a list of as many ranges.
row percpu-array 0 0 "256*4 + 24" 8 "128*8" false false
# Per zone: flags in 8, a pointer, 2 counters. Fixed: the shared state in 24, a pointer and a count
# for the boundaries, 2 orders x 5 types of them, 32 ranges.
row boundary 0 "16 + 2*8" 0 "24 + 16 + 2*5*4 + 32*8" 0 true true
row scatterlist 0 "16 + 2*8" 0 "24 + 16 + 2*5*4 + 16*8" 0 true true
row bubble 0 "16 + 2*8" 0 "24 + 16 + 2*5*4 + 32*8" 0 true true
# No boundaries, but the place of the walk: three numbers.
row list-walk 0 "16 + 2*8" 0 "24 + 16 + 32*8" 0 true false
# Nothing per zone, the batch only while a pass runs. Fixed: state, capacity, pointer, slots left.
row rotation 0 0 0 24 "32*8" true false
# Per GiB: 256 blocks of 4 MiB, a pfn each.
jq -e '.strategies[] | select(.strategy == "hint-once") | .bytes_per_gib == 256 * 4' memory.json \
	>/dev/null || fail "hint-once"
jq -e '.strategies | all(.fits)' memory.json >/dev/null || fail "figures that predict nothing"
# all of them worked, in every guest; what none does is nothing
jq -e '.strategies | all(.strategy as $s | .measured | all((.calls > 0) == ($s != "none")))' \
	memory.json >/dev/null || fail "one did not work: $(jq -c '.strategies[] |
	[.strategy, (.measured | map(.calls))]' memory.json)"
jq -e '.answer | contains("per GiB (hint-once)")' memory.json >/dev/null || fail "no answer"

# parameters count: twice the batch, twice the array; a smaller order has more counters and boundaries
expect 0 -- bench memory -s rotation:capacity=16 -s percpu-array:entries=512 -s boundary:order=8 \
	--format json
mv stdout.txt memory.json
row rotation:capacity=16 0 0 0 24 "16*8" true false
row percpu-array:entries=512 0 0 "512*4 + 24" 8 "128*8" false false
row boundary:order=8 0 "16 + 3*8" 0 "24 + 16 + 3*5*4 + 32*8" 0 true true

# a strategy from outside, which keeps nothing: it follows no series
cc -Wall -Werror -shared -fPIC -I"$src/include" -o mine.so "$src/tests/plugin/mine.c" ||
	fail "mine.c does not compile"
expect 0 -- bench memory -s ./mine.so:threshold=8 --format json
mv stdout.txt memory.json
row ./mine.so:threshold=8 0 0 0 0 0 true false
jq -e '.strategies[0].series == null' memory.json >/dev/null || fail "a series of mine.so"

# one that needs ever more as it goes on, in a way that no slope describes
cat >odd.c <<'END'
#include <buddysim/report.h>
static int start(struct bs_report_ctx *rc)
{
	bs_alloc(rc, BS_SCOPE_GLOBAL, bs_cpus(rc) * bs_cpus(rc) * 100);
	return 0;
}
const struct bs_strategy bs_strategy = {.name = "odd", .summary = "s", .origin = "o",
	.abi = BS_STRATEGY_ABI, .caps = BS_CAP_NO_WORKER, .start = start};
END
cc -Wall -Werror -shared -fPIC -I"$src/include" -o odd.so odd.c || fail "odd.c does not compile"
expect 0 -- bench memory -s ./odd.so --format json
jq -e '.strategies[0].fits | not' stdout.txt >/dev/null || fail "odd.so fits"

# the answer stands first, in words; csv has one line per strategy
expect 0 -- bench memory -s none,rotation
head -1 stdout.txt | grep -q '^A strategy.s own memory: at most 0 bytes per GiB' ||
	fail "no answer first: $(head -1 stdout.txt)"
expect 0 -- bench memory --format csv -s none,rotation
[ "$(wc -l <stdout.txt)" = 3 ] || fail "csv: $(cat stdout.txt)"

# Every row is measured, and says whether it is what it should be; no figure is looked at here.
expect 0 -- bench --quick --format json --log "$src/tests/oracle/data/linux-6.12-ix_ha_mix.txt.zst"
jq -e 'map(.group) | unique == ["allocator", "device", "import", "replay", "report", "scale", "trace", "verify"]' \
	stdout.txt >/dev/null || fail "not every part: $(jq -c 'map(.group) | unique' stdout.txt)"
jq -e 'all(.now == null or .now >= 0) and (map(select(.now == null)) | length <= 2)' stdout.txt >/dev/null ||
	fail "not measured: $(jq -c 'map(select(.now == null) | .what)' stdout.txt)"
jq -e 'all(.[]; (has("goal") or has("goal_ratio")) == has("met") or .now == null)
	and all(.[]; has("yardstick") == has("ratio"))' stdout.txt >/dev/null || fail "goals: $(cat stdout.txt)"
expect 0 -- bench allocator --quick
grep -q '^ .*now .*yardstick .*ratio .*goal .*met' stdout.txt || fail "no heading: $(head -1 stdout.txt)"
[ "$(grep -cE ' (yes|no)$' stdout.txt)" -eq 7 ] || fail "allocator: $(cat stdout.txt)"

# what does not depend on the machine: what an event takes in a file, and nothing left behind
mkdir tmp
TMPDIR=$PWD/tmp expect 0 -- bench trace --quick
grep -qE '^an event, plain +[0-9.]+ bytes +<= 6' stdout.txt || fail "plain: $(cat stdout.txt)"
grep -qE '^an event, zstd +[0-9.]+ bytes +<= 3\.3' stdout.txt || fail "zstd: $(cat stdout.txt)"
grep -qE 'recorded pfn, plain +[0-9.]+ bytes' stdout.txt || fail "pfns: $(cat stdout.txt)"
[ -z "$(ls tmp)" ] || fail "left behind: $(ls tmp)"

expect 2 "only \`bench memory\`" -- bench allocator --format csv
expect 2 "only \`bench memory\`" -- bench -s rotation
expect 2 "unknown benchmark" -- bench memroy
expect 2 "rotatoin" -- bench memory -s rotatoin
finish
