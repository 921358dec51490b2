#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sweep submit --engine parallel: over ssh to this machine under two names, by a throw-away sshd with a key of
# its own. The merge has the bytes of a run at home.
. "$(dirname "$0")/../cli/lib.sh"
. "$src/tests/engine/hosts.sh"
hosts_up
trap 'kill "$(cat sshd.pid)" 2>/dev/null' EXIT

expect 0 -- trace gen memhog --params size=8MiB,cycles=2 -o a.cborseq
expect 0 -- sweep plan a.cborseq -s 'none,rotation:order=0..8' --seed 1..5 --device model -o home
expect 0 -- sweep run home
expect 0 -- sweep merge home -o home.json
expect 0 -- sweep plan a.cborseq -s 'none,rotation:order=0..8' --seed 1..5 --device model -o away

# One part at a time on each.
"$bin" sweep submit away --engine parallel --shards 4 --merge "$PWD/away.json" -- \
	--ssh "ssh -F $PWD/ssh_config" --sshlogin 1/one,1/two >out.txt 2>&1 || fail "submit: $(cat out.txt)"
cmp home.json away.json || fail "the merge of what ran away differs"
[ "$(ls away/results/*.zst | wc -l)" -ge 2 ] || fail "one process did it all"
grep -qP '^1\t(one|two)\t' away/parallel-4.log || fail "not over ssh: $(cat away/parallel-4.log)"

# Submitted again, nothing is left to do.
before=$(cat away/results/* | sha256sum)
"$bin" sweep submit away --engine parallel --shards 4 -- --ssh "ssh -F $PWD/ssh_config" --sshlogin one \
	>out.txt 2>&1 || fail "again: $(cat out.txt)"
[ "$before" = "$(cat away/results/* | sha256sum)" ] || fail "what was done was done again"

expect 2 'unknown engine' 'parallel' -- sweep submit away --engine paralel
finish
