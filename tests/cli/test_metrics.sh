#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every figure of a record has a line in `list metrics`, and every line a figure in a record.
. "$(dirname "$0")/lib.sh"

state=$src/tests/oracle/data/memhog_thp.state.txt.gz
expect 0 -- compare "$src/traces/memhog_thp.cborseq.zst" -s none,rotation --state "$state" \
	--device model --format json -o record.json
expect 0 -- list metrics
awk '{print $1}' stdout.txt | sort >defined.txt
awk 'NF < 2' stdout.txt | grep . && fail "a metric without a definition"
# Names alone: list indices go, and so do the "cells" between a part and its figures.
jq -r '[paths | map(select(type == "string")) | map(select(. != "cells")) | join(".")] |
	unique | .[] | select(. != "")' record.json | sort >all.txt
jq -r '[paths(type | IN("number", "string", "boolean", "null")) | map(select(type == "string")) |
	map(select(. != "cells")) | join(".")] | unique | .[]' record.json | sort >leaves.txt
# What is defined as a whole: options, and counts by reason, order or part; how a row is had, and the rows of
# the answer with some of their figures.
whole='^(config|stock_setting|answer\.(none|default|stock|best)|agreement\.(lost|first_lost|orders|final_state_differs))\.'
grep -vE "$whole" leaves.txt | comm -23 - defined.txt >undefined.txt
[ -s undefined.txt ] && fail "no definition: $(tr '\n' ' ' <undefined.txt)"
# jemalloc is not in every build; a share of another row is only in tables
grep -vE '^(measured\.loop_alloc_bytes|held_share)$' defined.txt | comm -23 - all.txt >absent.txt
[ -s absent.txt ] && fail "in no record: $(tr '\n' ' ' <absent.txt)"

# what stands there as yes or no can be tested like a number
expect 0 -- compare "$src/traces/memhog_thp.cborseq.zst" -s none --state "$state" --device null \
	--fail-if 'agreement.final_state_equal<1'
expect 1 -- compare "$src/traces/memhog_thp.cborseq.zst" -s rotation --state "$state" --device null \
	--fail-if 'agreement.final_state_equal<1'
finish
