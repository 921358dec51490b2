#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One sweep, run five times: in one piece; by one job and by two, killed three times each; by GNU parallel over
# ssh, all of it killed three times; by a Slurm cluster, whose nodes are killed. Wherever and however it was
# run, the merges have the same bytes. Printed: their sha256, when it was killed, how long it took (with what
# waiting for a dead node takes), and what a cell costs beyond its own run.
#
#   tests/engine/two_thousand.sh PROGRAM SOURCES SCRATCH [CELLS]	2000, or 60 of one small trace
#
# As root; RANDOM_SEED repeats a run's moments. With 2,000 cells this is not one of CI's tests:
#   ctest --test-dir build/release -L engine-long --verbose
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../cli/lib.sh"
. "$src/tests/engine/hosts.sh"
cells=${4:-2000}
RANDOM_SEED=${RANDOM_SEED:-$RANDOM}
RANDOM=$RANDOM_SEED
since=$SECONDS

if [ "$cells" -eq 2000 ]; then
	expect 0 -- trace gen memhog --params size=64MiB,cycles=4 -o a.cborseq
	grid=(a.cborseq "$src"/traces/{churn_gcc,host_gcc,memhog_thp}.cborseq.zst
		-s 'none,boundary,balloon,rotation:order=0..10,delay=100ms|2s'
		--kernel linux-6.1,linux-6.12 --seed 1..10 --device model --allow-lossy)
else
	expect 0 -- trace gen memhog --params size=16MiB,cycles=20,order=0 -o a.cborseq
	grid=(a.cborseq -s 'none,rotation:order=0..10' --seed 1..5 --repeat 2 --device model)
fi

plan() { # NAME
	expect 0 -- sweep plan "${grid[@]}" -o "$1"
	grep -q "^$cells cells: " stdout.txt || fail "not $cells cells: $(cat stdout.txt)"
}
done_of() { "$bin" sweep status "$1" --format json | jq -r '"\(.done) of \(.cells) cells"'; }
merged() { # NAME: the same as the one that nobody killed
	expect 0 -- sweep status "$1" --format json
	jq -e ".done == $cells and .failed == 0" stdout.txt >/dev/null || fail "$1: $(cat stdout.txt)"
	expect 0 -- sweep merge "$1" -o "$1.json"
	expect 0 -- sweep merge "$1" -o "$1.sqlite"
	cmp whole.json "$1.json" || fail "$1: another merge"
	cmp whole.sqlite "$1.sqlite" || fail "$1: another merge to SQLite"
	echo "$(sha256sum <"$1.json" | cut -d' ' -f1)  $1: $2, after $((SECONDS - since)) s"
	since=$SECONDS
}
# Somewhere in the first part of what the whole took: three of them do not come to its end.
moment() { awk -v ms="$whole_ms" -v r=$RANDOM 'BEGIN { printf "%.3f", 0.02 + ms / 1000 * 0.28 * r / 32768 }'; }
now_ms() { date +%s%3N; }
# All that has to do with a folder, wherever it was started from.
end_all_of() {
	local c p
	for c in /proc/[0-9]*/cmdline; do
		p=${c#/proc/} p=${p%/cmdline}
		[ "$p" != $$ ] && grep -qsF "$PWD/$1" "$c" && kill -KILL "$p" 2>/dev/null
	done
	return 0
}

# ---- In one piece, and what its cells take without a sweep ---------------------------------------------------

plan whole
begin=$(now_ms)
TIMEFORMAT='%U %S'
{ time "$bin" sweep run whole --jobs 1 -q 2>errors.txt; } 2>times.txt || fail "$(cat errors.txt)"
whole_ms=$(($(now_ms) - begin))
expect 0 -- sweep merge whole -o whole.json
expect 0 -- sweep merge whole -o whole.sqlite
merged whole "in one piece"
# What the replay of each cell alone takes, as `run` measures it: a few of them, spread over all.
"$bin" sweep status whole --cells >all.txt
every=$((cells / 200 + 1))
own_ns=0 looked=0
while read -r line; do
	ns=$(cd whole && eval "\"$bin\" ${line#*buddysim } --format json" 2>/dev/null | jq '.measured.cells[0].cpu_ns') || fail "$line"
	own_ns=$((own_ns + ns)) looked=$((looked + 1))
done < <(awk -v every=$every '(NR - 1) % every == 0' all.txt)
awk -v n="$cells" -v own="$own_ns" -v looked="$looked" '{
	all = ($1 + $2) * 1e3 / n
	own = own / looked / 1e6
	printf "a cell: %.2f ms of one core, of which %.2f ms are its replay, %.2f ms all else\n", all, own, all - own
}' times.txt

