#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What /proc says of free memory: read, and made into a state to start from.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

trace=$src/traces/churn_gcc.cborseq.zst

# says TEXT...: each stands in what was printed
says() {
	local t
	for t in "$@"; do grep -qF -- "$t" stdout.txt || fail "no \"$t\" in: $(cat stdout.txt)"; done
}

# --- the machine's own, if it shows it: the same figures as awk's ---
if [ -r /proc/buddyinfo ]; then
	cat /proc/buddyinfo >own.txt
	expect 0 -- state info own.txt --format json
	free=$(awk '{ for (i = 5; i <= NF; i++) n += $i * 2^(i - 5) } END { printf "%.0f", n * 4096 }' own.txt)
	[ "$(sed -n 's/^   "free_bytes": \([0-9]*\),$/\1/p' stdout.txt | head -1)" = "$free" ] ||
		fail "own buddyinfo: not $free bytes free"
	expect 0 -- state info /proc/buddyinfo
	grep -q '^order 9: .*, order 6: .*, order 0: ' stdout.txt || fail "no answer in the first line"
fi

# --- a fragmented one, from a report ---
cat >frag.txt <<-END
	> Node 0, zone    DMA32   8133   6637   1801   1627   2370   1518    571    204     16      0      0
	> Node 0, zone   Normal   1696   4035   2173    641     98      9      0      0      0      0      0
END
expect 0 -- state info frag.txt
says "order 9: 0 of 861 MiB free, order 6: 30 %, order 0: 861 MiB" "1.000" "/proc/zoneinfo"
[ "$(wc -l <stdout.txt)" -le 24 ] || fail "more than a screen"
sed -n '/^order 9: 0 of 861/,/^```/p' "$src/README.md" | sed '$d' | cmp - stdout.txt || fail "README shows something else"
echo "Normal 1696 4035 2173 641 98 9 0 0 0 0 0; DMA32: 8133 6637 1801 1627 2370 1518 571 204 16 0 0" >bare.txt
expect 0 -- state info bare.txt --format json
[ "$(grep -c '"zone":' stdout.txt)" -eq 2 ] || fail "bare zones: not two"

# --- what the kernel logs; other pages; many samples ---
echo "[ 1.0] Node 0 DMA: 1*64kB (U) 2*128kB (M) = 320kB" >oom.txt
expect 0 -- state info oom.txt
says "320 KiB"
expect 0 -- state info frag.txt --page-size 64KiB
says "13.4 GiB"
for i in 1 2 3; do
	echo "2026-05-01 12:0$i:00"
	echo "Node 0, zone Normal $i 0 0 0 0 0 0 0 0 $((4 - i)) 0"
done >series.txt
expect 0 -- state info series.txt
says "3 snapshots" "2026-05-01 12:03:00" "order 9 gives least at no. 3: 2 MiB, most at no. 1: 6 MiB"
expect 0 -- state info series.txt --format json
says '"when": "2026-05-01 12:02:00"'

# --- a state made of counts has them, and a comparison starts from it ---
expect 0 -- state import frag.txt --memory 6GiB -o frag.state
says "DMA32" "761 MiB of" "no pagetypeinfo"
expect 0 -- state diff frag.state frag.txt
says "the same number of free blocks"
expect 0 -- verify frag.state
expect 0 -- state import frag.txt --memory 6GiB -o again.state
cmp -s frag.state again.state || fail "the same seed made another state"
expect 0 -- state import frag.txt --memory 6GiB --seed 2 -o other.state
cmp -s frag.state other.state && fail "another seed made the same state"
expect 0 -- state diff frag.state other.state
expect 0 -- compare "$trace" -s none,rotation:order=9,rotation:order=6 --state frag.state --device null \
	--thp never --format json
