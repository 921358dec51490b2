# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What /proc says of free memory at the start and at the end of a recording, and the commands that use
# it. Sourced by record.sh and its twins.
#
#   OUT.buddyinfo.start .zoneinfo.start .pagetypeinfo.start .vmstat.start, the same with .end
#   OUT.kpageflags.start.gz .kpagecount.start.gz, the same with .end: 8 bytes a page, a second or
#   two per 16 GiB; KPAGEFLAGS=0 leaves them out. They say what each page is, and hold no content.

# proc_save OUT start|end: what changes fastest is read closest to the recording.
proc_save() {
	[ "$2" = start ] || proc_save_text "$1" "$2"
	if [ "${KPAGEFLAGS:-1}" != 0 ]; then
		for f in kpageflags kpagecount; do
			# shellcheck disable=SC2002
			[ ! -r "/proc/$f" ] || cat "/proc/$f" | gzip -1 >"$1.$f.$2.gz"
		done
	fi
	[ "$2" = end ] || proc_save_text "$1" "$2"
}

proc_save_text() {
	for f in zoneinfo pagetypeinfo vmstat buddyinfo; do
		[ ! -r "/proc/$f" ] || cat "/proc/$f" >"$1.$f.$2"
	done
}

# proc_exact start|end: with the module of oracle/ loaded, the allocator's exact state, and the time it is of
pa_oracle=/proc/pa_oracle
proc_exact() {
	[ ! -w "$pa_oracle" ] || echo "dump trace_$1" >"$pa_oracle"
}

# proc_exact_save OUT: both, as OUT.state.txt
proc_exact_save() {
	[ ! -r "$pa_oracle" ] || cat "$pa_oracle" >"$1.state.txt"
}

# proc_commands OUT TEXT STATUS COMMAND: what was recorded, how to import the recording TEXT, and how to
# start where the machine was
proc_commands() {
	events=$(grep -c mm_page "$2" || true)
	echo "recorded ${events:-0} events on $(uname -r), exit status $3"
	[ "${events:-0}" != 0 ] || return 0
	files="$1.buddyinfo.start $1.zoneinfo.start"
	[ ! -s "$1.pagetypeinfo.start" ] || files="$files $1.pagetypeinfo.start"
	flags=
	for f in kpageflags kpagecount; do
		[ ! -s "$1.$f.start.gz" ] || flags="$flags --$f $1.$f.start.gz"
	done
	echo "buddysim state info $files"
	echo "buddysim state import $files$flags --kernel $(uname -r) -o $1.state"
	echo "buddysim trace import $2 -o $1.cborseq.zst --state $1.state" \
		"--comment '$4 on Linux $(uname -r)'"
	echo "buddysim compare $1.cborseq.zst -s none,rotation --state $1.state --device model"
	echo "buddysim run $1.cborseq.zst -s none --state $1.state --device null --dump-state $1.end.state"
	echo "buddysim state diff $1.end.state $1.buddyinfo.end   # where the replay ends, where the machine did"
}
