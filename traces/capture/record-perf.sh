#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Record a trace of this machine's page allocator with perf while a command runs, then say how to import
# it. What to know of a recording stands in record.sh.
#
#   sudo ./record-perf.sh OUT COMMAND [ARGUMENT...]
#
# Writes OUT.data, OUT.perf.txt and, from /proc, what was free at the start and at the end (proc.sh).
# perf counts lost events in its own records: `--show-lost-events` puts them into the text, where the
# importer finds them. BUFFER is the size of the buffer per CPU.
set -eu
here=$(dirname "$0")
# shellcheck source=traces/capture/proc.sh
. "$here/proc.sh"

[ $# -ge 2 ] || { echo "usage: $0 OUT COMMAND [ARGUMENT...]" >&2; exit 2; }
command -v perf >/dev/null || { echo "$0: needs perf (Debian: linux-perf)" >&2; exit 1; }
out=$1
shift

proc_save "$out" start
status=0
perf record -q -a -m "${BUFFER:-16M}" -e kmem:mm_page_alloc -e kmem:mm_page_free \
	-e kmem:mm_page_free_batched -o "$out.data" -- "$@" || status=$?
proc_save "$out" end
perf script -i "$out.data" --header --show-lost-events >"$out.perf.txt"

proc_commands "$out" "$out.perf.txt" "$status" "$*" >&2
exit "$status"
