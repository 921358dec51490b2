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

# What was computed is not lost with the file it was to be in: it comes out where it can.
expect 0 -- trace gen memhog --params size=64MiB,cycles=2 -o t.cborseq
{ (ulimit -f 4; "$bin" compare t.cborseq -s none,rotation -d model -q --format json -o lost.json 2>&3 </dev/null; echo $? >&4) |
	cat >salvaged.json; } 3>&1 4>&1 | cat >err.txt
grep -qx 4 err.txt || fail "not status 4: $(cat err.txt)"
grep -q "lost.json.*File too large" err.txt || fail "the cause is not said: $(cat err.txt)"
grep -q "follows on standard output" err.txt || fail "nobody says where it is: $(cat err.txt)"
[ "$(jq '.cells | length' salvaged.json)" = 2 ] || fail "the record is lost: $(head -c 300 salvaged.json)"
[ ! -e lost.json ] || fail "a record in part"
# ... nor with pictures that cannot be drawn.
mkdir -p broken
printf '#!/bin/sh\nexit 1\n' >broken/gnuplot
chmod +x broken/gnuplot
PATH=$PWD/broken:$PATH expect 4 gnuplot "warning: the record is in pictures all the same" -- \
	compare t.cborseq -s none,rotation -d model --plots pictures
[ "$(jq '.cells | length' pictures/record.json)" = 2 ] || fail "the record is lost: $(ls -A pictures)"

# Too little room is found before anything runs. (Who may not mount skips that.)
mkdir small
if unshare -m mount -t tmpfs -o size=64k none small 2>/dev/null; then
	for args in "--format json -o small/x.json" "--plots small"; do
		unshare -m sh -c 'mount -t tmpfs -o size=64k none small && exec timeout 60 "$@"' sh \
			"$bin" compare t.cborseq -s none,rotation -d null --repeat 100000 --gap 1s $args \
			>stdout.txt 2>err.txt </dev/null
		status=$?
		told "and there is room for 64 KiB"
	done
fi
# As nobody in particular, a folder of somebody else's cannot be written to.
mkdir -p theirs
chmod 755 theirs
if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 --clear-groups test -x "$bin" 2>/dev/null; then
	for args in "-o theirs/x" "--dump-state theirs/x" "--plots theirs/p"; do
		setpriv --reuid 65534 --clear-groups timeout 60 "$bin" compare t.cborseq -s none -d null \
			--repeat 100000 --gap 1s $args >stdout.txt 2>err.txt </dev/null
		status=$?
		told "Permission denied"
	done
fi

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
