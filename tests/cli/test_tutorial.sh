#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each command of traces/TUTORIAL.md, in its order, in a folder that has what the source tree has; then the
# steps of the workflow in examples/, as a CI system would run them.
. "$(dirname "$0")/lib.sh"
ln -s "$src"/{traces,tests,src,include,plots,examples} .
mkdir bin
ln -s "$bin" bin/buddysim
export PATH=$PWD/bin:$PATH

# Numbered files, one for each block that is to be run; behind "sh" may stand a package that it needs.
awk '/^```sh/ { on = 1; n++; file = sprintf("block-%02d", n); print "# " $2 >file; next }
	/^```/ { on = 0 }
	on { print >file }' "$src/traces/TUTORIAL.md"
set -- block-*
[ $# -ge 12 ] || fail "only $# blocks to run"
for block; do
	needs=$(sed -n '1s/^# //p' "$block")
	if [ -n "$needs" ] && ! dpkg-query -W "$needs" >/dev/null 2>&1; then
		echo "not run, needs $needs: $(sed -n 2p "$block")"
		continue
	fi
	bash -euo pipefail "$block" >stdout.txt 2>stderr.txt </dev/null ||
		fail "$(cat "$block") fails: $(tail -n 5 stderr.txt)"
done
for f in out/first/resident.svg out/sweep.sqlite mine.xml; do
	[ -s "$f" ] || fail "no $f"
done

# ---- The workflow -------------------------------------------------------------------------------
# The steps named "compare" and "advise", with a strategy that changed.
workflow=$src/examples/github-workflow.yml
step() { # NAME: its lines
	awk -v name="$1" '$0 ~ "- name: " name "$" { on = 1; next } on && /^      - / { exit }
		on && /^          / { print substr($0, 11) }' "$workflow"
}
"$bin" trace gen memhog --params size=64MiB,cycles=2,hold=1s,pause=8s -o my.cborseq.zst >/dev/null 2>&1
cp mine.so before.so
export GITHUB_STEP_SUMMARY=$PWD/summary.md
for name in compare advise; do
	[ "$(step $name | grep -c '^buddysim ')" -ge 1 ] || fail "no step $name"
	bash -euo pipefail <(step $name) >stdout.txt 2>stderr.txt || fail "workflow, $name: $(tail -n 5 stderr.txt)"
done
grep -q 'Choose' summary.md || fail "no advice: $(cat summary.md)"
# A strategy that got worse ends it: this one reports nothing.
printf '%s\n' '#include <buddysim/report.h>' 'static int pass(struct bs_report_ctx *rc, int cpu) { (void)rc; (void)cpu; return 0; }' \
	'const struct bs_strategy bs_strategy = {.name = "mine", .summary = "idle", .origin = "test", .abi = BS_STRATEGY_ABI, .pass = pass};' >idle.c
cc -shared -fPIC -Iinclude -o mine.so idle.c || fail "idle.c"
bash -euo pipefail <(step compare) >stdout.txt 2>stderr.txt
[ $? -eq 1 ] || fail "a worse strategy passes: $(tail -n 5 stdout.txt)"
finish
