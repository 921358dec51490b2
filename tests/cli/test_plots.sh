# SPDX-License-Identifier: GPL-2.0-or-later
# `report` from a record of three cells, two of which coincide: data, pictures, refusals.
set -eu
program=$1 source=$2 scratch=$3
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch"
export BUDDYSIM_PLOTS=$source/plots

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

cell() { # label, held, requests, refaulted MiB
	printf '{"label":"%s","device":"null","kernel":"linux-6.1","held_mib_s":%d,"calls":%d,' "$1" "$2" "$3"
	printf '"refault_bytes":{"total":%d}}' $(($4 << 20))
}
series() { # label, resident MiB at 1 s and later
	printf '{"label":"%s","time_ns":[0,1000000000,2000000000],"used_bytes":[4194304,0,0],' "$1"
	printf '"resident_bytes":[4194304,%d,%d],"unmapped_bytes":[0,1048576,0],' $(($2 << 20)) $(($2 << 20))
	printf '"nr_free":[[9,8,7,6,5,4,3,2,1,1,1],[0,0,0,0,0,0,0,0,0,0,2],[0,0,0,0,0,0,0,0,0,0,2]]}'
}
{
	printf '{"schema":"buddysim-record-1","trace":{"name":"small.cborseq"},"cells":['
	cell none 6 0 0; printf ,; cell rotation:order=9,delay=2s 2 5 4; printf ,; cell my_own 2 5 4
	printf '],"bound":{"held_mib_s":0,"refault_bytes":2097152},"timeline":{"cells":['
	series none 3; printf ,; series rotation:order=9,delay=2s 1; printf ,; series my_own 1
	printf ']}}'
} > record.json

"$program" report record.json --data data || fail "--data: status $?"
[ "$(wc -l < data/timeline.tsv)" = 4 ] || fail "timeline.tsv has not 3 rows"
[ "$(cut -f1,4 data/cells.tsv | sed -n 3p)" = "$(printf 'rotation:order=9,delay=2s\t5')" ] ||
	fail "cells.tsv: rotation's requests"

if ! command -v gnuplot > /dev/null; then
	"$program" report record.json --plots pictures 2> talk && fail "drawn without gnuplot"
	grep -q gnuplot-nox talk || fail "the missing package is not named: $(cat talk)"
	exit 0
fi

# Names that gnuplot would take for commands, were they not guarded.
for dir in "it's" "|touch ran" "<touch ran"; do
	"$program" report record.json --plots "$dir" || fail "--plots '$dir': status $?"
	for name in resident orders cost_gain; do
		svg=$dir/$name.svg png=$dir/$name.png
		[ "$(head -c 4 "$png" | tail -c 3)" = PNG ] || fail "$png is no PNG"
		grep -q '</svg>' "$svg" || fail "$svg is not whole"
		! command -v xmllint > /dev/null || xmllint --noout "$svg" || fail "$svg is not XML"
		for label in none rotation:order=9,delay=2s my_own small.cborseq linux-6.1; do
			grep -q -- "$label" "$svg" || fail "$svg does not name $label"
		done
	done
	[ -z "$(ls "$dir" | grep tmp)" ] || fail "a temporary file stayed in $dir"
done
[ ! -e ran ] && [ ! -e "it's/ran" ] || fail "a folder's name was run"
grep -q bound "it's/cost_gain.svg" || fail "the bound is missing"
grep -q Rss "it's/resident.svg" || fail "unmapped memory is not told apart"

# An older record is read; what its schema does not know is named, on stderr.
"$program" report record.json --data older 2> talk || fail "an older record: status $?"
grep -q 'does not know: .*used_mib_s.*agreement.strict' talk || fail "what it lacks: $(cat talk)"
! grep -q held_mib_s talk || fail "it lacks what it has: $(cat talk)"

# Two runs into one folder: each has all of its own files there, and the later one stays.
sed 's/small.cborseq/other.cborseq/' record.json > other.json
"$program" report other.json --plots both & one=$!
"$program" report record.json --plots both & two=$!
wait $one || fail "the first of two at once: status $?"
wait $two || fail "the second of two at once: status $?"
name=$(sed -n 's/^trace\t//p' both/about.tsv)
for svg in both/*.svg; do
	grep -q "$name" "$svg" || fail "$svg is not of the run that about.tsv is of, $name"
done
[ -z "$(find both -name '.*' -not -path both)" ] || fail "a private folder stayed: $(ls -A both)"

# What was killed outright left its folder: the next run takes it away. One in use stays.
mkdir -p both/.buddysim-dead both/.buddysim-used
echo x > both/.buddysim-dead/resident.svg
exec 8< both/.buddysim-used
flock 8
"$program" report record.json --data both 2> talk || fail "beside an orphan: status $?"
[ ! -e both/.buddysim-dead ] || fail "an orphan stayed"
[ -e both/.buddysim-used ] || fail "another run's folder was removed"
exec 8<&-
rmdir both/.buddysim-used

# Stopped while gnuplot draws: at once, and nothing is left; what was there before is as it was.
mkdir slow
printf '#!/bin/sh\necho started >&2; touch "$0.started"; exec sleep 60\n' > slow/gnuplot
chmod +x slow/gnuplot
before=$(ls -A both; cat both/about.tsv)
for signal in INT TERM HUP; do
	rm -f slow/gnuplot.started
	PATH=$scratch/slow:$PATH "$program" report other.json --plots both 2> talk & pid=$!
	for i in $(seq 100); do
		[ ! -e slow/gnuplot.started ] || break
		sleep 0.1
	done
	status=0
	kill -$signal $pid
	wait $pid || status=$?
	[ "$status" = 130 ] || fail "$signal while gnuplot draws: status $status: $(cat talk)"
	[ "$(ls -A both; cat both/about.tsv)" = "$before" ] || fail "$signal left: $(ls -A both)"
done

refused() { # status, words, arguments...
	want=$1 words=$2 status=0
	shift 2
	"$program" report "$@" > out 2> talk || status=$?
	[ "$status" = "$want" ] || fail "report $*: status $status, not $want"
	grep -q -- "$words" talk || fail "report $*: \"$(cat talk)\" does not say \"$words\""
	[ ! -s out ] || fail "report $*: talks on stdout"
}
refused 2 "no record" --data x
refused 2 "nothing to do" record.json
refused 3 "missing.json" missing.json --data x
echo '{"schema":' > cut.json
refused 3 "not a JSON record" cut.json --plots x
sed 's/"timeline":.*/"x":0}/' record.json > flat.json
refused 3 "no timeline" flat.json --plots x
refused 4 "record.json/x" record.json --data record.json/x
BUDDYSIM_PLOTS=$scratch refused 4 "BUDDYSIM_PLOTS" record.json --plots x
mkdir broken
echo 'plot sin(' > broken/resident.gp
BUDDYSIM_PLOTS=$scratch/broken refused 4 "gnuplot failed" record.json --plots broken
[ -z "$(ls broken | grep -e svg -e png)" ] || fail "half a picture stayed"
mkdir empty
status=0
PATH=$scratch/empty "$program" report record.json --plots x 2> talk || status=$?
[ "$status" = 4 ] || fail "without gnuplot: status $status"
grep -q gnuplot-nox talk || fail "without gnuplot: the package is not named: $(cat talk)"
