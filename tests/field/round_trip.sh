#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One run of a small program, recorded by perf and by two instances of tracefs (with stack traces and
# without), each recording printed in every form its tool has. Each form is imported and compared, event
# by event, with the form of the same recording that has the most fields; that one is compared with its
# own text, read by awk. What a form does not print may be less exact (the time), nothing else may differ.
# Forms without a field that a trace needs must be refused, with the reason.
# $4 = dump_trace. The table goes to stdout; README.md has one.
. "$(dirname "$0")/../cli/lib.sh"
dump_trace=$4

[ "$(id -u)" -eq 0 ] || { echo "skipped: recording wants root"; exit 77; }
command -v perf >/dev/null || { echo "skipped: perf is not there"; exit 77; }

# Not in the scratch folder, which the next run removes with all that is in it.
tracing=$(mktemp -d)
mounted='' instances=()
drop_instance() { # INSTANCE
	echo 0 >"$1/tracing_on"
	echo 0 >"$1/events/kmem/enable"
	rmdir "$1"
}
cleanup() {
	local i
	for i in ${instances[@]+"${instances[@]}"}; do drop_instance "$i"; done
	[ -z "$mounted" ] || umount "$tracing"
	rmdir "$tracing"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
# A mount of our own: where the machine has its tracefs, or whether, is no matter.
mount -t tracefs none "$tracing" 2>/dev/null || { echo "skipped: tracefs cannot be mounted"; exit 77; }
mounted=yes
[ -d "$tracing/events/kmem/mm_page_alloc" ] || { echo "skipped: this kernel has no kmem events"; exit 77; }

# Of a run that was killed: as long as they are there each allocation of the whole machine takes longer.
for i in "$tracing"/instances/buddysim-*.*; do
	[ ! -d "$i" ] || kill -0 "${i##*.}" 2>/dev/null || drop_instance "$i"
done

# ---- Recording -----------------------------------------------------------------------------------

option() { [ ! -e "$1/options/$2" ] || echo "$3" >"$1/options/$2"; } # INSTANCE NAME 0|1
new_instance() { # NAME
	local i=$tracing/instances/buddysim-$1.$$ e
	mkdir "$i" || { echo "skipped: no instance of tracefs can be made"; exit 77; }
	instances+=("$i")
	echo 0 >"$i/tracing_on"
	# What comes first is kept, a few thousand events: other programs may run, too.
	echo 768 >"$i/buffer_size_kb"
	option "$i" overwrite 0
	echo mono >"$i/trace_clock"
	for e in mm_page_alloc mm_page_free mm_page_free_batched; do
		echo 1 >"$i/events/kmem/$e/enable"
	done
}

new_instance stacks
new_instance plain
stacks=${instances[0]} plain=${instances[1]}
option "$stacks" stacktrace 1
option "$stacks" userstacktrace 1
option "$stacks" record-tgid 1

cat >work.sh <<'END'
# A few processes, some memory of theirs, some page cache and pipes.
for i in 1 2 3; do dd if=/dev/zero of=work.out bs=256k count=4 2>/dev/null; done
rm -f work.out
head -c 1000000 /dev/zero | tail -c 10 >/dev/null
END
events='-e kmem:mm_page_alloc -e kmem:mm_page_free -e kmem:mm_page_free_batched'
# shellcheck disable=SC2086
perf record -q -g -a -m 16M $events -o perf.data -- sh -c "
	echo 1 >$plain/tracing_on; echo 1 >$stacks/tracing_on
	. ./work.sh
	echo 0 >$plain/tracing_on; echo 0 >$stacks/tracing_on" >perf.log 2>&1 ||
	{ echo "skipped: perf cannot record here: $(tail -1 perf.log)"; exit 77; }

# ---- Comparing -----------------------------------------------------------------------------------

sets=0 refused=0
row() { printf '| %s | %s | %s | %s |\n' "$@"; }

# A name as GFP_NOWAIT has meant different masks. What was printed without the kernel's version gets it by an
# option, as its user would give it; the others have to find it.
import() { # NAME FILE...: NAME.events, or no such file
	local name=$1 version=()
	shift
	rm -f "$name.cborseq" "$name.events"
	grep -qE '^# os release|^# .* latency trace' "$1" || version=(--kernel-version "$(uname -r)")
	# The machine does more than this: what it allocates in bulk is not traced, and its frees stay.
	"$bin" trace import --untraced keep ${version[@]+"${version[@]}"} "$@" -o "$name.cborseq" >"$name.out" 2>"$name.err" || return
	"$dump_trace" "$name.cborseq" >"$name.events"
}

# Lines that differ between two lists of events, the times by more than so many ns; 12 at most.
differences() { # WANT HAVE NS
	awk -v ns="$3" '
		NR == FNR { want[++n] = $0; next }
		FNR > n || shown >= 12 { next }
		{
			split(want[FNR], w)
			bad = 0
			for (i = 1; i < 9; i++)
				bad += $i "" != w[i] ""
			if (!bad && $9 - w[9] <= ns && w[9] - $9 <= ns) next
			shown++
			print FNR ": " want[FNR] " <> " $0
		}
		END { if (FNR != n) print n " events, not " FNR }' "$1" "$2"
}

# The reference: its allocations are those that awk finds in the text, in order, and its frees the same, in
# any order: one that is repeated by mm_page_free_batched takes place where that says so. Now and then a kernel
# frees a page without an event; that it is allocated again says so.
reference() { # NAME WHAT FILE
	local name=$1 kind n
	import "$name" "$3" || { fail "$name, the reference: $(cat "$name.err")"; return; }
	awk '
		/ (kmem:)?mm_page_(alloc|free): / && / pfn=/ {
			match($0, /\[[0-9]+\]/)
			cpu = substr($0, RSTART + 1, RLENGTH - 2) + 0
			match($0, /[0-9]+\.[0-9]+:/)
			t = substr($0, RSTART, RLENGTH - 1)
			split(t, part, ".")
			frac = substr(part[2] "000", 1, 9)
			match($0, /pfn=0x[0-9a-f]+/)
			pfn = substr($0, RSTART + 4, RLENGTH - 4)
			match($0, /order=[0-9]+/)
			order = substr($0, RSTART + 6, RLENGTH - 6)
			kind = $0 ~ /mm_page_alloc: / ? (pfn == "0x0" ? "failed" : "alloc") : "free"
			if (kind != "free" && !n++) { s0 = part[1]; f0 = frac }
			if (kind == "alloc" && pfn in live) print "free", cpu, live[pfn], pfn, 0
			if (kind == "alloc") live[pfn] = order
			else delete live[pfn]
			print kind, cpu, order, (kind == "failed" ? "-" : pfn), (part[1] - s0) * 1000000000 + frac - f0
		}' "$3" >"$name.awk"
	# Times count from the first allocation: a free may take place later than the text's first line for it.
	awk '$1 == "pre" { next }
		{
			if ($1 != "free" && !n++) t0 = $9
			print $1, $2, $3, ($1 == "failed" ? "-" : $6), $9 - t0
		}' "$name.events" >"$name.plain"
	for kind in awk plain; do
		{ grep -v '^free' "$name.$kind"; grep '^free' "$name.$kind" | cut -d' ' -f1-4 | sort; } >"$name.$kind.sorted"
	done
	diff "$name.awk.sorted" "$name.plain.sorted" >"$name.diff" ||
		fail "$name, the reference, is not what awk reads: $(head -6 "$name.diff")"
	n=$(grep -vc '^pre' "$name.events")
	[ "$n" -ge 500 ] || fail "$name: only $n events"
	sets=$((sets + 1))
	row "$name" "$2" "$n" "reference; as awk reads the text"
}

# Files that were merged by time say nothing of what came first at the same ns on two CPUs, and so not which
# block has the lower number.
by_cpu() { awk '{ $7 = "-"; print }' "$1" | sort -k9,9n -k2,2n -s -k6,6 >"$1.by-cpu"; }

same() { # REFERENCE NAME WHAT NS FILE...
	local ref=$1 name=$2 what=$3 ns=$4 have want
	shift 4
	import "$name" "$@" || { fail "$name ($what): $(cat "$name.err")"; return; }
	want=$ref.events have=$name.events
	if [ $# -gt 1 ]; then
		by_cpu "$want"
		by_cpu "$have"
		want+=.by-cpu have+=.by-cpu
	fi
	differences "$want" "$have" "$ns" >"$name.diff"
	if [ -s "$name.diff" ]; then
		fail "$name ($what): not the events of $ref: $(cat "$name.diff")"
		row "$name" "$what" "$(grep -vc '^pre' "$name.events")" "differs"
		return
	fi
	sets=$((sets + 1))
	row "$name" "$what" "$(grep -vc '^pre' "$name.events")" \
		"same$([ "$ns" -eq 0 ] || echo ", times to 1 µs")"
}

not_read() { # NAME WHAT REASON FILE
	import "$1" "$4" && { fail "$1 ($2): was read"; return; }
	grep -qF -- "$3" "$1.err" || { fail "$1 ($2): not refused for \"$3\": $(cat "$1.err")"; return; }
	refused=$((refused + 1))
	row "$1" "$2" - "refused: $3"
}

echo "| form | how it is printed | events | imported |"
echo "|---|---|---|---|"

# ---- perf ----------------------------------------------------------------------------------------

script() { # NAME OPTION...
	local name=$1
	shift
	nice perf script -i perf.data ${slice[@]+"${slice[@]}"} "$@" >"$name.txt" 2>"$name.log" </dev/null ||
		fail "perf script $*: $(head -1 "$name.log")"
}
# The first few thousand events will do, however many other programs made.
until=$(nice perf script -i perf.data --ns -G -F time 2>/dev/null | sed -n '6000{s/[^0-9.]//gp;q}')
slice=()
[ -z "$until" ] || slice=(--time ",$until")
all=comm,pid,tid,cpu,time,period,event,ip,sym,symoff,dso,trace
script perf-all --header --show-lost-events --ns -F $all
reference perf-all "\`--header --show-lost-events --ns -F $all\`" perf-all.txt

n=0
perf_same() { # NS OPTION...
	local ns=$1
	shift
	n=$((n + 1))
	script "perf-$n" "$@"
	same perf-all "perf-$n" "\`${*:-(nothing)}\`" "$ns" "perf-$n.txt"
}
perf_same 1000
perf_same 0 --ns
perf_same 1000 --header --show-lost-events
perf_same 1000 -G --show-lost-events
perf_same 1000 -F cpu,time,event,trace
perf_same 0 --ns -F pid,cpu,time,event,trace
perf_same 1000 -F comm,cpu,time,event,trace
perf_same 0 --ns -F comm,tid,cpu,time,period,event,trace
perf_same 0 --ns -F comm,tid,cpu,time,event,ip,trace
perf_same 1000 -F cpu,time,event,ip,sym,trace
perf_same 0 --ns --max-stack 2 -I
# Its times are not those that --time means.
[ -n "$until" ] || perf_same 0 --ns --reltime
perf_same 0 --ns --show-task-events --show-mmap-events --show-switch-events
perf_same 0 --ns -F -comm

# One file for each event or CPU, merged by time.
script perf-dump --ns --per-event-dump
same perf-all perf-by-event "\`--ns --per-event-dump\`: three files" 0 perf.data.kmem:*.dump
cpus=()
for cpu in $(seq 0 $(($(nproc --all) - 1))); do
	script "perf-cpu$cpu" --ns -G -C "$cpu"
	[ ! -s "perf-cpu$cpu.txt" ] || cpus+=("perf-cpu$cpu.txt")
done
same perf-all perf-by-cpu "\`--ns -G -C N\`: a file for each CPU" 0 "${cpus[@]}"

perf_same 1000 -F comm,cpu,misc,time,event,trace

script perf-delta --deltatime
not_read perf-delta "\`--deltatime\`" "differences between lines" perf-delta.txt
script perf-no-cpu -F time,event,trace
not_read perf-no-cpu "\`-F time,event,trace\`" "no CPU" perf-no-cpu.txt
script perf-latency -L
not_read perf-latency "\`-L\`" "without -L" perf-latency.txt
script perf-no-time -F cpu,event,trace
not_read perf-no-time "\`-F cpu,event,trace\`" "no time" perf-no-time.txt
script perf-no-event -F -event
not_read perf-no-event "\`-F -event\`" "perf script -F +event" perf-no-event.txt
script perf-no-trace -F cpu,time,event
not_read perf-no-trace "\`-F cpu,time,event\`" "perf script -F +trace" perf-no-trace.txt
not_read perf-data "perf.data itself" "this is perf.data" perf.data

# ---- tracefs: `trace` can be read as often as one likes, with other options each time ---------------

tracefs() { # INSTANCE NAME [OPTION=0|1]...: NAME.txt
	local i=$1 name=$2 o
	shift 2
	for o in "$@"; do option "$i" "${o%=*}" "${o#*=}"; done
	cat "$i/trace" >"$name.txt"
	for o in "$@"; do option "$i" "${o%=*}" $((1 - ${o#*=})); done
}

for which in stacks plain; do
	i=${!which} n=0
	with=
	[ $which = plain ] || with='stacktrace, userstacktrace, record-tgid; '
	tracefs "$i" $which
	reference $which "${with}default" $which.txt
	tracefs_same() { # NS OPTION=0|1...
		local ns=$1
		shift
		n=$((n + 1))
		tracefs "$i" "$which-$n" "$@"
		same $which "$which-$n" "$with$*" "$ns" "$which-$n.txt"
	}
	tracefs_same 1000 latency-format=1
	tracefs_same 0 verbose=1
	tracefs_same 1000 latency-format=1 verbose=1
	tracefs_same 0 irq-info=0
	tracefs_same 1000 irq-info=0 latency-format=1
	tracefs_same 0 hash-ptr=0
	tracefs_same 0 annotate=0
	tracefs_same 0 sym-offset=1 sym-addr=1
	tracefs_same 0 fields=1
	if [ $which = stacks ]; then tracefs_same 0 record-tgid=0; else tracefs_same 0 record-tgid=1; fi

	not=(raw=1 hex=1 bin=1)
	for o in "${not[@]}"; do
		tracefs "$i" "$which-${o%=1}" "$o"
		not_read "$which-${o%=1}" "$with$o" "options/${o%=1}" "$which-${o%=1}.txt"
	done
	tracefs "$i" $which-no-context context-info=0
	not_read $which-no-context "${with}context-info=0" "no time" $which-no-context.txt

	# What is read by trace_pipe is gone: it comes last.
	timeout 20 cat "$i/trace_pipe" >$which-pipe.txt
	same $which $which-pipe "${with}trace_pipe" 0 $which-pipe.txt
done

# ---- trace-cmd: it cannot record everywhere, but print what tests/import has of it --------------------

dat=$src/tests/import/binary/trace-cmd.dat
if command -v trace-cmd >/dev/null; then
	n=0
	report() { trace-cmd report -i "$dat" "${@:2}" >"$1.txt" 2>"$1.log" || fail "trace-cmd report: $(cat "$1.log")"; }
	report trace-cmd -t
	import trace-cmd trace-cmd.txt || fail "trace-cmd report -t: $(cat trace-cmd.err)"
	row trace-cmd "\`report -t\`" "$(grep -vc '^pre' trace-cmd.events)" reference
	trace_cmd_same() { # NS OPTION...
		local ns=$1
		shift
		n=$((n + 1))
		report "trace-cmd-$n" "$@"
		same trace-cmd "trace-cmd-$n" "\`report $*\`" "$ns" "trace-cmd-$n.txt"
	}
	trace_cmd_same 1000
	trace_cmd_same 1000 -l
	trace_cmd_same 0 -t -R
	trace_cmd_same 0 -t -w
	trace_cmd_same 0 -t -l
	trace_cmd_same 0 -t -l -R
	trace_cmd_same 1000 -V
	trace_cmd_same 1000 --debug
	trace_cmd_same 1000 --ts-diff
	trace_cmd_same 1000 --align-ts
	report trace-cmd-raw --raw-ts
	not_read trace-cmd-raw "\`report --raw-ts\`" "no time" trace-cmd-raw.txt
else
	echo "(trace-cmd is not there)"
fi

echo
echo "$(date -u +%F), Linux $(uname -r), $(nproc) CPUs, $(perf --version): $sets forms read, $refused refused."
[ "$sets" -ge 12 ] || fail "only $sets forms were read"
[ "$failures" -ne 0 ] || rm -f ./*.txt ./*.events ./*.awk ./*.plain ./*.sorted ./*.by-cpu ./*.dump \
	./*.out ./*.err ./*.log ./*.diff perf.data ./*.cborseq
finish
