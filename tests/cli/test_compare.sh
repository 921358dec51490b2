#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every strategy on every shipped trace: what must hold whatever they do.
. "$(dirname "$0")/lib.sh"

"$bin" list strategies | sed -n 's/^\([^ ]*\) - .*/\1/p' | sort >strategies.txt
[ "$(wc -l <strategies.txt)" -ge 13 ] || fail "list strategies: $(tr '\n' ' ' <strategies.txt)"

# laws RECORD: all strategies have a row; nobody beats the bound; none gives nothing back
laws() {
	jq -r '.cells[].strategy' "$1" | sort | cmp -s - strategies.txt ||
		fail "$1: not all strategies: $(jq -c '.cells | map(.strategy)' "$1")"
	jq -e '.bound.cost_ns as $b | .cells | all(.cost_ns >= $b)' "$1" >/dev/null ||
		fail "$1: below the bound: $(jq -c '.bound, (.cells[] | [.label, .cost_ns])' "$1")"
	jq -e '.cells[] | select(.strategy == "none") | .calls == 0 and .reported_bytes == 0 and
		.discarded_bytes == 0 and .returned_bytes == 0 and .refaults == 0 and
		.marks_set == 0' "$1" >/dev/null || fail "$1: none did something"
	jq -e '.cells | all(.returned_bytes <= .discarded_bytes and
		.discarded_bytes <= .reported_bytes and
		.refault_bytes.total <= .discarded_bytes)' "$1" >/dev/null ||
		fail "$1: more came back than was given: $(jq -c '.cells[] | [.label, .reported_bytes,
			.discarded_bytes, .returned_bytes, .refault_bytes.total]' "$1")"
	jq -e '.cells | map(select(.calls > 0)) | length >= 8' "$1" >/dev/null ||
		fail "$1: hardly anybody did anything"
}

# twice NAME ARGS: two runs, the same bytes; the laws
twice() {
	local name=$1
	shift
	for run in 1 2; do
		expect 0 -- compare "$@" -s all --no-measured --no-timeline --format json -o "$name.$run.json"
	done
	cmp -s "$name.1.json" "$name.2.json" || fail "$name: two runs differ"
	laws "$name.1.json"
}

for trace in $(short_traces); do
	twice "$(basename "$trace" .cborseq.zst)" "$trace" --device model --repeat 3 --gap 10s \
		--allow-lossy
done

# On a real arena, where what is lost is seen: half a second of a compiler's life, and a program that
# touches 60 MiB and exits. The kernel's own account is the judge of the residency.
real() {
	twice "$@" --device madvise
	jq -e '.cells | all(.content_loss == 0 and .alloc_failed == 0)' "$1.1.json" >/dev/null ||
		fail "$1: content lost: $(jq -c '.cells[] | [.label, .content_loss, .alloc_failed]' "$1.1.json")"
	jq -e '.cells | all(.checks.residency | IN("exact", "within bounds"))' "$1.1.json" >/dev/null ||
		fail "$1: $(jq -c '.cells | map(.checks.residency)' "$1.1.json")"
}
expect 0 -- trace cut "$src/traces/churn_gcc.cborseq.zst" --from 6s --to 6500ms -o gcc.cborseq
real gcc gcc.cborseq --thp never --repeat 3 --gap 10s
# It ends with all in use, which then stays in use until the next round begins: nothing that anybody
# could give back, the bound neither.
jq -e '.bound.refault_bytes == 0 and .bound.held_mib_s == 0' gcc.1.json >/dev/null ||
	fail "the bound frees what is in use: $(jq -c .bound gcc.1.json)"
expect 0 -- trace gen memhog --params size=60MiB,memory=256MiB,cycles=2 -o hog.cborseq
real hog hog.cborseq --thp never
jq -e '.bound.refault_bytes == 60 * 1048576' hog.1.json >/dev/null ||
	fail "the bound: $(jq -c .bound hog.1.json)"
real hog-thp hog.cborseq --thp always

# One table for people: the answer, the guest, the head, a row each, the bound.
expect 0 -- compare gcc.cborseq -s all --device model
head -1 stdout.txt | grep -q '^gcc: ' || fail "no answer first"
sed -n '/^strategy/,$p' stdout.txt | sed 1,3d | awk '{print $1}' | head -n "$(wc -l <strategies.txt)" | sort |
	cmp -s - strategies.txt || fail "not one row each: $(cat stdout.txt)"
grep -q '^bound ' stdout.txt || fail "no bound in the table"
finish
