#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Record a trace of this machine's page allocator while a command runs, then say how to import it.
#
#   sudo ./record.sh OUT COMMAND [ARGUMENT...]
#
# Writes OUT.ftrace.txt and, from /proc, what was free at the start and at the end (proc.sh). It uses
# tracefs alone: no package is needed. record-perf.sh and record-trace-cmd.sh do the same with perf and
# with trace-cmd.
#
# What to know:
# - It sees every page that any program on the machine allocates, and the names of the programs. It
#   sees no content of memory. Look at the text before you give it away.
# - The whole machine is traced: keep it quiet otherwise.
# - The buffer (BUFFER_KB, per CPU) must hold it all: a parallel compile on two CPUs made 33 thousand
#   events in 0.17 s. When it is too small, old events are overwritten: the text's first lines say how
#   many were written and how many are left, the importer counts the difference, and trust drops.
# - Memory that was in use before appears only when it is freed. What was in use, and how fragmented
#   memory was, is in the files from /proc: `buddysim state import` makes a start state of them.
# - Note what /sys/kernel/mm/transparent_hugepage/enabled says: it decides the orders.
set -eu
here=$(dirname "$0")
# shellcheck source=traces/capture/proc.sh
. "$here/proc.sh"

[ $# -ge 2 ] || { echo "usage: $0 OUT COMMAND [ARGUMENT...]" >&2; exit 2; }
out=$1
shift
buffer_kb=${BUFFER_KB:-65536}

t=/sys/kernel/tracing
[ -d "$t/events" ] || t=/sys/kernel/debug/tracing
[ -w "$t/tracing_on" ] || { echo "$0: no access to tracefs: be root, or mount it" >&2; exit 1; }
[ -d "$t/events/kmem/mm_page_alloc" ] || { echo "$0: this kernel has no kmem events" >&2; exit 1; }

# An instance of our own: whatever else traces is left alone.
i=$t/instances/buddysim.$$
mkdir "$i"
cleanup() {
	echo 0 >"$i/tracing_on"
	for e in mm_page_alloc mm_page_free mm_page_free_batched; do
		echo 0 >"$i/events/kmem/$e/enable"
	done
	rmdir "$i"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

echo 0 >"$i/tracing_on"
echo "$buffer_kb" >"$i/buffer_size_kb"
echo mono >"$i/trace_clock"
for e in mm_page_alloc mm_page_free mm_page_free_batched; do
	echo 1 >"$i/events/kmem/$e/enable"
done

proc_save "$out" start
echo 1 >"$i/tracing_on"
proc_exact start
status=0
"$@" || status=$?
proc_exact end
echo 0 >"$i/tracing_on"
proc_save "$out" end
cat "$i/trace" >"$out.ftrace.txt"
proc_exact_save "$out"

proc_commands "$out" "$out.ftrace.txt" "$status" "$*" >&2
exit "$status"
