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
	printf '"stall_per_minute":%d,"guest_stall_ns":{"first_touch":1000,"total":%d},' $((1000 * $3)) $((1000 + $3))
	printf '"held_split":{"pcp_mib_s":%d,"raw_mib_s":%d},' $(($2 / 2)) $(($2 - $2 / 2))
	printf '"refault_bytes":{"total":%d}}' $(($4 << 20))
}
series() { # label, resident MiB at 1 s and later
	printf '{"label":"%s","time_ns":[0,1000000000,2000000000],"used_bytes":[4194304,0,0],' "$1"
	printf '"resident_bytes":[4194304,%d,%d],"unmapped_bytes":[0,1048576,0],' $(($2 << 20)) $(($2 << 20))
	printf '"alloc_delays":[[0,5],[2000,3],[230000,1]],'
	printf '"nr_free":[[9,8,7,6,5,4,3,2,1,1,1],[0,0,0,0,0,0,0,0,0,0,2],[0,0,0,0,0,0,0,0,0,0,2]]}'
}
{
	printf '{"schema":"buddysim-record-1","trace":{"name":"small.cborseq"},"cells":['
	cell none 6 1 0; printf ,; cell rotation:order=9,delay=2s 2 5 4; printf ,; cell my_own 2 5 4
	printf '],"bound":{"held_mib_s":0,"refault_bytes":2097152,"refault_ns_per_mib":100000,'
	printf '"weight_ns_per_mib_s":100000},"timeline":{"cells":['
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
	"$program" report record.json --plots "$dir" --plots-format svg,png,pdf ||
		fail "--plots '$dir': status $?"
	for name in resident cost held_split delay orders; do
		svg=$dir/$name.svg png=$dir/$name.png
		[ "$(head -c 4 "$png" | tail -c 3)" = PNG ] || fail "$png is no PNG"
		[ "$(head -c 4 "$dir/$name.pdf")" = %PDF ] || fail "$name.pdf is no PDF"
		grep -q '</svg>' "$svg" || fail "$svg is not whole"
		! command -v xmllint > /dev/null || xmllint --noout "$svg" || fail "$svg is not XML"
		# Where names are wrapped, they are behind a comma.
		for label in none rotation:order=9, small.cborseq linux-6.1; do
			grep -q -- "$label" "$svg" || fail "$svg does not name $label"
		done
		[ $name = orders ] || grep -q my_own "$svg" || fail "$svg does not name my_own"
	done
	[ -z "$(ls "$dir" | grep tmp)" ] || fail "a temporary file stayed in $dir"
done
[ ! -e ran ] && [ ! -e "it's/ran" ] || fail "a folder's name was run"
grep -q bound "it's/cost.svg" || fail "the bound is missing"
grep -q bound "it's/resident.svg" || fail "the bound has no curve"

# SVG alone unless something else is asked for; one format, all formats.
"$program" report record.json --plots plain || fail "--plots: status $?"
[ "$(find plain -name '*.svg' -o -name '*.png' -o -name '*.pdf' | wc -l)" = 5 ] ||
	fail "not SVG alone: $(ls plain)"
"$program" report record.json --plots pdf --plots-format pdf || fail "--plots-format pdf: status $?"
[ "$(find pdf -name '*.pdf' | wc -l)" = 5 ] || fail "not PDF: $(ls pdf)"
[ ! -e pdf/cost.svg ] || fail "not PDF alone: $(ls pdf)"
cmp -s plain/cost.tsv pdf/cost.tsv || fail "the same record, other data"

# From stdin, once for both.
"$program" report - --data in1 --plots in2 < record.json || fail "from stdin: status $?"
cmp -s in1/cells.tsv in2/cells.tsv || fail "from stdin: the data differ"

# Who is in front has a curve of its own, the others are together in the background.
fronts() { grep -c '^# front' "$1/resident.tsv"; }
[ "$(fronts plain)" = 4 ] || fail "three rows and the bound are not in front: $(fronts plain)"
"$program" report record.json --plots lit --highlight my_own,bound || fail "--highlight: status $?"
[ "$(fronts lit)" = 2 ] || fail "two are not in front: $(fronts lit)"
grep -q 'grey: 2 others' lit/resident.svg || fail "nobody says what is grey"
colour() { awk -F '\t' -v of="$2" '$7 == of { print $6 }' "$1/resident.tsv"; }
[ -n "$(colour plain my_own)" ] || fail "my_own has no label"
[ "$(colour lit my_own)" = "$(colour plain my_own)" ] || fail "my_own has two colours"

# An older record is read; what its schema does not know is named, on stderr.
"$program" report record.json --data older 2> talk || fail "an older record: status $?"
grep -q 'does not know: .*used_mib_s.*agreement.strict' talk || fail "what it lacks: $(cat talk)"
! grep -q '[:,] held_mib_s' talk || fail "it lacks what it has: $(cat talk)"

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
sed -i 's/stall_per_minute/x/g; s/held_split/y/g' flat.json
refused 3 "the record has no" flat.json --plots x
refused 4 "record.json/x" record.json --data record.json/x
refused 2 'did you mean "my_own"' record.json --plots never --highlight none,my_own2
refused 2 "at most 5" record.json --plots never --highlight none,my_own,bound,none,none,none
refused 2 'did you mean "png"' record.json --plots never --plots-format svg,pn
refused 2 "no meaning without --plots" record.json --data never --highlight none
refused 2 "no meaning without --plots" record.json --data never --plots-format svg
[ ! -e never ] || fail "a folder was made for what is refused"

# Before a run, not after it.
"$program" trace gen burst -o small.cborseq > /dev/null || fail "trace gen: status $?"
early() { # words, arguments...
	words=$1 status=0
	shift
	"$program" compare small.cborseq -s none,rotation -d model -o o.txt "$@" 2> talk || status=$?
	[ "$status" = 2 ] || fail "compare $*: status $status, not 2"
	grep -q -- "$words" talk || fail "compare $*: \"$(cat talk)\" does not say \"$words\""
	[ ! -e o.txt ] && [ ! -e early ] || fail "compare $*: ran all the same"
}
early 'did you mean \"rotation\"' --plots early --highlight none,rotaton
early 'is no format' --plots early --plots-format gif
"$program" compare small.cborseq -s none,rotation,rotation:order=8,delay=1s,balloon,hypercall,bitmap -d model \
	--plots deep/er --highlight rotation:order=8,delay=1s,none > /dev/null 2>&1 || fail "compare: status $?"
for svg in deep/er/*.svg; do
	[ "$(wc -c < "$svg")" -lt 500000 ] || fail "$svg is larger than 500 KB"
done
[ "$(fronts deep/er)" = 2 ] || fail "compare --highlight: $(fronts deep/er) in front"
BUDDYSIM_PLOTS=$scratch refused 4 "BUDDYSIM_PLOTS" record.json --plots x
mkdir broken
echo 'plot sin(' > broken/resident.gp
BUDDYSIM_PLOTS=$scratch/broken refused 4 'gnuplot failed: .*resident.gp" line 1: ' record.json --plots broken
[ -z "$(ls broken | grep -e svg -e png)" ] || fail "half a picture stayed"
mkdir empty
status=0
PATH=$scratch/empty "$program" report record.json --plots x 2> talk || status=$?
[ "$status" = 4 ] || fail "without gnuplot: status $status"
grep -q gnuplot-nox talk || fail "without gnuplot: the package is not named: $(cat talk)"
