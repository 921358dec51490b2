#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# live_kernel.sh BUDDYSIM SOURCE SCRATCH: a trace's requests, and a log's, in a live kernel under QEMU, page by page.
# Of a kernel that traces/capture/oracle has fetched before ($JUDGE_CACHE, $JUDGE_KERNEL); else skipped (77).
. "$(dirname "$0")/../cli/lib.sh"
cache=${JUDGE_CACHE:-$HOME/.cache/buddysim-capture}
kernel=$(find "$cache" -maxdepth 1 -name "kernel-${JUDGE_KERNEL:-}*" 2>/dev/null | sort -V | tail -n 1)
command -v qemu-system-x86_64 >/dev/null || exit 77
[ -n "$kernel" ] || exit 77
judge() { "$src/traces/capture/oracle/run" --kernel "${kernel##*/kernel-}" --cache "$cache" --out out --buddysim "$bin" "$@"; }

judge --ops "$src/traces/churn_gcc.cborseq.zst" --ops "$src/tests/judges/data/head-for-tail.txt.gz" >log.txt 2>&1 ||
	fail "$(cat log.txt)"
grep -q ' 42048 operations    25232 pfns  exact$' log.txt || fail "the trace: $(cat log.txt)"
grep -qE '^ops_head-for-tail.txt.gz .* 200 operations +100 pfns  exact$' log.txt || fail "the log: $(cat log.txt)"
# Another allocator is told from it.
judge --ops "$src/tests/judges/data/head-for-tail.txt.gz" --policy address-ordered >log.txt 2>&1
[ $? -eq 3 ] || fail "another policy: $(cat log.txt)"
grep -q ' of 100 pages are the same ' log.txt || fail "how much agrees: $(cat log.txt)"

finish
