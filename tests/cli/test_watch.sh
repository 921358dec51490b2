#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --watch: what is on the terminal, what each key does, that the record is the same and the terminal is
# given back. Refused where there is no terminal.
. "$(dirname "$0")/lib.sh"

expect 0 -- trace gen memhog --params size=32MiB,cycles=3 -o t.cborseq

# No terminal at all, whatever this test was started from.
setsid -w "$bin" compare t.cborseq -s none --watch >stdout.txt 2>stderr.txt </dev/null
[ $? -eq 2 ] || fail "without a terminal: not status 2"
grep -qF -- '--watch: needs a terminal, and there is none; leave it out' stderr.txt || fail "$(cat stderr.txt)"
[ ! -s stdout.txt ] || fail "without a terminal something was printed"
expect 0 '--jobs: --watch looks at one cell at a time' '--watch: --print-config runs nothing' \
	-- compare t.cborseq -s none,rotation --watch -j 2 --print-config
expect 0 '--quiet: --watch is to see how it goes' -- run t.cborseq --watch --quiet --print-config

python=
for p in python3 /usr/bin/python3; do
	! $p -c 'import pyte' 2>/dev/null || { python=$p; break; }
done
if [ -z "$python" ]; then
	[ "$failures" -eq 0 ] || exit 1
	echo "needs the package python3-pyte"
	exit 77
fi
"$python" "$src/tests/cli/watch.py" "$bin" t.cborseq "$src" || fail "watch.py"
finish
