#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# buddysim trace export: what other programs read, and what comes back from it.
. "$(dirname "$0")/lib.sh"

# All requests of a trace, in its order; parts of blocks, and several CPUs.
expect 0 -- trace export "$src/traces/host_gcc.cborseq.zst" -o host.ops
[ "$(grep -c '^a ' host.ops) $(grep -c '^f ' host.ops)" = "21756 21396" ] || fail "operations: $(head -n 3 host.ops)"
[ "$(head -n 1 host.ops)" = "# buddysim operations 1 cpus=2 ids=21756 events=43152 peak=12774" ] || fail "$(head -n 1 host.ops)"
"$bin" trace export "$src/traces/host_gcc.cborseq.zst" | cmp -s - host.ops || fail "standard output is another file"

# To LLFree and back: the same events, and nothing is doubtful.
for trace in churn_gcc host_gcc; do
	expect 0 -- trace export "$src/traces/$trace.cborseq.zst" --to llfree -o there.llfree
	expect 0 -- trace import there.llfree -o back.cborseq.zst --memory 24GiB
	[ "$("$bin" trace info back.cborseq.zst --format json | jq -r '"\(.events) \(.trust_e4)"')" = \
		"$("$bin" trace info "$src/traces/$trace.cborseq.zst" --format json | jq -r '"\(.events) 10000"')" ] ||
		fail "$trace: other events: $(cat stdout.txt)"
	expect 0 -- trace export back.cborseq.zst --to llfree -o again.llfree
	cmp -s there.llfree again.llfree || fail "$trace: LLFree's file differs"
	# Of two CPUs what happened in one microsecond may come in another order.
	[ $trace = host_gcc ] || "$bin" trace export back.cborseq.zst | sed 1d | cmp -s - <("$bin" trace export "$src/traces/$trace.cborseq.zst" | sed 1d) ||
		fail "$trace: other requests"
done

expect 2 -- trace export "$src/traces/host_gcc.cborseq.zst" --to perf
grep -q 'known: operations, llfree' stderr.txt || fail "$(cat stderr.txt)"
expect 2 -- trace export
expect 2 -- trace export a b
"$bin" trace gen memhog --params size=8MiB,cycles=1 -o gen.cborseq >/dev/null
expect 3 -- trace export gen.cborseq --to llfree -o none.llfree
[ ! -e none.llfree ] || fail "a file of an export that was refused"

finish
