#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel models: what they differ in, and the same load on several of them.
. "$(dirname "$0")/lib.sh"

# One table for all: what a model does, and what changes from one to the next.
expect 0 -- list kernels
[ "$(head -n 1 stdout.txt | tr -s ' ')" = "behaviour linux-5.4 linux-6.1 linux-6.12 linux-6.18 linux-7.1 linux-7.2 linux-7.3 " ] ||
	fail "models: $(head -n 1 stdout.txt)"
row() { tr -s ' ' <stdout.txt | grep "^$1 "; }
row boot_pos | grep -q '^boot_pos head tail \. \. \. \. \. where' || fail "boot_pos: $(row boot_pos)"
row highatomic_reserve | grep -q ' any \. \. \. buddy \. buddy_at_min ' ||
	fail "highatomic_reserve: $(row highatomic_reserve)"
# Two of them: only what differs, also for a changed one; one alone: all of it.
expect 0 -- list kernels linux-7.2 linux-7.3
[ "$(wc -l <stdout.txt)" = 19 ] || fail "7.2 and 7.3 differ in eighteen behaviours: $(cat stdout.txt)"
expect 0 -- list kernels linux-7.3 linux-7.3:cma=no
[ "$(wc -l <stdout.txt)" = 2 ] || fail "one change: $(cat stdout.txt)"
expect 0 -- list kernels linux-7.2,linux-7.3:cma=no,highatomic_fast=no linux-7.1
[ "$(head -n 1 stdout.txt | tr -s ' ')" = "behaviour linux-7.2 linux-7.3:cma=no,highatomic_fast=no linux-7.1 " ] ||
	fail "a list of kernels: $(head -n 1 stdout.txt)"
expect 0 -- list kernels linux-6.1 linux-6.1
grep -qx 'there is none in which they differ' stdout.txt || fail "alike: $(cat stdout.txt)"
expect 2 "pcp_decay=yes goes with pcp_high_rule=tuned only" -- list kernels linux-6.1:pcp_decay=yes
expect 0 -- list kernels linux-7.3
row ' cma' | grep -q ' cma yes ' || fail "linux-7.3: $(cat stdout.txt)"

# Kernels x strategies: one record, each row what it is alone; compared with its own kernel's idle row.
expect 0 -- trace gen memhog --params size=256MiB,order=0,cycles=1,hold=1s,memory=1GiB -o t.cborseq
load="t.cborseq -d model --tail 60s --no-timeline"
expect 0 -- compare $load -s none,rotation --kernel linux-6.1,linux-6.12:pcp_decay=no,cma=no,linux-7.3 --format json
jq -e '[.cells[].label] == ["linux-6.1/none", "linux-6.1/rotation",
	"linux-6.12:pcp_decay=no,cma=no/none", "linux-6.12:pcp_decay=no,cma=no/rotation",
	"linux-7.3/none", "linux-7.3/rotation"]
	and ([.cells[].kernel] | unique | length) == 3' stdout.txt >/dev/null ||
	fail "cells: $(jq -c '[.cells[] | [.label, .kernel]]' stdout.txt)"
cp stdout.txt axis.json
held() { jq -c ".cells[] | select(.label == \"$2\") | del(.label)" "$1"; }
for k in linux-6.1 linux-7.3; do
	expect 0 -- compare $load -s none,rotation --kernel $k --format json
	for s in none rotation; do
		[ "$(held stdout.txt $s)" = "$(held axis.json $k/$s)" ] || fail "$k/$s is not what it is alone"
	done
done
# The work that only time does shows: lists that grew are given back, and can be reported.
jq -e '[.cells[] | select(.strategy == "rotation") | .held_mib_s] | .[1] > .[2]' axis.json >/dev/null ||
	fail "decay: $(jq -c '[.cells[].held_mib_s]' axis.json)"
expect 0 -- compare $load -s none,rotation --kernel linux-6.12,linux-7.3 --vmstat-busy 0s --format json
jq -e '[.cells[] | select(.strategy == "rotation") | .held_mib_s] | min > '"$(
	jq '[.cells[] | select(.strategy == "rotation")][2].held_mib_s' axis.json)" stdout.txt >/dev/null ||
	fail "without it more is held: $(jq -c '[.cells[].held_mib_s]' stdout.txt)"
# A table keeps a kernel's rows together, and says what share of its own idle row each holds.
expect 0 -- compare $load -s none,rotation --kernel linux-6.1,linux-7.3 -j 3
sed -n '/^strategy /,/^bound /p' stdout.txt | tail -n +4 | cut -d' ' -f1 | tr '\n' ' ' >order.txt
grep -q '^linux-6.1/none linux-6.1/rotation linux-7.3/none linux-7.3/rotation bound $' order.txt ||
	fail "rows: $(cat order.txt)"
[ "$(grep -c '/none .* 100\.0 ' stdout.txt)" = 2 ] || fail "shares: $(cat stdout.txt)"
# The answer compares each row with its own kernel's idle one, and says what changed from one kernel to the next.
sed '/^t\.cborseq:/,$d' stdout.txt | tr '\n' ' ' | tr -s ' ' >answer.txt
grep -q "^t: What each kernel's default gives back of what none holds there: linux-6.1 [0-9.]* %; linux-7.3 [0-9.]* %\." answer.txt ||
	fail "answer: $(cat answer.txt)"
grep -qE 'linux-7\.3 against linux-6\.1: with rotation the host holds [0-9.]* % (more|less), most of it on per-cpu lists; with none' answer.txt ||
	fail "what changed: $(cat answer.txt)"
jq -e '.answer.kernels | [.[].kernel] == ["linux-6.1", "linux-6.12:pcp_decay=no,cma=no", "linux-7.3"]
	and all(.[]; .none.label == .kernel + "/none" and .default.label == .kernel + "/rotation")' axis.json >/dev/null ||
	fail "answer.kernels: $(jq -c .answer.kernels axis.json)"
jq -e '. as $r | .answer.kernels[2].default | .given_back_per_10000 ==
	10000 - ($r.cells[5].held_mib_s * 10000 / $r.cells[4].held_mib_s | floor)' axis.json >/dev/null ||
	fail "given back: $(jq -c .answer.kernels axis.json)"
expect 1 -- compare $load -s none,rotation --kernel linux-6.1,linux-7.3 --fail-if 'linux-7.3/rotation/calls>0'
expect 0 -- compare $load -s none,rotation --kernel linux-6.1,linux-7.3 --fail-if 'linux-7.3/none/calls>0'

expect 2 "is given twice" -- compare $load -s none --kernel linux-6.1,linux-7.3,linux-6.1
expect 2 "linux-7.9" "unknown kernel model" -- compare $load -s none --kernel linux-6.1,linux-7.9
expect 2 "run takes one" -- run $load -s none --kernel linux-6.1,linux-7.3
expect 2 "unknown kernel model" -- experiment release --kernel linux-6.1,linux-7.3

finish