says '"state_origin": "counts,seed=1"' '"agreement": null' '"memory_bytes": 644244'
expect 0 -- run "$trace" --state frag.state --device null --dump-state end.txt
expect 1 -- state diff frag.state end.txt
says "counts of free blocks differ"
expect 2 "has no agreement.total" -- compare "$trace" -s none --state frag.state \
	--device null --fail-if "agreement.total<1"

# --- with zones, types and CPUs ---
proc=$src/tests/fuzz/corpus/state_proc/small.txt
expect 0 -- state info "$proc"
says "watermarks: min 268 KiB, low 332 KiB" "Unmovable" "Reclaimable"
expect 0 -- state import "$proc" --kernel 6.12.5-amd64 -o small.state
says "kernel 6.12.5-amd64" "11 pages on per-cpu lists of 11"
expect 0 -- state diff small.state "$proc"
says "the same number"
grep -q "^pcp 2 cpu=0 count=11 high=77 batch=7" small.state || fail "no per-cpu lists: $(grep ^pcp small.state)"
grep -q "^zone 2 Normal .*start_pfn=1 spanned=8191 present=8000 managed=7900 min=67 low=83 high=99" small.state ||
	fail "not the zone of zoneinfo"
[ "$(grep '^lru' small.state | tr ' ' '\n' | awk -F+ '{ n += $2 } END { print n }')" -eq 900 ] ||
	fail "not 900 pages on the LRU"
expect 0 -- state import --buddyinfo "$proc" -o - --kernel linux-6.1
says "pa_oracle 1" "origin=counts,seed=1"

# --- as a terminal or a page leaves it; cut ---
printf '\033[32mNode 0, zone   Normal\033[0m    100     50     25\n' >colour.txt
expect 0 -- state info colour.txt --format json
says '"nr_free": [' 100 25
printf 'Node 0,\302\240zone   Normal \302\240 100     50     25\n' >page.txt
expect 0 -- state info page.txt --format json
says '"nr_free": [' 100 25
printf 'Node 0, zone    DMA32 8133 6637 1801\nNode 0, zone   Normal 1696 40' >short.txt
expect 3 "zone DMA32 of node 0 has 3 orders, zone Normal of node 0 has 2" "cut" -- state info short.txt

# --- several nodes, end to end ---
for node in 0 1; do
	cat <<-END
	Node $node, zone   Normal
	  pages free     $((6000 + node))
	        min      180
	        low      225
	        high     270
	        spanned  32768
	        present  32768
	        managed  32000
	        protection: (0, 0, 0, 0)
	  pagesets
	    cpu: 0
	              count: 5
	              high:  100
	              batch: 25
	    cpu: 1
	              count: 0
	              high:  100
	              batch: 25
	  start_pfn:           $((node * 32768))
	END
done >two.zoneinfo
cat >two.buddyinfo <<'END'
Node 0, zone   Normal    100     50     25     10      5      2      1      0      0      0      3
Node 1, zone   Normal     40     30     20     10      5      2      1      1      1      1     20
END
expect 0 -- state import --zoneinfo two.zoneinfo --buddyinfo two.buddyinfo --kernel linux-6.12 -o two.state
says "2 nodes"
expect 0 -- state diff two.state two.buddyinfo
says "the same number"
expect 0 -- compare "$trace" -s none,rotation --state two.state --device null --format json --no-measured
says '"memory_bytes": 268435456' '"state_origin": "counts,seed=1"'
expect 0 -- state import --zoneinfo two.zoneinfo --buddyinfo two.buddyinfo --node 1 -o one.state
says "a guest of node 1"
[ "$(grep -c '^zone ' one.state)" -eq 1 ] || fail "not one zone: $(grep '^zone ' one.state)"

# --- a trace of the same machine ---
printf '%s\n' "a-1 [000] .... 1.0: mm_page_alloc: page=0 pfn=0x100 order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE" >own-trace.txt
expect 0 -- trace import own-trace.txt -o own.cborseq --state small.state
says "linux-6.12" "31.2 MiB"
expect 0 -- trace import own-trace.txt -o own.cborseq --state small.state --memory 64MiB --kernel linux-6.1
says "linux-6.1" "64.0 MiB"
expect 3 "frag.txt" -- trace import own-trace.txt -o own2.cborseq --state frag.txt

