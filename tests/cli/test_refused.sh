#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is refused, and how: status, a piece of the one line on stderr, the command.
. "$(dirname "$0")/lib.sh"

expect 0 -- trace gen memhog --params size=64MiB,cycles=2 -o t.cborseq
cp t.cborseq u.cborseq
: >empty.json
mkdir dir
echo x >file

refused() {
	local status text args
	while IFS='|' read -r status text args; do
		[ -n "$args" ] || continue
		eval "args=($args)"
		expect "$status" "$text" -- "${args[@]}"
		[ ! -s stdout.txt ] || fail "$*: printed something: $(head -3 stdout.txt)"
	done
}

# T: a run that would work if it were not for what is behind it
T="compare t.cborseq -s none --device null"
refused <<END
2|did you mean compare?|compar t.cborseq
2|TRACE: no trace given|compare
2|unrecognized option|$T --frobnicate
2|--strategy: cannot be ""|compare t.cborseq -s ''
2|without empty names|compare t.cborseq -s none,,rotation
2|without empty names|compare t.cborseq -s none,
2|write a strategy before its parameters|compare t.cborseq -s order=9
2|run takes one|run t.cborseq -s none,rotation
2|run takes one trace|run t.cborseq u.cborseq
2|--seed: cannot be "0"; use a value from 1|$T --seed 0
2|--seed: cannot be "-1"|$T --seed -1
2|--seed: cannot be "18446744073709551616"|$T --seed 18446744073709551616
2|linux-5.4, linux-6.1|$T --kernel linux-9
2|use one of: head, tail|$T --kernel linux-6.1:boot_pos=middle
2|unknown parameter "colour"|$T --kernel linux-6.1:colour=red
2|--jobs: cannot be "0"; use a value from 1 to 1024|$T --jobs 0
2|--layout: cannot be "round"; use one of: flat, qemu-pc|$T --layout round
2|--lru: cannot be "some"; use one of: auto, none, all|$T --lru some
2|--cpus: cannot be "0"; use a value from 1 to 256|$T --cpus 0
2|--memory: cannot be "2PiB"|$T --memory 2PiB
2|--memory: cannot be "much"|$T --memory much
2|--memory: cannot be "1MB"; sizes take TiB, GiB, MiB, KiB, B|$T --memory 1MB
2|--memory: cannot be "64"; say 64MiB or 64B|$T --memory 64
2|--tail: cannot be "5m"; times take h, min, s, ms, us, ns|$T --tail 5m
2|--gap: cannot be "2"; say 2s or 2ns|$T --repeat 2 --gap 2
2|parameter delay cannot be "2"; say 2s or 2ns|compare t.cborseq -s rotation:delay=2 -d null
2|parameter per_request cannot be "2"; say 2s or 2ns|compare t.cborseq -d model:per_request=2
2|parameter size cannot be "1"; say 1MiB or 1B|trace gen memhog --params size=1 -o g.cborseq
2|parameter hold cannot be "1.5"; say 1.5s|trace gen memhog --params hold=1.5 -o g.cborseq
2|--from: cannot be "1"; say 1s or 1ns|trace cut t.cborseq --from 1 -o g.cborseq
2|--memory: cannot be "1"; say 1MiB or 1B|trace import x.txt --memory 1 -o g.cborseq
2|--host-event: cannot be "5"; say 5s or 5ns|$T --host-event 5:pressure=1
2|--host-event: cannot be "5"; say 5MiB or 5B|$T --host-event 5s:target=5
2|--fail-if: cannot be "5"; say 5MiB or 5B|$T --fail-if 'reported_bytes>5'
2|--fail-if: cannot be "5"; say 5s or 5ns|$T --fail-if 'cost_ns>5'
2|parameter delay cannot be "2"; say 2s or 2ns|experiment stall --size ci -s rotation:delay=2
2|--wake-latency: cannot be "soon"|$T --wake-latency soon
2|--device: cannot be "floppy"; use one of:|compare t.cborseq -d floppy
2|unknown parameter "colour"|compare t.cborseq -d model:colour=red
2|per_request cannot be|compare t.cborseq -d model:per_request=2d
2|--capacity: cannot be "513"; use a value from 1 to 512|$T --capacity 513
2|--touch: cannot be "some"; use one of: none, page, all|$T --touch some
2|--thp: cannot be "yes"; use one of: auto, always, never|$T --thp yes
2|--advice: cannot be "dontcare"; use one of: dontneed|$T --advice dontcare
2|--verify: cannot be "never"; use one of: each, sample, end|$T --verify never
2|--resident-at-start: cannot be "half"|$T --resident-at-start half
3|nosuch|$T --costs nosuch
2|--host-memory: cannot be "0"|$T --host-memory 0
2|--host-poll: cannot be "0"|$T --host-memory 1GiB --host-poll 0
2|--host-poll: means nothing without --host-memory|$T --host-poll 1s
2|TIME:target=SIZE or TIME:pressure=PERCENT|$T --host-event 5s
2|use one of: target, pressure|$T --host-event 5s:colour=1
2|--host-event: cannot be "101"; use a value from 0 to 100|$T --host-event 5s:pressure=101
2|--weight: cannot be "dear"|$T --weight dear
2|--tail: cannot be "long"|$T --tail long
2|--repeat: cannot be "0"; use a value from 1|$T --repeat 0
2|which is the limit|$T --repeat 20 --gap 1000000000s
2|--check: cannot be "0"|$T --check 0
2|--format: cannot be "xml"; use one of: text, json, csv|$T --format xml
2|--state: cannot be ""|$T --state ''
2|--output: takes one trace|compare t.cborseq u.cborseq -s none -d null -o x.json
2|--dump-state: takes one trace|compare t.cborseq u.cborseq -s none -d null --dump-state x.txt
2|--output: cannot be ""|$T -o ''
4|nodir/x.json: cannot write|$T -o nodir/x.json
4|dir: cannot write: Is a directory|$T -o dir
4|file/x: cannot write: Not a directory|$T -o file/x
4|nodir/x.txt: cannot write|$T --dump-state nodir/x.txt
4|file/plots|$T --plots file/plots
4|nodir/x.json: cannot write|experiment stall --size ci -o nodir/x.json
4|file/plots|experiment stall --size ci --plots file/plots
2|unknown experiment|experiment stahl --size ci
2|one experiment at a time|experiment stall churn
2|--repeats: cannot be "0"|experiment list-walk --repeats 0
2|unknown topic; did you mean strategies?|list strategie
2|unknown kernel; did you mean|list kernels linux-9
2|at most two names|list kernels linux-5.4 linux-6.1 linux-6.12
2|takes no arguments|list devices model
2|list: unknown topic; there is strategies|list
2|unknown benchmark|bench memroy
2|--kernel|bench ops --kernel linux-9
2|name at least one file|verify
2|--kernel: cannot be|verify -k linux-9 file
2|takes no arguments|calibrate now
2|no record given|report
3|empty.json|report empty.json --data out
END

