#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `buddysim verify`: what it prints, its exit status, its formats.
. "$(dirname "$0")/lib.sh"
data=$src/tests/oracle/data

expect 0 -- verify "$data/linux-6.12-ix_ha_mix.txt.zst"
grep -qE '^linux-6.12-ix_ha_mix.txt.zst +linux-6.12 +2000 operations .* exact$' stdout.txt ||
	fail "no line that says exact: $(cat stdout.txt)"

expect 0 -- verify "$data/linux-6.1-vii_report_progress.txt.zst"
grep -q 'no operations$' stdout.txt || fail "dumps alone: $(cat stdout.txt)"

expect 0 -- verify "$data"/v0*.ops
grep -q '27 files: 27 exact, 0 differ' stdout.txt || fail "sum of vectors: $(tail -1 stdout.txt)"

# Of a directory all dumps and vectors under it, in the order of their names, and nothing else.
mkdir -p tree/b tree/empty
cp "$data/linux-6.12-ix_ha_mix.txt.zst" tree/b/a.txt.zst
cp "$data"/v01*.ops "$data"/v01*.out tree/b/
echo "no dump" >tree/b/README.md
expect 0 -- verify tree
{ grep -q '^a.txt.zst ' stdout.txt && grep -q '^v01' stdout.txt &&
	! grep -q README stdout.txt; } || fail "a directory: $(cat stdout.txt)"
expect 3 tree/empty "no dump" -- verify tree/empty
expect 3 "cannot open" -- verify tree absent.txt

# One wrong page: status 1, what was expected, the lists before it.
zstd -dcq "$data/linux-6.12-ix_ha_mix.txt.zst" >good.txt
awk '$1 == "a" && $5 != "-" && ++n == 100 { $5++ } { print }' good.txt >bad.txt
expect 1 -- verify bad.txt
grep -q 'differs$' stdout.txt || fail "not told that it differs"
grep -q '^    expected pfn' stdout.txt || fail "not told what was expected"
grep -q 'the lists before it:' stdout.txt || fail "lists not drawn"
expect 1 -- verify --keep-going bad.txt good.txt
grep -q ' differences: pfn ' stdout.txt || grep -q ' pfn 1$' stdout.txt ||
	grep -q '1 exact, 1 differ' stdout.txt || fail "keep-going: $(cat stdout.txt)"

# Another kernel's rules do not explain it.
expect 1 -- verify --kernel linux-6.1 good.txt
# Nor does its own kernel with one behaviour undone that the file needs; one that it does not, does.
expect 1 -- verify --kernel linux-6.12:highatomic_last_resort=no,below_high=no --format csv good.txt
grep -q '"linux-6.12:highatomic_last_resort=no,below_high=no",differs' stdout.txt ||
	fail "a changed kernel: $(cat stdout.txt)"
expect 0 -- verify --kernel linux-6.12:min_free_kb_max=4096 good.txt

expect 0 -- verify --explain 7 good.txt
grep -q '^  operation 7: ' stdout.txt || fail "not explained: $(head -3 stdout.txt)"
expect 0 "no operation 999999 to explain" -- verify --explain 999999 good.txt

# The course of a decay: there and here.
expect 0 -- verify --rounds "$data/linux-6.12-x_decay_cpus.txt.zst"
grep -q '^ *[0-9.]* s cpu 1 zone 1: high 956/956 count 56/56 free 94971/94971 expire 0/0$' stdout.txt ||
	fail "rounds: $(head -3 stdout.txt)"
expect 1 -- verify --rounds --kernel linux-6.12:pcp_decay=no --keep-going "$data/linux-6.12-x_decay_cpus.txt.zst"
grep -q ' high 956/1092 ' stdout.txt || fail "rounds of another kernel: $(head -3 stdout.txt)"

