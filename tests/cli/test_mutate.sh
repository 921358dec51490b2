#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# verify --mutate: which dumps and vectors notice that a behaviour is undone; FIDELITY.md names those that
# none does, and this test keeps that true.
. "$(dirname "$0")/lib.sh"

data=$src/tests/oracle/data
expect 0 -- verify --mutate --format json "$data"
cp stdout.txt all.json
noticed() { jq -r --arg k "$1" --arg c "$2" '.[] | select(.kernel == $k and .change == $c) | "\(.noticed) of \(.of): \(.files)"' all.json; }
[ "$(jq -r '[.[].kernel] | unique | length' all.json)" = 7 ] || fail "kernels: $(jq -c '[.[].kernel] | unique' all.json)"
noticed linux-7.3 highatomic_fast=no | grep -q '^[1-9].*: .*linux-7.3-ix_ha_mix' || fail "$(noticed linux-7.3 highatomic_fast=no)"
noticed linux-7.3 flush_in_batches=no | grep -q '^[3-9] of .*linux-7.3-v_shuf_mix' || fail "$(noticed linux-7.3 flush_in_batches=no)"

# Per kernel: behaviours of which no value is noticed anywhere.
jq -r 'map(. + {behaviour: (.change | split("=")[0])}) | group_by([.kernel, .behaviour])
	| map({kernel: .[0].kernel, behaviour: .[0].behaviour, noticed: (map(.noticed) | max)})
	| map(select(.noticed == 0)) | group_by(.kernel)
	| map("- " + .[0].kernel + ": " + (map(.behaviour) | sort | join(", ")))[]' all.json |
	fold -s -w 98 | sed 's/ *$//; /^-/! s/^/  /' >unnoticed.txt
sed -n '/<!-- unnoticed/,/<!-- end/p' "$src/src/mm/FIDELITY.md" | sed '1d;$d' >documented.txt
cmp -s unnoticed.txt documented.txt ||
	fail "FIDELITY.md, what none notices, should be:$(printf '\n%s' "$(cat unnoticed.txt)")"

# Text: the change, how many of the files notice, and which.
expect 0 -- verify --mutate "$data/linux-7.3-ix_ha_mix.txt.zst"
expect 0 -- verify --mutate --format csv "$data/linux-7.3-ix_ha_mix.txt.zst"
grep -q '^linux-7.3,slow_twice=yes,0,1,$' stdout.txt || fail "csv: $(cat stdout.txt)"
expect 0 -- verify --mutate "$data/linux-7.3-ix_ha_mix.txt.zst"
grep -qE '^  slow_twice=yes +0 of 1$' stdout.txt || fail "text: $(cat stdout.txt)"
grep -qE '^  highatomic_fast=no +1 of 1: linux-7.3-ix_ha_mix$' stdout.txt || fail "text: $(cat stdout.txt)"
# What is not exact as it is shows nothing when it is changed.
zstd -dc "$data/linux-6.12-ix_ha_mix.txt.zst" | awk '$1 == "a" && $5 != "-" && ++n == 100 { $5++ } { print }' >bad.txt
expect 0 "differs as it is" -- verify --mutate bad.txt

finish
