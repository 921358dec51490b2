#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Record a trace of this machine's page allocator with trace-cmd while a command runs, then say how to
# import it. What to know of a recording stands in record.sh.
#
#   sudo ./record-trace-cmd.sh OUT COMMAND [ARGUMENT...]
#
# Writes OUT.dat, OUT.trace-cmd.txt and, from /proc, what was free at the start and at the end (proc.sh).
set -eu
here=$(dirname "$0")
# shellcheck source=traces/capture/proc.sh
. "$here/proc.sh"

[ $# -ge 2 ] || { echo "usage: $0 OUT COMMAND [ARGUMENT...]" >&2; exit 2; }
command -v trace-cmd >/dev/null || { echo "$0: needs trace-cmd" >&2; exit 1; }
out=$1
shift

proc_save "$out" start
status=0
trace-cmd record -q -C mono -b "${BUFFER_KB:-65536}" -e kmem:mm_page_alloc -e kmem:mm_page_free \
	-e kmem:mm_page_free_batched -o "$out.dat" "$@" || status=$?
proc_save "$out" end
trace-cmd report -i "$out.dat" >"$out.trace-cmd.txt"

proc_commands "$out" "$out.trace-cmd.txt" "$status" "$*" >&2
exit "$status"
