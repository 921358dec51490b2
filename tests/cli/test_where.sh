#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where results end up: a folder per trace, nothing lost on a full stdout, nothing whole replaced by a part.
. "$(dirname "$0")/lib.sh"
export BUDDYSIM_PLOTS=$src/plots

# --- stdout that takes nothing: every verb says so, once, status 4 ---
mkdir ops
printf 'pages 1024\n' >ops/a.txt
expect 0 -- trace gen memhog --params size=64MiB,cycles=2 -o a.x.cborseq
full() {
	"$bin" "$@" >/dev/full 2>stderr.txt </dev/null
	[ $? -eq 4 ] || fail "$*: a full stdout is not status 4: $(cat stderr.txt)"
	[ "$(grep -c '^buddysim: standard output: .*No space left on device' stderr.txt)" -eq 1 ] ||
		fail "$*: not one line: $(cat stderr.txt)"
}
full --help
full --version
full compare --help
full list --help
for topic in strategies devices workloads experiments metrics kernels options; do
	full list $topic
done
full compare a.x.cborseq -s none -d null
full compare a.x.cborseq -s none -d null --format json
full compare a.x.cborseq -s none -d null --format csv
full run a.x.cborseq -s none -d null
full run a.x.cborseq --print-config
full trace info a.x.cborseq
full bench memory -s none
full bench allocator --quick
full verify "$src/tests/oracle/data/memhog_thp.state.txt.gz"

# --- a folder per trace ---
mkdir sub
cp a.x.cborseq a.y.cborseq
cp a.x.cborseq sub/a.x.cborseq
if command -v gnuplot >/dev/null; then
	expect 0 -- compare a.x.cborseq a.y.cborseq sub/a.x.cborseq -s none,rotation -d null \
		--plots deep/er --no-measured
	for name in a.x a.y a.x-2; do
		[ -s deep/er/$name/record.json ] || fail "no record for $name: $(ls -R deep)"
		[ -s deep/er/$name/resident.svg ] || fail "no picture for $name"
	done
	[ "$(jq -r .trace.name deep/er/a.y/record.json)" = a.y.cborseq ] || fail "a.y has another's record"
	[ "$(ls deep/er | wc -l)" = 3 ] || fail "folders: $(ls deep/er)"
	expect 0 -- compare a.x.cborseq -s none -d null --plots alone
	[ -s alone/record.json ] || fail "one trace: not in the folder itself"
fi

# --- interrupted: a record that is there stays, what is whole goes beside it ---
# A strategy that presses Ctrl-C when its turn comes: the row before it is whole.
cat >ctrl_c.c <<'END'
#include <buddysim/report.h>
#include <signal.h>
static int start(struct bs_report_ctx *rc)
{
	(void)rc;
	return raise(SIGINT);
}
const struct bs_strategy bs_strategy = {.name = "ctrl-c", .summary = "s", .origin = "o",
	.abi = BS_STRATEGY_ABI, .caps = BS_CAP_NO_WORKER, .start = start};
END
cc -Wall -Werror -shared -fPIC -I"$src/include" -o ctrl_c.so ctrl_c.c || fail "ctrl_c.c"
echo '{"good": true}' >good.json
expect 130 "good.json is left as it was" -- compare a.x.cborseq -s none -s ./ctrl_c.so -d null --jobs 1 \
	--format json -o good.json --plots pictures
[ "$(cat good.json)" = '{"good": true}' ] || fail "a good record was replaced by a part of one"
[ "$(jq -c '[.partial, (.cells | length)]' good.json.partial)" = '[true,1]' ] || fail "no part of it"
[ -z "$(ls pictures)" ] || fail "pictures of a part: $(ls pictures)"
expect 130 -- compare a.x.cborseq -s none -s ./ctrl_c.so -d null --jobs 1 --format json -o new.json
[ "$(jq -c '[.partial, (.cells | length)]' new.json)" = '[true,1]' ] || fail "new.json"
expect 130 -- compare a.x.cborseq -s ./ctrl_c.so -d null --format json -o none.json
[ ! -e none.json ] || fail "a record of no rows was written"
expect 130 -- compare a.x.cborseq a.y.cborseq -s none -s ./ctrl_c.so -d null --jobs 1 --format json
[ "$(jq -s length stdout.txt)" = 1 ] || fail "another trace was begun"
expect 0 -- trace gen churn --params events=300000,live=20000,memory=2GiB -o long.cborseq

interrupt() { # SECONDS ARGS...: SIGINT after so long
	env --default-signal=INT "$bin" "${@:2}" >stdout.txt 2>stderr.txt </dev/null &
	local pid=$!
	sleep "$1"
	kill -INT $pid 2>/dev/null
	wait $pid
	status=$?
}
rm good.json.partial
interrupt 1 compare long.cborseq -s none -d null --repeat 100000 --format json -o good.json
[ $status -eq 130 ] || fail "interrupted: status $status: $(cat stderr.txt)"
[ "$(cat good.json)" = '{"good": true}' ] || fail "a good record was replaced by one of no rows"
[ ! -e good.json.partial ] || fail "a record of no rows was written"
interrupt 1 compare long.cborseq -s none -d null --repeat 100000 --format json
[ $status -eq 130 ] || fail "interrupted: status $status: $(cat stderr.txt)"
[ ! -s stdout.txt ] || fail "a record of no rows was printed"

# What a strategy is called may be any bytes.
cc -Wall -Werror -shared -fPIC -I"$src/include" -o $'b\xff.so' "$src/tests/plugin/mine.c" || fail "mine.c"
expect 0 -- bench memory -s $'./b\xff.so' --format json
[ "$(jq -r '.strategies[0].strategy' stdout.txt)" = './b\xff.so' ] || fail "$(head -9 stdout.txt)"

# A benchmark takes its trace with it.
mkdir traces
TMPDIR=$PWD/traces interrupt 1 bench replay --runs 64
[ $status -eq 130 ] || fail "bench: status $status: $(cat stderr.txt)"
[ -z "$(ls -A traces)" ] || fail "bench left $(ls -A traces)"
finish