# What is refused for its output was not run first: this would take minutes.
expect 0 -- trace gen churn --params events=500000,live=20000,memory=2GiB -o long.cborseq
for args in "-o nodir/x" "--dump-state nodir/x" "--plots file/x"; do
	timeout 60 "$bin" compare long.cborseq -s all -d null --repeat 1000 $args >stdout.txt 2>stderr.txt
	[ $? -eq 4 ] || fail "$args: not found before the run: $(cat stderr.txt)"
done

# The largest seed is recorded as what it is.
expect 0 -- run t.cborseq -s none -d null --seed 18446744073709551615 --format json
[ "$(jq -r .seed stdout.txt)" = 18446744073709551615 ] || fail "seed: $(jq .seed stdout.txt)"

# Device words and labels of any length: nothing is cut, and the rows are told apart.
long=
for i in $(seq 60); do long+=,stall_at=${i}h; done
expect 0 -- run t.cborseq -s none -d "model:${long#,}" --format json
[ "$(jq -r .config.device_params stdout.txt)" = "${long#,}" ] || fail "device words are cut"
pad=threshold=1; for i in $(seq 40); do pad+=,threshold=1; done
cc -Wall -Werror -shared -fPIC -I"$src/include" -o mine.so "$src/tests/plugin/mine.c" || fail "mine.c"
expect 1 "$pad,threshold=8/passes" -- compare t.cborseq -s "./mine.so:$pad,threshold=4" \
	-s "./mine.so:$pad,threshold=8" -d null --fail-if "./mine.so:$pad,threshold=8/passes>=0" \
	--format json
[ "$(jq '[.cells[].label] | unique | length' stdout.txt)" = 2 ] || fail "two rows of one label"
finish
