#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Output that cannot be written: said with its cause, the old file kept, nothing left behind.
. "$(dirname "$0")/lib.sh"

# told TEXT: the error of the last command, in err.txt, is one line, status 4
told() {
	[ "$status" -eq 4 ] || fail "status $status, not 4: $(cat err.txt)"
	grep -qF -- "$1" err.txt || fail "stderr lacks \"$1\": $(cat err.txt)"
	[ "$(grep -c '^buddysim' err.txt)" -eq 1 ] || fail "not one line: $(cat err.txt)"
}

# A full disk is called that by everybody who prints.
"$bin" experiment stall -s none >/dev/full 2>err.txt </dev/null
status=$?
told "No space left on device"
"$bin" calibrate --rounds 1 >/dev/full 2>err.txt </dev/null
status=$?
told "No space left on device"
"$bin" trace gen churn --params events=20000 -o /dev/full 2>err.txt </dev/null
status=$?
told "No space left on device"

# Beyond the limit of file sizes nobody is killed, and what was there before is there still.
# (stdout and stderr are pipes here, or the limit would be theirs, too.)
limited() {
	{ (ulimit -f 0; "$bin" "$@" </dev/null 2>&1 >/dev/null); echo "status $?"; } | cat >err.txt
	status=$(sed -n 's/^status //p' err.txt)
	sed -i '/^status /d' err.txt
}
expect 0 -- calibrate --rounds 1 -o costs.json
cp costs.json before.json
limited calibrate --rounds 1 -o costs.json
told "File too large"
cmp -s costs.json before.json || fail "calibrate -o destroyed the old preset"
limited trace gen churn --params events=20000 -o gen.cborseq
told "ulimit -f"
[ ! -e gen.cborseq ] || fail "a trace in part"

# Killed in the middle, it leaves nothing.
for signal in INT TERM KILL; do
	# (In the background SIGINT is ignored unless somebody says otherwise.)
	env --default-signal=INT "$bin" trace gen churn --params events=1000000000 -o killed.cborseq >/dev/null 2>&1 </dev/null &
	pid=$!
	sleep 0.5
	kill -0 $pid 2>/dev/null || fail "done too soon to be killed"
	kill -$signal $pid
	wait $pid 2>/dev/null
	[ -z "$(ls -A | grep killed)" ] || fail "SIG$signal: left $(ls -A | grep killed)"
done
finish
