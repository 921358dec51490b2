#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# advise: names the setting that is right for a load whose right answer is known, within limits or says
# that none is; says the same for any number of jobs.
. "$(dirname "$0")/lib.sh"

has() { tr -s '\n ' '  ' <stdout.txt | grep -qF -- "$1" || fail "stdout lacks \"$1\": $(cat stdout.txt)"; }
hasnt() { ! tr -s '\n ' '  ' <stdout.txt | grep -qF -- "$1" || fail "stdout has \"$1\": $(cat stdout.txt)"; }
is() { jq -e "$1" stdout.txt >/dev/null || fail "not so: $1: $(head -c 3000 stdout.txt)"; }

# 1 MiB stripes come free between those in use: order 9 gives nothing back, order 8 all of it.
expect 0 -- trace gen stripe --params size=64MiB,hold=1s -o stripe.cborseq
expect 0 -- advise stripe.cborseq --thp never --stock
has 'Choose rotation:order=8: '
has 'free-page-reporting=on'
has 'page_reporting_order'
has 'thp=never'
has 'costs default, weight 100 us per MiB.s'
! grep -q ' $' stdout.txt || fail "blanks at a line's end: $(cat stdout.txt)"
# On huge pages a part of one that is in use comes back to nobody: a small order is a trap.
expect 0 -- advise stripe.cborseq --thp always
has 'Choose none (let nothing be reported): '
hasnt 'order=0'

# All strategies, with their other parameters; the same bytes for any number of jobs, in every format.
for format in text json csv tsv markdown; do
	expect 0 -- advise stripe.cborseq --thp never --format $format --jobs 1
	mv stdout.txt one.txt
	expect 0 -- advise stripe.cborseq --thp never --format $format --jobs 2
	cmp one.txt stdout.txt || fail "jobs: $format"
	cp stdout.txt all.$format
done
cp all.json stdout.txt
is '.schema == "buddysim-advice-1" and (.cells | length > 100) and .choice.within_limits'
is '.choice.label as $l | .cells | map(select(.label == $l)) | length == 1'
# it is the cheapest one, but for ties; and what the load cannot tell is tried, and not named
is '(.choice.label as $l | .cells[] | select(.label == $l)) as $c |
	all(.cells[] | select(.finished and .allowed); .cost_ns * 1.01 >= $c.cost_ns)'
is 'any(.cells[]; .delay_too_long) and (.length.delays_too_long_ns | index(2000000000) != null)'
is '.choice.label as $l | .cells[] | select(.label == $l) | .delay_too_long | not'
# the front is who is not beaten in both
is '[.cells[] | select(.finished)] as $all | .front as $f | all($all[] | select(.label as $l | $f | index($l));
	. as $c | all($all[]; .held_mib_s >= $c.held_mib_s or .stall_ns >= $c.stall_ns))'
is '[.cells[].label] | length == (unique | length)'
is '.choice.half_weight.weight_ns_per_mib_s == 50000 and .choice.other_seed.seed == 2'
is 'all(.cells[]; .strategy != "clairvoyant")'
cells=$(jq '.cells | length' all.json)
[ "$(wc -l <all.csv)" = $((cells + 1)) ] || fail "csv: not $cells rows"
awk -F '\t' -v n="$(head -1 all.tsv | awk -F '\t' '{ print NF }')" 'NF != n { exit 1 }' all.tsv || fail "tsv: ragged"
# The figures are those of compare, alone or in company.
label=$(jq -r .choice.label all.json)
expect 0 -- compare stripe.cborseq -d model --thp never -s "$label" --format json
want=$(jq '.cells[0] | [.held_mib_s, .guest_stall_ns.total, .host_ns, .calls]' stdout.txt)
got=$(jq '.choice.label as $l | .cells[] | select(.label == $l) | [.held_mib_s, .stall_ns, .host_ns, .calls]' all.json)
[ "$want" = "$got" ] || fail "$label: $got, and alone $want"

# Of stock nothing else is named, or shown as if it were.
expect 0 -- advise stripe.cborseq --thp never --stock --format json
is 'all(.cells[]; .stock) and (.cells | map(.strategy) | unique - ["balloon", "none", "rotation", "virtio-mem"] == [])'
is 'all(.cells[] | select(.strategy == "rotation"); .params | contains("delay=2s"))'
expect 0 -- advise stripe.cborseq --thp never --stock --kernel linux-5.4 --format json
is '.kernel == "linux-5.4" and .choice.label != "rotation:order=8"'

# Limits: kept, or status 1 and what comes closest. A first touch blocks, too.
expect 0 -- advise stripe.cborseq --thp never --max-held 1MiB --format json
is '.choice.label as $l | .cells[] | select(.label == $l) | .mean_held_bytes <= 1048576'
expect 1 -- advise stripe.cborseq --thp never --stock --max-stall 1ms/min
has 'Nothing that was tried keeps to at most 1.00 ms of stall per minute; '
expect 1 -- advise stripe.cborseq --thp never --stock --max-held 0
has 'rotation:order=8 comes closest: '

