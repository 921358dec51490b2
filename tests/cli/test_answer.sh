#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a comparison answers, of runs that mislead who looks at one figure: a host that hangs, a balloon that wants
# all there is, a slow host, huge pages, a kernel without reporting. The same answer in table, record and Markdown.
. "$(dirname "$0")/lib.sh"
memhog=$src/traces/memhog_thp.cborseq.zst
record() { expect 0 -- compare "$@" --device "$device" --format json --no-timeline -o r.json; }
# jq's idea of the record
is() { jq -e "$1" r.json >/dev/null || fail "$1: $(jq .answer r.json)"; }
# sentence number $1 of the record says $2
says() { jq -r ".answer.lines[$1]" r.json | grep -qE -- "$2" || fail "$1 does not say '$2': $(jq .answer.lines r.json)"; }

# A quiet host.
device=model
record "$memhog" -s all
is '.answer | .none.label == "none" and .default.label == "rotation" and .stock.label == "rotation" and .best.label == "hypercall"'
is '.answer.default.given_back_per_10000 > 8000 and .answer.default.stall_per_minute_over_none > 500000000'
is '(.answer.lines | length) <= 4 and .answer.stock.stock_setting.host == "-device virtio-balloon,free-page-reporting=on"'
is '[.answer.left_out[] | select(.why.knows_future).label] == ["clairvoyant"]'
says 0 "^rotation, linux-6.1's default, gives back 8[0-9.]* % of what none holds, for [0-9]* ms more stall per minute of load"
says 1 '^Cheapest that a stock linux-6.1 offers: rotation, cost '
says 2 '^Cheapest of all: hypercall, cost .*; no stock linux-6.1 offers it'
# The table has it in front, in lines of at most 100 columns, the trace's name first.
expect 0 -- compare "$memhog" -s all --device $device
sed '/^strategy/,$d' stdout.txt >head.txt
[ "$(tr '\n' ' ' <head.txt | tr -s ' ' | cut -c -200)" = \
	"$(jq -r '"memhog_thp: " + (.answer.lines | join(" "))' r.json | cut -c -200)" ] || fail "$(cat head.txt)"