# ---- Killed at home ---------------------------------------------------------------------------------------------

for jobs in 1 2; do
	name=jobs$jobs at=
	plan $name
	for _ in 1 2 3; do
		"$bin" sweep run $name --jobs $jobs -q 2>/dev/null &
		pid=$!
		sleep "$(moment)"
		kill -KILL $pid 2>/dev/null || fail "$name: it had ended before it could be killed"
		wait $pid 2>/dev/null
		at+="$(done_of $name | sed 's/ .*//') "
	done
	expect 0 -- sweep run $name --jobs $jobs
	merged $name "--jobs $jobs, killed at ${at}cells"
done

# ---- Killed on hosts ---------------------------------------------------------------------------------------------

[ "$failures" -eq 0 ] || finish
hosts_up
plan parallel
submit() {
	"$bin" sweep submit "$PWD/parallel" --engine parallel --shards 16 -- \
		--ssh "ssh -F $PWD/ssh_config" --sshlogin 1/one,1/two
}
at=
for _ in 1 2 3; do
	submit >out.txt 2>&1 &
	pid=$!
	# It takes a while to be there.
	before=$(done_of parallel)
	for _ in $(seq 100); do [ "$(done_of parallel)" != "$before" ] && break; sleep 0.1; done
	sleep "$(awk -v m="$(moment)" 'BEGIN { print m / 2 }')"
	kill -0 $pid 2>/dev/null || fail "parallel: it had ended before it could be killed"
	end_all_of parallel
	wait $pid 2>/dev/null
	at+="$(done_of parallel | sed 's/ .*//') "
done
submit >out.txt 2>&1 || fail "submit: $(cat out.txt)"
grep -qP '\t(one|two)\t' parallel/parallel-16.log || fail "not over ssh: $(cat parallel/parallel-16.log)"
merged parallel "GNU parallel over ssh, killed at ${at}cells"

# ---- On a cluster ------------------------------------------------------------------------------------------------

[ "$failures" -eq 0 ] || finish
cluster_up
plan slurm
"$bin" sweep submit slurm --engine slurm --shards 12 --merge "$PWD/slurm/merged.json" >out.txt 2>&1 ||
	fail "submit: $(cat out.txt)"
# By three tasks, for the cluster has no larger arrays, two at a time.
grep -q '^array [0-9]*: 3 tasks, 12 parts' out.txt || fail "$(cat out.txt)"
at=
for node in n2 $([ "$cells" -ne 2000 ] || echo n1); do
	before=$(done_of slurm)
	for _ in $(seq 300); do [ "$(done_of slurm)" != "$before" ] && break; sleep 0.2; done
	sleep "$(awk -v m="$(moment)" 'BEGIN { print m / 2 }')"
	node_dies $node
	at+="$(done_of slurm | sed 's/ .*//') "
	sleep 1
	slurmd -N $node
done
wait_for slurm/merged.json 1200 || fail "no merge: $(squeue; tail -5 slurmctld.log; cat slurm/slurm/*.log)"
cmp whole.json slurm/merged.json || fail "the merge that the cluster made differs"
merged slurm "Slurm, a node killed at ${at}cells"
echo "RANDOM_SEED=$RANDOM_SEED"
finish
