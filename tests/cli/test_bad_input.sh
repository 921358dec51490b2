#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever is wrong with the input: one clear line, the documented status, nothing half-written.
. "$(dirname "$0")/lib.sh"

expect 0 -- trace gen memhog --params size=64MiB,cycles=2 -o good.cborseq
expect 0 -- compare good.cborseq -s none --device null

# --- traces ---
: >empty.cborseq
expect 3 empty.cborseq -- compare empty.cborseq -s none --device null
head -c 40 good.cborseq >header.cborseq
expect 3 header.cborseq -- compare header.cborseq -s none --device null
size=$(stat -c %s good.cborseq)
head -c $((size - 20)) good.cborseq >cut.cborseq
expect 3 cut.cborseq byte -- compare cut.cborseq -s none --device null
cp good.cborseq flipped.cborseq
printf '\xff' | dd of=flipped.cborseq bs=1 seek=$((size / 2)) conv=notrunc status=none
expect 3 flipped.cborseq -- compare flipped.cborseq -s none --device null
head -c 4096 /dev/urandom >noise.cborseq
expect 3 noise.cborseq -- compare noise.cborseq -s none --device null
expect 3 missing.cborseq -- compare missing.cborseq -s none --device null
expect 3 . -- compare . -s none --device null
expect 0 -- trace gen memhog --params size=64MiB,cycles=2 -o good.cborseq.zst
head -c $(($(stat -c %s good.cborseq.zst) - 9)) good.cborseq.zst >cut.cborseq.zst
expect 3 cut.cborseq.zst -- compare cut.cborseq.zst -s none --device null

# --- usage ---
expect 2 nosuch rotation -- compare good.cborseq -s nosuch
expect 2 colour delay -- compare good.cborseq -s rotation:colour=red
expect 2 order -- compare good.cborseq -s rotation:order=77
expect 2 order -- compare good.cborseq -s order=9
expect 2 --memory -- compare good.cborseq --memory plenty
expect 2 --tail -- compare good.cborseq --tail soon
expect 2 --kernel linux-6.1 -- compare good.cborseq --kernel linux-2.4
expect 2 --device madvise -- compare good.cborseq --device floppy
expect 2 --fail-if -- compare good.cborseq -s none --device null --fail-if "held_mib_s ~ 5"
expect 2 nonsense -- compare good.cborseq -s none --device null --fail-if "nonsense>5"
expect 2 frobnicate -- frobnicate
expect 2 TRACE -- compare

# --- thresholds ---
expect 1 alloc_failed -- compare good.cborseq -s none --device null --fail-if "alloc_failed<1"
expect 0 -- compare good.cborseq -s none --device null --fail-if "none/alloc_failed>0"

# --- outputs ---
expect 4 /nonexistent -- compare good.cborseq -s none --device null -o /nonexistent/r.json
expect 4 "No space left" -- compare good.cborseq -s none --device null -o /dev/full
"$bin" compare good.cborseq -s none --device null --format json >/dev/full 2>stderr.txt
[ $? -eq 4 ] || fail "full stdout: $(cat stderr.txt)"
expect 4 /nonexistent -- trace gen memhog --params size=64MiB -o /nonexistent/t.cborseq

# --- memory ---
expect 0 -- trace gen memhog --params size=2TiB,order=10,cycles=1 -o huge.cborseq
expect 4 "without an arena" -- compare huge.cborseq -s none --memory 1900GiB --device madvise
case $("$bin" --version; nm -D "$bin" 2>/dev/null | grep -c asan_init) in
*' '0|*$'\n'0)
	# An address space limit makes the arena's mapping fail (ASan itself would need more).
	(ulimit -v 2000000; "$bin" compare good.cborseq -s none --memory 64GiB >stdout.txt 2>stderr.txt)
	[ $? -eq 4 ] || fail "arena cannot be mapped: $(cat stderr.txt)"
	grep -q '^buddysim: .*map' stderr.txt || fail "arena cannot be mapped: $(cat stderr.txt)"
	;;
esac

# --- a lossy import ---
{
	echo '            cc1 26845 [001]  2781.827550:  kmem:mm_page_alloc: page=0x1e9450 pfn=0x1e9450 order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE'
	for i in 1 2 3 4; do
		echo "            cc1 26845 [001]  2781.82756$i:  kmem:mm_page_free: page=0x1e950$i pfn=0x1e950$i order=0"
	done
	echo 'LOST 1000 events!'
	echo '            cc1 26845 [001]  2781.827590:  kmem:mm_page_free: page=0x1e9450 pfn=0x1e9450 order=0'
} >lossy.perf.txt
"$bin" trace import lossy.perf.txt -o lossy.cborseq >stdout.txt 2>stderr.txt
[ $? -eq 0 ] || fail "importing a lossy file: $(cat stderr.txt)"
grep -q warning stderr.txt || fail "importing a lossy file warns: $(cat stderr.txt)"
expect 3 trust -- compare lossy.cborseq -s none --device null
expect 0 -- compare lossy.cborseq -s none --device null --allow-lossy

# --- Ctrl-C in the middle: whole cells are kept, marked partial, nothing half-written ---
expect 0 -- trace gen churn --params events=3000000,live=20000,memory=2GiB -o long.cborseq
# (bash would ignore SIGINT in a background job: a fresh process group has it at its default)
setsid "$bin" compare long.cborseq -s none,rotation,none,rotation --device null --repeat 50 \
	--format json -o partial.json >stdout.txt 2>stderr.txt &
pid=$!
# as soon as the handler is there (bit 14 of the caught signals)
until [ -e /proc/$pid/status ] &&
	caught=$(awk '/^SigCgt/ { print $2 }' /proc/$pid/status 2>/dev/null) &&
	[ $((0x${caught:-0} & 0x4000)) -ne 0 ]; do
	kill -0 "$pid" 2>/dev/null || break
done
kill -TERM "$pid"
wait "$pid"
[ $? -eq 130 ] || fail "interrupted: status is not 130: $(cat stderr.txt)"
if [ -e partial.json ]; then
	[ "$(jq -r .partial partial.json)" = true ] || fail "partial.json is not marked partial"
fi

finish