[ "$(wc -L <head.txt)" -le 100 ] || fail "wide: $(cat head.txt)"
expect 0 -- compare "$memhog" -s all --device $device --format markdown
jq -r '.answer.lines[] | "- " + .' r.json >want.txt
grep '^- ' stdout.txt | sed 's/\\\([_<]\)/\1/g' | cmp -s - want.txt || fail "markdown: $(cat stdout.txt)"
# Each trace has one.
expect 0 -- trace gen stripe -o stripe.cborseq
expect 0 -- compare "$memhog" stripe.cborseq -s none,rotation --device $device
[ "$(grep -cE "^(memhog_thp|stripe): rotation, linux-6.1's default, " stdout.txt)" = 2 ] || fail "$(cat stdout.txt)"

# A host that hangs: who waits for it did not do what the trace asks for and is no answer; who has given memory to it
# for good takes other memory in its place, and is worse than doing nothing.
device=model:stall_at=5s,stall_for=1000s
record "$memhog" -s all
is '[.answer.left_out[] | select(.why.unfinished_events).label] == ["hypercall", "percpu-array"]'
is '.answer.best.label == "none" and .answer.default.given_back_per_10000 < -1000'
is '.cells[] | select(.label == "rotation") | .unanswered_calls == 1 and .failed_calls == 0'
says 0 'makes it worse: .* the host never answered 1 of its 5 requests'
says 1 '^Cheapest that a stock linux-6.1 offers, and of all rows: none .*: the others cost more|none \(tied with'
grep -q 'rotation: 1 of 5 requests had no answer when the window closed' stderr.txt || fail "no warning: $(cat stderr.txt)"
expect 0 -- compare "$memhog" -s all --device $device
grep -qE 'unanswered' stdout.txt || fail "no column: $(cat stdout.txt)"

# A balloon larger than what is free gives back what the guest needs: its low cost is that of a guest out of memory.
device=model
record "$memhog" -s none,rotation,balloon:size=2GiB
is '.cells[2].rescued_allocs > 100 and .cells[2].alloc_failed == 0 and .cells[2].held_mib_s < .cells[1].held_mib_s'
is '.answer.best.label == "rotation" and .answer.left_out[0].why.rescued_allocs > 100'
says 2 '^Left out: balloon:size=2GiB \([0-9]* allocations found nothing left until it gave pages back\)'
expect 0 -- compare "$memhog" -s none,balloon:size=2GiB --device $device
grep -qE '^balloon:size=2GiB !' stdout.txt || fail "not marked: $(cat stdout.txt)"

# 50 ms for each request: a hypercall per free never gets to the trace's end.
device=model:latency_mean=50ms
record "$memhog" -s none,hypercall,rotation
is '.answer.best.label == "rotation" and .answer.left_out[0].why.unfinished_events > 1000'
says 2 '^Left out: hypercall \([0-9,]* events left when the window closed\)'

# Requests that fail.
device=model:error_every=7
record "$memhog" -s none,rotation
is '.answer.default.cell == 1 and .answer.best.label == "none" and .answer.left_out[0].why.failed_calls == 2'
says 0 "^What rotation, linux-6.1's default, gives back is not known: it is left out"

# A host that may drop nothing.
device=model
record "$memhog" -s none,rotation --advice none
says 0 'makes it worse: .* MiB, of which the host dropped nothing'
# ... or takes it when it likes: all of it is held, and no touch faults.
device=madvise
record "$memhog" -s none,hypercall,rotation --advice free --thp never
says 0 'makes it worse: .* MiB, of which the host takes nothing before it is short of memory'
is '.cells as $c | $c[1] | .held_mib_s * 100 > $c[0].held_mib_s * 99 and .refault_bytes.total == 0 and .discarded_bytes == 0 and .lazyfree_bytes > 0'
device=model

# Small orders: good on base pages, a trap on huge ones.
record stripe.cborseq -s none,rotation,rotation:order=8 --kernel linux-6.12
says 0 "^rotation, linux-6.12's default, gives nothing back: it ties with none"
says 2 '^A trap: the host drops what is reported by rotation:order=8 \(300 MiB\) and gets nothing for it'
record stripe.cborseq -s none,rotation,rotation:order=8 --kernel linux-6.12 --thp never
says 1 'kernel command line `page_reporting.page_reporting_order=8` or `echo 8 >/sys'
jq -r '.answer.lines[]' r.json | grep -q trap && fail "a trap on base pages"
# A delay is no setting of a stock kernel.
record stripe.cborseq -s none,rotation:order=8,delay=250ms --thp never
is '.cells[1].stock == false and .answer.stock.label == "none" and .answer.default == null'
says 0 '^Add rotation, '

# A trace that frees nothing: nobody can give anything back.
expect 0 -- trace gen memhog --params size=512MiB,cycles=1,hold=60s,pause=0 -o keeps.cborseq
expect 0 -- trace cut keeps.cborseq --to 30s -o keeps30.cborseq
record keeps30.cborseq -s none,rotation
says 0 '^There is nothing to give back: without reporting the host holds '

# What keeps the rest: of a compiler's pages, those on the lists of its CPU; of stripes, that they are small.
record "$src/traces/churn_gcc.cborseq.zst" -s none,rotation
is '.answer.blocker | .label == "rotation" and .part == "held_split.pcp_mib_s" and .per_10000 > 8000'
says -1 '8[0-9.]* % of what rotation leaves held is on per-cpu lists\.$'
record stripe.cborseq -s none,rotation
says -1 'All that rotation leaves held is free in blocks smaller than it reports\.$'

# What is missing is said.
record "$memhog" -s none --kernel linux-5.4
says 0 '^linux-5.4 does not report free memory by itself'
record "$memhog" -s boundary
says 0 "^Add none and rotation, linux-6.1's default, to see"
is '.answer.default == null and .answer.none == null'
record "$memhog" -s none,rotation --weight 0
is '.answer.best == null and .answer.stock == null'
says 1 'with --weight 0 held memory has no price'

finish
