#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# buddysim trace import|info|validate|gen|cut: what goes in, what comes out, what is refused.
. "$(dirname "$0")/lib.sh"

# --- the shipped traces are what the manifest says ---
tail -n +2 "$src/traces/MANIFEST.tsv" | while IFS=$'\t' read -r file sum _ _ _ _ _ events trust; do
	[ "$(sha256sum <"$src/traces/$file" | cut -d' ' -f1)" = "$sum" ] || fail "$file: sha256"
	got=$("$bin" trace info "$src/traces/$file" --format json | jq -r '"\(.sha256) \(.events) \(.trust_e4 / 10000)"')
	[ "$got" = "$sum $events $trust" ] || fail "$file: $got, manifest: $sum $events $trust"
	[ "$failures" -eq 0 ] || exit 1
done || failures=1
for trace in "$src"/traces/*.cborseq.zst; do
	grep -q "^$(basename "$trace")	" "$src/traces/MANIFEST.tsv" || fail "$trace: not in the manifest"
done

# --- import ---
line() { printf '  cc1-268 [000] ..... 7.%06d: mm_page_%s\n' "$1" "$2"; }
{
	line 0 'alloc: page=0 pfn=0x10 order=0 migratetype=0 gfp_flags=GFP_KERNEL'
	line 1 'free: page=0 pfn=0x10 order=0'
} >ok.txt
expect 0 -- trace import ok.txt -o ok.cborseq --memory 1GiB --kernel linux-6.1 --comment 'two lines'
grep -q '2 events' stdout.txt || fail "import prints: $(cat stdout.txt)"
[ "$("$bin" trace info ok.cborseq --format json | jq -r '"\(.memory_bytes) \(.kernel) \(.comment)"')" = \
	"1073741824 linux-6.1 two lines" ] || fail "import's options are not in the header"
"$bin" trace import - -o piped.cborseq --memory 1GiB --kernel linux-6.1 --comment 'two lines' \
	<ok.txt >/dev/null || fail "import from stdin"
cmp -s ok.cborseq piped.cborseq || fail "stdin and file give different traces"
gzip -k ok.txt && expect 0 -- trace import ok.txt.gz -o gz.cborseq
{ cat ok.txt; echo 'CPU:0 [LOST 4 EVENTS]'; } >lossy.txt
expect 0 warning "lost events" -- trace import lossy.txt -o lossy.cborseq
expect 3 trust --allow-lossy -- trace validate lossy.cborseq
expect 0 -- trace validate lossy.cborseq --allow-lossy
expect 0 -- trace validate ok.cborseq
{ cat ok.txt; echo '  cc1-268 [000] ..... 7.000002: mm_page_free: page=0 pf'; } >short.txt
expect 3 short.txt:3 -- trace import short.txt -o never.cborseq
: >empty.txt
expect 3 empty.txt -- trace import empty.txt -o never.cborseq
expect 3 missing.txt -- trace import missing.txt -o never.cborseq
expect 3 perf -- trace import ok.txt -o never.cborseq --source perf
expect 4 /nonexistent -- trace import ok.txt -o /nonexistent/x.cborseq
expect 4 "No space left" -- trace import ok.txt -o /dev/full

# --- damage ---
expect 0 -- trace gen churn --params events=50000,live=2000 -o good.cborseq
size=$(stat -c %s good.cborseq)
head -c $((size - 3000)) good.cborseq >cut.cborseq
expect 3 cut.cborseq "chunk 4" "at byte" "3 whole chunks, 49152 events" --keep-whole-chunks -- \
	trace validate cut.cborseq
expect 0 warning -- trace validate cut.cborseq --keep-whole-chunks
expect 0 warning -- trace cut cut.cborseq --keep-whole-chunks -o kept.cborseq
[ "$("$bin" trace info kept.cborseq --format json | jq .events)" = 49152 ] || fail "kept chunks"
expect 3 ok.txt "not a buddysim trace" -- trace info ok.txt

# --- cut ---
expect 0 -- trace cut good.cborseq --from 10ms --to 20ms -o window.cborseq.zst
expect 0 -- trace validate window.cborseq.zst
expect 2 window -- trace cut good.cborseq --from 20ms --to 10ms -o never.cborseq
expect 3 "no event" -- trace cut good.cborseq --from 1h -o never.cborseq

# --- usage ---
expect 2 "import, info" -- trace
expect 2 frob -- trace frob
expect 2 -o -- trace gen memhog
expect 2 nosuch memhog -- trace gen nosuch -o never.cborseq
expect 2 speed events -- trace gen churn --params speed=3 -o never.cborseq
expect 2 --memory -- trace import ok.txt -o never.cborseq --memory much
expect 2 --kernel -- trace import ok.txt -o never.cborseq --kernel minix
expect 2 --format -- trace info ok.cborseq --format csv
"$bin" trace info ok.cborseq >/dev/full 2>stderr.txt
[ $? -eq 4 ] || fail "full stdout: $(cat stderr.txt)"
[ ! -e never.cborseq ] || fail "a failed command left its output"

finish