# The order in which a node looks at zones follows from the distances: what the first dump says of it is compared.
zstd -dc "$data/linux-6.1-x_nodes_six.txt.zst" | sed 's/^zl 3 0 16 21 11 /zl 3 0 16 11 21 /' >order.txt
expect 1 -- verify order.txt
grep -q "zone 0 node 3 zonelist entry 1" stdout.txt || fail "order of zones: $(head -3 stdout.txt)"
expect 1 -- verify --kernel linux-6.1:node_load_set=yes "$data/linux-6.1-x_nodes_six.txt.zst"

expect 1 -- verify --format json bad.txt good.txt
jq -e 'length == 2 and .[0].verdict == "differs" and .[1].verdict == "exact"
	and .[0].first.operation > 0 and .[1].differences == {}' stdout.txt >/dev/null ||
	fail "json: $(cat stdout.txt)"
expect 0 -- verify --format csv good.txt
[ "$(wc -l <stdout.txt)" = 2 ] || fail "csv: $(cat stdout.txt)"
# any file name: one field of the CSV, and a string of JSON
odd=$(printf 'a,"b\377.txt')
cp good.txt "$odd"
expect 0 -- verify --format csv "$odd"
grep -qaF "$(printf '"a,""b\377.txt",')" stdout.txt || fail "csv: $(cat stdout.txt)"
expect 0 -- verify --format json "$odd"
jq -e '.[0].file == "a,\"b\\xff.txt"' stdout.txt >/dev/null || fail "json: $(cat stdout.txt)"

expect 2 "name at least one file" -- verify
expect 2 "linux-9.9" -- verify --kernel linux-9.9 good.txt
expect 3 "cannot open" -- verify absent.txt
sed 's/^ck /cq /' good.txt >unknown.txt
expect 3 "unknown.txt:" "unknown record" -- verify unknown.txt
head -c 3000 "$data/linux-6.12-ix_ha_mix.txt.zst" >cut.txt.zst
expect 3 "cut.txt.zst" -- verify cut.txt.zst
printf 'pages 64 9\n' >lonely.ops
expect 3 "no .out file" -- verify lonely.ops

# A kernel whose allocator was changed in one line: it differs from the model, and is exact under the policy that does
# the same (traces/capture/oracle/run --tree made it; a freed block goes to the other end).
changed=$src/tests/judges/data/head-for-tail.txt.gz
cc -shared -fPIC -I "$src/include" -o other_end.so "$src/tests/plugin/other_end.c" || fail "the README's policy does not build"
expect 1 -- verify "$changed"
grep -q '^  operation 106, line 169: a 61 5 M 53024$' stdout.txt || fail "head for tail: $(head -n 4 stdout.txt)"
expect 1 -- verify --policy kernel "$changed"
expect 1 -- verify --policy address-ordered "$changed"
expect 0 -- verify --policy ./other_end.so "$changed"
grep -qE 'linux-6.12\+./other_end.so +200 operations +100 pfns  exact$' stdout.txt || fail "other_end.so: $(cat stdout.txt)"
expect 1 -- verify --policy ./other_end.so good.txt
expect 2 'unknown policy "lazzy"' -- verify --policy lazzy good.txt
expect 2 -- verify --policy ./none.so good.txt

# What no guest can be ends with the line that says so: these once crashed, hung, lied.
printf 'pages 4096 9\nstrategy rotation61 capacity=2\n' >first.ops
printf 'pages 4096 9\nzone 2 0 4096\nboot 0 4096\nboot 0 4096\nalloc 0 1 2 3264\n' >twice.ops
printf 'pages 4096 9\nzone 2 0 4096\nboot 0 64\nboot 0 64\nalloc 5 1 2 3264\n' >same.ops
touch first.out twice.61.out same.54.out
expect 3 "first.ops:2: there is no guest yet" "write: pages and zone" -- verify first.ops
expect 3 "twice.ops:4: boot of memory that is booted already" -- verify twice.ops
expect 3 "same.ops:4: boot of memory" -- verify same.ops
finish
