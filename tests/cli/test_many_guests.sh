#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 64 guests on one modelled host: the same bytes for any number of jobs, and at each sample the host has counted
# what they hold together. In every run guests of 512 MiB on 8 GiB; of 16 GiB on 256 GiB, with what that takes, it is
#
#   tests/cli/test_many_guests.sh build/release/buddysim . /tmp/many full
. "$(dirname "$0")/lib.sh"

if [ "${4:-}" = full ]; then
	guests=(--load memhog:size=12GiB,cycles=2,hold=10s,pause=30s --memory 16GiB --host-memory 256GiB --host-swap 512GiB)
	rows=none,rotation,rotation:delay=250ms,bitmap
else
	guests=(--load memhog:size=384MiB,cycles=2,hold=10s,pause=30s --memory 512MiB --host-memory 8GiB --host-swap 16GiB)
	rows=none,rotation
fi
for jobs in 1 2 4; do
	measure=(env)
	[ "${4:-}" = full ] && [ -x /usr/bin/time ] && measure=(/usr/bin/time -f "--jobs $jobs: %e s, %U s of CPU time, %M KiB")
	"${measure[@]}" "$bin" compare "${guests[@]}" --guests 64 --stagger 5s \
		-s "$rows" --no-measured --jobs "$jobs" --format json -o "many$jobs.json" || fail "--jobs $jobs: status $?"
done
cmp many1.json many2.json && cmp many1.json many4.json || fail "other bytes for other jobs"
sha256sum many1.json
jq -r '.cells[] | "\(.label): \(.host.guests_fit) fit, at most \(.host.peak_bytes / 1048576 | floor) MiB held, " +
	"\(.host.swapped_out_bytes / 1048576 | floor) MiB swapped out"' many1.json
jq -e '(.cells[0] | .host.guests_fit < 32 and .host.swapped_out_bytes > 0) and
	(.cells[1] | .host.guests_fit == 64 and .host.swapped_out_bytes == 0) and
	([.cells[] | (.guests | length == 64) and .finished] | all)' many1.json >/dev/null || fail "what fits"
expect 0 -- report many1.json --data data
for row in none rotation; do
	awk -F'\t' 'NR == 1 { for (i = 4; i <= NF; i += 3) if ($i !~ /^held_mib /) bad++ }
		NR > 1 { sum = swap = 0; for (i = 4; i <= NF; i += 3) { sum += $i; swap += $(i + 2) }
			if (sum - $2 > 0.01 || $2 - sum > 0.01 || swap - $3 > 0.01 || $3 - swap > 0.01) bad++ }
		END { exit NR < 100 || bad }' "data/guests-$row.tsv" || fail "$row: the guests' sum is not what the host counted"
done
finish
