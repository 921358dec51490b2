#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs that start from a dumped state and end in one; dumps that are no dumps.
. "$(dirname "$0")/lib.sh"

trace=$src/traces/memhog_thp.cborseq.zst
state=$src/tests/oracle/data/memhog_thp.state.txt.gz

# --- agreement is printed, and stands in the record ---
expect 0 -- run "$trace" --state "$state" --device null --dump-state end.txt
grep -q "5326 of  *5326 requests: 5326 strict, 0 inferred" stdout.txt || fail "run: no agreement"
grep -q "final state: identical" stdout.txt || fail "run: no final state"
expect 0 -- compare "$trace" -s none,rotation --state "$state" --device null --format json
[ "$(grep -c '"agreement": {' stdout.txt)" -eq 2 ] || fail "compare: not an agreement per cell"
grep -q '"state": "memhog_thp.state.txt.gz"' stdout.txt || fail "compare: config lacks the state"
expect 0 -- compare "$trace" -s none --device null --format json
grep -q '"agreement": null' stdout.txt || fail "compare: agreement without a state"
expect 0 -- compare "$trace" -s none --state "$state" --print-config
grep -q '"memory_bytes": 1610067968' stdout.txt || fail "print-config: not the dump's memory"

# --- the state that lies beside the trace ---
cp "$trace" other.cborseq.zst
expect 3 "no state lies beside it: no other.state.txt.zst" --state -- run other.cborseq.zst --state beside --device null
cp "$state" other.state.txt.gz
expect 0 -- compare other.cborseq.zst -s none,rotation --state beside --device null --format json
[ "$(jq -c '.cells[0].agreement.strict, .config.state' stdout.txt | xargs)" = "5326 beside" ] ||
	fail "--state beside: $(jq -c '.cells[0].agreement' stdout.txt)"
cp other.state.txt.gz beside
expect 0 -- run "$trace" --state ./beside --device null

# --- what was written is a state to start from: the kernel's last one ---
expect 0 -- verify end.txt
expect 0 -- run "$trace" --state end.txt --device null --dump-state again.txt
zcat "$state" | sed -n '/^dump trace_end/,/^enddump/p' | grep -E '^(free|pcpl|blk) ' >kernel.txt
grep -E '^(free|pcpl|blk) ' end.txt | cmp -s - kernel.txt || fail "--dump-state: not the kernel's lists"

# --- a dump per strategy ---
expect 0 -- compare "$trace" -s none,rotation:order=9 --state "$state" --device null \
	--dump-state two.txt
[ "$(grep -c '^dump ' two.txt)" -eq 2 ] || fail "--dump-state: not a dump per strategy"
grep -q '^dump rotation:order=9$' two.txt || fail "--dump-state: dumps are not named"

# --- any run may write one ---
expect 0 -- trace gen memhog --params size=64MiB,cycles=2 -o gen.cborseq
expect 0 -- run gen.cborseq --device null --dump-state gen.txt
expect 0 -- run gen.cborseq --device null --state gen.txt

# --- bad input ---
expect 3 missing.txt -- run "$trace" --state missing.txt --device null
echo "no dump" >noise.txt
expect 3 noise.txt -- run "$trace" --state noise.txt --device null
zcat "$state" | head -c 3000 >cut.txt
expect 3 cut.txt -- run "$trace" --state cut.txt --device null
sed 's/^free 1 10 1 /free 1 10 1 5 /' end.txt >crooked.txt
expect 3 contradicts -- run "$trace" --state crooked.txt --device null
expect 4 nowhere -- run "$trace" --device null --dump-state nowhere/end.txt
expect 3 -- run "$trace" --state cut.txt --device null --dump-state cut.out
[ -e cut.out ] && fail "a failed run left its dump"
finish
