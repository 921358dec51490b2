#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# buddysim trace import|info|validate|gen|cut: what goes in, what comes out, what is refused.
. "$(dirname "$0")/lib.sh"

# --- the shipped traces are what the manifest says ---
# agreement TRACE STATE: share of the kernel's pfns that a replay from its state gets, and how it ends
agreement() {
	"$bin" run "$1" -s none -d null --state "$2" --format json 2>/dev/null | jq -r '.cells[0].agreement |
		"\((.strict + .inferred) * 1000 / .total | floor / 10) \(if .final_state_equal then "identical" else "differs" end)"'
}
tail -n +2 "$src/traces/MANIFEST.tsv" >manifest.tsv
while IFS=$'\t' read -r file sum _ _ _ _ _ events trust seconds peak state agreed; do
	[ "$(sha256sum <"$src/traces/$file" | cut -d' ' -f1)" = "$sum" ] || fail "$file: sha256"
	[ "$(stat -c %s "$src/traces/$file")" -lt 3000000 ] || fail "$file: more than 3 MB"
	got=$("$bin" trace info "$src/traces/$file" --format json | jq -r '"\(.sha256) \(.events) \(.trust_e4 / 10000)
		\(.duration_ns / 100000000 | round / 10) \(.peak_pages / 25.6 | round / 10)"' | xargs)
	[ "$got" = "$sum $events $trust $seconds $peak" ] ||
		fail "$file: $got, manifest: $sum $events $trust $seconds $peak"
	[ "$state" = - ] || [ "$(agreement "$src/traces/$file" "$src/traces/$state")" = "$agreed" ] ||
		fail "$file: $(agreement "$src/traces/$file" "$src/traces/$state"), manifest: $agreed"
done <manifest.tsv
[ "$(awk -F'\t' '$10 >= 60 && $12 != "-"' manifest.tsv | wc -l)" -ge 4 ] || fail "fewer than four long traces with their state"
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
expect 0 -- trace validate lossy.cborseq --min-trust 0.3
expect 3 "below 0.4" -- trace validate lossy.cborseq --min-trust 40%
expect 2 --min-trust -- trace validate lossy.cborseq --min-trust 2
expect 0 -- trace validate lossy.cborseq --allow-lossy
expect 0 -- trace validate ok.cborseq
{ cat ok.txt; echo '  cc1-268 [000] ..... 7.000002: mm_page_free: page=0 pf'; } >short.txt
expect 0 warning "lacks pfn=" -- trace import short.txt -o short.cborseq
grep -q 'unusable: 1 x the event lacks pfn=.*first in line 3' stdout.txt || fail "unusable: $(cat stdout.txt)"
{ cat ok.txt; printf '  cc1-268 [000] ..... 7.000'; } >cut.txt
expect 0 warning "cut short" -- trace import cut.txt -o short.cborseq
grep -q 'can it be trusted? yes' stdout.txt || fail "a cut line: $(cat stdout.txt)"
{ cat ok.txt; echo 'what is this?'; } >unknown.txt
expect 3 "1 of 3 lines" "line 3: what is this?" --max-unknown -- trace import unknown.txt -o never.cborseq
expect 0 -- trace import unknown.txt -o short.cborseq --max-unknown 40% --keep-unknown kept.txt
[ "$(cat kept.txt)" = 'what is this?' ] || fail "kept: $(cat kept.txt)"
"$bin" trace info short.cborseq >stdout.txt
grep -q 'not understood: 1 x words, first in line 3: what is this?' stdout.txt || fail "unknown: $(cat stdout.txt)"
grep -q 'can it be trusted? partly' stdout.txt || fail "unknown: $(cat stdout.txt)"
grep -q 'next  *buddysim compare short.cborseq' stdout.txt || fail "next: $(cat stdout.txt)"
# One kind of event alone: nobody recorded the other one.
for i in $(seq 1000 1120); do
	echo "a-1 [000] .... 1.$i: mm_page_alloc: page=0 pfn=$i order=0 migratetype=0 gfp_flags=GFP_KERNEL"
done >allocs.txt
expect 0 -- trace import allocs.txt -o allocs.cborseq
says 'can it be trusted? partly: it has no free at all: was kmem:mm_page_free recorded, too?'
sed 's/mm_page_alloc/mm_page_free/' allocs.txt >frees.txt
expect 0 -- trace import frees.txt -o frees.cborseq
says 'can it be trusted? partly: it has no allocation at all: was kmem:mm_page_alloc recorded, too?'
expect 3 unknown.txt:3 --strict -- trace import unknown.txt -o never.cborseq --max-unknown 40% --strict
expect 2 --max-unknown -- trace import unknown.txt -o never.cborseq --max-unknown many
expect 2 --kernel-version minix -- trace import ok.txt -o never.cborseq --kernel-version minix
expect 2 --coalesce -- trace import ok.txt -o never.cborseq --coalesce perhaps
expect 4 /nonexistent -- trace import ok.txt -o never.cborseq --keep-unknown /nonexistent/x
expect 3 "native trace" -- trace import ok.cborseq -o never.cborseq
# one file for each CPU, in any order
line 0 'alloc: page=0 pfn=0x10 order=0 migratetype=0 gfp_flags=GFP_KERNEL' >cpu0.txt
line 1 'free: page=0 pfn=0x10 order=0' | sed 's/000\]/001]/' >cpu1.txt
expect 0 -- trace import cpu1.txt cpu0.txt -o two.cborseq
grep -q '100.0  %  of the frees have their allocation' stdout.txt || fail "two files: $(cat stdout.txt)"
expect 3 nosuch.txt -- trace import cpu0.txt nosuch.txt -o never.cborseq
xz -k ok.txt && expect 0 -- trace import ok.txt.xz -o gz.cborseq
: >empty.txt
expect 3 empty.txt -- trace import empty.txt -o never.cborseq
expect 3 missing.txt -- trace import missing.txt -o never.cborseq
expect 3 perf -- trace import ok.txt -o never.cborseq --source perf
expect 4 /nonexistent -- trace import ok.txt -o /nonexistent/x.cborseq
expect 4 "No space left" -- trace import ok.txt -o /dev/full

# --- a picture ---
expect 2 "no meaning without --plots" -- trace info two.cborseq --plots-format svg
expect 2 "is no format" -- trace info two.cborseq --plots never --plots-format gif
if command -v gnuplot >/dev/null; then
	expect 0 -- trace info "$src/traces/churn_gcc.cborseq.zst" --plots drawn --plots-format svg,png
	peak=$(awk -F '\t' 'seen && $3 > most { most = $3 } /^# live/ { seen = 1 } END { printf "%.1f MiB", most }' \
		drawn/trace_live.tsv)
	grep -q "peak $peak" stdout.txt || fail "trace_live.tsv has a peak of $peak: $(sed -n 2p stdout.txt)"
	grep -q "at most $peak allocated" drawn/trace_live.svg || fail "the picture's title"
	[ "$(head -c 4 drawn/trace_live.png | tail -c 3)" = PNG ] || fail "trace_live.png is no PNG"
	[ "$(ls -A drawn)" = "$(printf 'trace_live.png\ntrace_live.svg\ntrace_live.tsv')" ] || fail "drawn: $(ls -A drawn)"
fi
[ ! -e never ] || fail "refused, and the folder was made"

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

# --- stopped: status 130, nothing left behind, an older file as it was ---
# stopped SIGNAL ARGS: as soon as the program takes the signal itself
stopped() {
	local signal=$1 want=130 pid status
	[ "$signal" != KILL ] || want=137
	shift
	exec 9<&0
	"$bin" "$@" <&9 9<&- >stdout.txt 2>stderr.txt &
	pid=$!
	exec 9<&-
	# SIGTERM is caught: bit 14
	until [ $((0x$(sed -n 's/^SigCgt:\t//p' "/proc/$pid/status" 2>/dev/null || echo 4000) & 0x4000)) -ne 0 ]; do
		sleep 0.02
	done
	sleep 0.1
	kill -s "$signal" "$pid" 2>/dev/null || fail "$*: ended by itself: $(cat stderr.txt)"
	wait "$pid"
	status=$?
	[ "$status" -eq $want ] || fail "$*: status $status after SIG$signal: $(cat stderr.txt)"
	[ ! -s stdout.txt ] || fail "$*: stopped, and yet it prints: $(cat stdout.txt)"
}
before=$(ls -A; sha256sum good.cborseq)
for signal in INT TERM KILL; do
	stopped $signal trace gen churn --params events=400000000 -o never.cborseq
	stopped $signal trace gen churn --params events=400000000 -o good.cborseq
	# text that goes on and on, and a pipe from which nothing comes any more
	stopped $signal trace import - -o never.cborseq.zst < <(while cat ok.txt; do :; done 2>/dev/null)
	stopped $signal trace import - -o never.cborseq < <(cat ok.txt; sleep 5)
done
"$bin" trace gen memhog --params size=8GiB,order=0,cycles=1 -o long.cborseq >/dev/null
stopped TERM trace cut long.cborseq -o never.cborseq --from 1ms
rm -f long.cborseq
[ "$(ls -A; sha256sum good.cborseq)" = "$before" ] || fail "stopped commands left: $(ls -A)"

# --- gen: what cannot be is said before a file is there ---
expect 2 "memory" 4MiB -- trace gen memhog -o never.cborseq --params memory=1KiB
expect 2 "longer than a trace" cycles -- trace gen memhog -o never.cborseq --params cycles=1000000,hold=24h
expect 2 'did you mean "burst"' -- trace gen bursts -o never.cborseq
expect 0 -- trace gen memhog --params size=300MiB,memory=64MiB,cycles=1 -o larger.cborseq
grep -q 'larger.*than the machine: at its peak it holds 468.8 %' stdout.txt || fail "larger than its guest: $(cat stdout.txt)"
grep -q 'peak 300.0 MiB' stdout.txt || fail "peak: $(cat stdout.txt)"

# --- the kernel that a trace names is replayed, unless another one is asked for ---
expect 0 -- trace import ok.txt -o old.cborseq --memory 1GiB --kernel linux-5.4
expect 0 -- trace import ok.txt -o plain.cborseq --memory 1GiB
kernels() { jq -r '"\(.trace.kernel) \(.config.kernel) \(.cells[0].kernel)"' stdout.txt; }
expect 0 -- run old.cborseq -s none --device null --format json
[ "$(kernels)" = "linux-5.4 linux-5.4 linux-5.4" ] || fail "the trace's kernel: $(kernels)"
expect 0 -- run old.cborseq -s none --device null --format json --kernel linux-6.12
[ "$(kernels)" = "linux-5.4 linux-6.12 linux-6.12" ] || fail "--kernel: $(kernels)"
expect 0 -- run plain.cborseq -s none --device null --format json
[ "$(kernels)" = " linux-6.1 linux-6.1" ] || fail "no kernel named: $(kernels)"
# one with changes, too
expect 0 -- trace import ok.txt -o changed.cborseq --memory 1GiB --kernel linux-6.1:boot_pos=head
expect 0 -- run changed.cborseq -s none --device null --format json
[ "$(jq -r .config.kernel stdout.txt)" = linux-6.1:boot_pos=head ] || fail "a kernel with changes: $(kernels)"
"$bin" compare old.cborseq -s none --device null --print-config >stdout.txt || fail "--print-config"
[ "$(jq -r .kernel stdout.txt)" = linux-5.4 ] || fail "--print-config: $(jq .kernel stdout.txt)"

# --- the names of what there is come from the tables ---
workloads=$("$bin" list workloads | sed -n 's/^\([^ ]*\) - .*/\1/p' | paste -sd'|')
expect 0 -- trace gen --help
grep -qF "$workloads" stdout.txt || fail "trace gen --help does not name $workloads"
expect 0 -- trace import --help
grep -qF 'auto|ftrace|perf|' stdout.txt || fail "trace import --help does not name the sources"
expect 2 'did you mean "perf"' -- trace import ok.txt -o never.cborseq --source prf

# --- text that is no UTF-8 ---
expect 2 --comment UTF-8 -- trace import ok.txt -o never.cborseq --comment $'caf\xe9'
expect 2 comment "255 bytes" -- trace import ok.txt -o never.cborseq --comment "$(printf '%0300d' 0)"
cp ok.cborseq $'caf\xe9.cborseq'
expect 0 -- trace info $'caf\xe9.cborseq' --format json
[ "$(jq -r .path stdout.txt)" = 'caf\xe9.cborseq' ] || fail "path that is no UTF-8: $(jq .path stdout.txt)"

# --- usage ---
expect 2 "import, info" -- trace
expect 2 frob -- trace frob
expect 2 'did you mean "import"?' -- trace imprt ok.txt
expect 2 -o -- trace gen memhog
expect 2 nosuch memhog -- trace gen nosuch -o never.cborseq
expect 2 speed events -- trace gen churn --params speed=3 -o never.cborseq
expect 2 --memory -- trace import ok.txt -o never.cborseq --memory much
expect 2 minix "unknown kernel" -- trace import ok.txt -o never.cborseq --kernel minix
expect 2 --format -- trace info ok.cborseq --format csv
"$bin" trace info ok.cborseq >/dev/full 2>stderr.txt
[ $? -eq 4 ] || fail "full stdout: $(cat stderr.txt)"
[ ! -e never.cborseq ] || fail "a failed command left its output"

finish