# --- kpageflags: as it was ---
perl -e '
	my ($buddy, $lru, $slab) = (1 << 10, 1 << 5, 1 << 7);
	my @f = ($lru) x 8192;
	$f[0] = 1 << 32;
	@f[1024 .. 2047] = ($buddy) x 1024;	# one of order 10
	@f[2048 .. 2143] = ($buddy) x 96;	# orders 6 and 5
	$f[4001] = $buddy;			# order 0
	@f[5120 .. 5631] = ($slab) x 512;
	print pack("Q<*", @f)' >flags
sed 's/^Node 0, zone   Normal     14 .*/Node 0, zone Normal 1 0 0 0 0 1 1 0 0 0 1/; / type /d' "$proc" >flags.txt
expect 0 -- state import flags.txt --kpageflags flags -o flags.state
grep -q "^free 2 10 1 1024$" flags.state || fail "order 10 is not where it was"
grep -q "^free 2 6 1 2048$" flags.state || fail "order 6 is not where it was"
grep -q "^free 2 5 1 2112$" flags.state || fail "order 5 is not where it was"
grep -q "^free 2 0 1 4001$" flags.state || fail "order 0 is not where it was"
grep -q "^lru 2 1+1023 2144+1857 4002+1118 5632+2560$" flags.state || fail "lru: $(grep ^lru flags.state)"
grep -q "origin=pages,seed=1" flags.state || fail "does not say that it is of pages"
gzip -c flags >flags.gz
expect 0 -- state import flags.txt --kpageflags flags.gz -o gz.state
cmp -s flags.state gz.state || fail "kpageflags.gz: another state"
expect 0 -- state info flags flags.txt
expect 0 -- run "$trace" --state flags.state --device null --allow-lossy

# --- bad input: one line that says where and what to do ---
expect 2 "no file named" -- state info
expect 3 "cannot open" -- state info missing.txt
echo "Node 0, zone Normal 1 2 x3" >bad.txt
expect 3 "bad.txt:1" "x3" -- state info bad.txt
echo "hello" >hello.txt
expect 3 "nothing of free memory" "/proc/buddyinfo" -- state info hello.txt
expect 3 "--memory" -- state import frag.txt -o no.state
expect 3 "zone Normal has free memory" "--memory" -- state import frag.txt --memory 2GiB -o no.state
echo "Node 0, zone DMA 4000 4000 0 0 0 0 0 0 0 0 0" >much.txt
expect 3 "much.txt: zone DMA" "cannot have 4000 free blocks of order 1" -- state import much.txt --memory 16MiB -o no.state
echo "Node 0, zone Normal 1 0 0 0 0 0 0 0 0 0 0 5" >large.txt
expect 3 "order 11" -- state import large.txt --memory 8GiB -o no.state
expect 2 "no model" -- state import frag.txt --memory 6GiB --kernel 2.6.18 -o no.state
expect 3 "zoneinfo" -- state import frag.txt --memory 6GiB --kpageflags flags -o no.state
head -c 1001 flags >cut
expect 3 "multiple of 8" -- state import flags.txt --kpageflags cut -o no.state
expect 3 "kpageflags" -- state import flags.txt --kpageflags frag.txt -o no.state
expect 2 "-o" -- state import frag.txt --memory 6GiB
expect 2 "--kpageflags" -- state import frag.txt --memory 6GiB --kpagecount flags -o no.state
echo "Node 1, zone Normal 5 5 5 5" >node.txt
expect 3 "--node" -- state import node.txt --memory 8GiB --node 0 -o no.state
expect 4 "nowhere" -- state import frag.txt --memory 6GiB -o nowhere/no.state
[ -e no.state ] && fail "a refused import left a file"
expect 2 "unknown verb of state" -- state improt
finish