# Several traces and kernels: one value of JSON, one table of CSV; text one after the other.
expect 0 -- advise stripe.cborseq stripe.cborseq -s none --kernel linux-6.1 --kernel linux-6.12 --format json
is '[.[] | .kernel] == ["linux-6.1", "linux-6.12", "linux-6.1", "linux-6.12"]'
expect 0 -- advise stripe.cborseq -s none --kernel linux-6.1:boot_pos=head,merge_guard=retype,linux-6.12 --format json
is '[.[] | .kernel] | length == 2 and .[1] == "linux-6.12"'
expect 0 -- advise stripe.cborseq stripe.cborseq -s none --format csv
[ "$(grep -c ^trace, stdout.txt)" = 1 ] && [ "$(wc -l <stdout.txt)" = 3 ] || fail "csv: $(cat stdout.txt)"
# What a user says of a parameter stays; the base is always there.
expect 0 -- advise stripe.cborseq --thp never -s rotation:order=7,delay=100ms --format json
is 'all(.cells[]; .label == "none" or (.label | startswith("rotation:order=7,delay=100ms")))'
is '.choice.compared_with == "none"'
# A weight of its own, which its half and double follow.
expect 0 -- advise stripe.cborseq -s none,rotation --weight 1ms
has 'weight 1.00 ms per MiB.s'
# How long it should be: five times the longest delay.
expect 0 -- advise stripe.cborseq -s none,rotation:delay=10s
has '10.0 s, needs 50.0 s (--repeat 34)'
expect 0 -- advise stripe.cborseq -s none,rotation:delay=10s --repeat 34
has 'long enough to tell'

# The manual's example is what comes out.
(cd "$src" && "$bin" advise traces/memhog_thp.cborseq.zst --repeat 6 --gap 2s) >now.txt || fail "README's command"
awk '/^build.release.buddysim advise / { there = 1 } there && /^traces/ { on = 1 } on && /^```/ { exit } on' \
	"$src/README.md" | cmp - now.txt || fail "README shows something else: $(cat now.txt)"

# Interrupted: nothing half-done is printed.
expect 0 -- trace gen churn --params events=300000,live=20000 -o churn.cborseq
"$bin" advise churn.cborseq -o late.txt >stdout.txt 2>stderr.txt &
sleep 1
kill -INT $!
wait $!
[ $? = 130 ] && [ ! -e late.txt ] || fail "interrupted: $(cat stderr.txt)"

# Into a file, whole or not at all.
expect 0 -- advise stripe.cborseq -s none -o out.txt
[ -s out.txt ] && [ ! -s stdout.txt ] || fail "--output"
expect 4 'cannot write' -- advise stripe.cborseq -s none -o nowhere/out.txt
if [ -w /dev/full ]; then
	expect 4 'No space left' 'follows on standard output' -- advise stripe.cborseq -s none -o /dev/full
	has 'Choose none'
fi

# Record and pictures of what the table shows, and the advice, a folder for each kernel.
if command -v gnuplot >/dev/null; then
	BUDDYSIM_PLOTS=$src/plots expect 0 'advice, record and pictures: out/linux-6.12' -- \
		advise stripe.cborseq --thp never --stock --kernel linux-6.1 --kernel linux-6.12 --plots out
	for f in out/linux-6.1/record.json out/linux-6.12/advice.json out/linux-6.12/advice.tsv; do
		[ -s "$f" ] || fail "no $f"
	done
	ls out/linux-6.1/cost*.svg >/dev/null || fail "no picture: $(ls out/linux-6.1)"
	want=$(jq -c '.shown | sort' out/linux-6.1/advice.json)
	got=$(jq -c '[.cells[].label] | sort' out/linux-6.1/record.json)
	[ "$want" = "$got" ] || fail "shown: $want, in the record: $got"
fi

# What makes no sense is refused before anything runs.
expect 2 'no trace given' -- advise
expect 2 'did you mean "rotation"?' -- advise stripe.cborseq -s rotatoin
expect 2 'knows the trace' -- advise stripe.cborseq -s clairvoyant
expect 2 'no unpatched kernel offers it' -- advise stripe.cborseq -s hypercall --stock
expect 2 'say 100ms/min' -- advise stripe.cborseq --max-stall 100ms
expect 2 'say 5s or 5ns' -- advise stripe.cborseq --max-stall 5/min
expect 2 '--max-held' -- advise stripe.cborseq --max-held many
expect 2 'use one that has none, as model' -- advise stripe.cborseq -d madvise
expect 2 'nothing is worth giving back' -- advise stripe.cborseq --weight 0
expect 2 'linux-6.1' -- advise stripe.cborseq --kernel linux-6.2
expect 2 'is there already' -- advise stripe.cborseq --kernel linux-6.1 --kernel linux-6.1
expect 2 'decided by --state' -- advise stripe.cborseq --kernel linux-6.1 --state x
expect 2 -- advise stripe.cborseq --touch none
expect 2 'takes one trace and one kernel' -- advise stripe.cborseq stripe.cborseq -o out.txt
expect 3 'cannot open' -- advise nowhere.cborseq
# A guest that is too small for the load.
expect 3 'no setting did all that the trace asks for' -- advise stripe.cborseq -s none --memory 32MiB
finish
