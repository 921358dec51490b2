#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the program writes and reads as JSON is as sim/schema says: records of every shipped trace and of a
# merged sweep, plans, grids, advice. The record's schema is that of the figures' table; a record with a
# member more, less, or of another kind is not valid.
. "$(dirname "$0")/lib.sh"
schema=$src/sim/schema

"$schema/make-record" "$bin" >made.json || fail "make-record"
cmp made.json "$schema/buddysim-record-3.schema.json" || fail \
	"the record's schema is not of these figures: sim/schema/make-record PROGRAM >sim/schema/buddysim-record-3.schema.json"

python=
for p in python3 /usr/bin/python3; do
	! $p -c 'import jsonschema' 2>/dev/null || { python=$p; break; }
done
if [ -z "$python" ]; then
	[ "$failures" -eq 0 ] || exit 1
	echo "needs the package python3-jsonschema"
	exit 77
fi
cat >valid.py <<'END'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
definitions = schema.get("definitions")
bad = 0
for path in sys.argv[2:]:
    for document in [json.load(open(path))] if definitions is None else \
            (lambda d: d if isinstance(d, list) else [d])(json.load(open(path))):
        one = schema if definitions is None else next(iter(definitions.values()))
        for e in jsonschema.Draft7Validator(one).iter_errors(document):
            print(path, "/".join(map(str, e.absolute_path)), e.message[:200])
            bad = 1
sys.exit(bad)
END
valid() { # SCHEMA FILE...
	$python -W ignore valid.py "$schema/buddysim-$1.schema.json" "${@:2}" >why.txt 2>&1 || fail "$1: $(head -n 5 why.txt)"
}
invalid() { # SCHEMA FILE JQ: spoilt so
	jq "$3" "$2" >spoilt.json || fail "jq: $3"
	$python -W ignore valid.py "$schema/buddysim-$1.schema.json" spoilt.json >why.txt 2>&1 && fail "$1: valid though $3"
}

for trace in $(short_traces); do
	expect 0 -- compare "$trace" -s none,rotation -d model --allow-lossy --format json -o "$(basename "$trace").json"
	valid record-3 "$(basename "$trace").json"
done
# with and without what may be left out; with cells that could not run; from a dump; on a real arena
expect 0 -- trace gen memhog --params size=64MiB,cycles=1,hold=100ms,pause=100ms -o t.cborseq
expect 0 -- compare t.cborseq -s none,rotation,hint-once -d madvise --memory 1GiB --map --format json -o arena.json
expect 0 -- run t.cborseq -d model --memory 1GiB --no-measured --no-timeline --weight 0 --format json -o bare.json
expect 0 -- compare "$src/traces/churn_gcc.cborseq.zst" -s none,rotation -d model \
	--state "$src/tests/oracle/data/churn_gcc.state.txt.gz" --format json -o dump.json
valid record-3 arena.json bare.json dump.json
expect 0 -- sweep plan t.cborseq -s 'none,rotation:order=8..9' --seed 1..2 -d model -o sweep
expect 0 -- sweep run sweep
expect 0 -- sweep merge sweep -o sweep.json
valid record-3 sweep.json
valid plan-1 sweep/plan.json
invalid record-3 bare.json '.cells[0].held_mib_s = "much"'
invalid record-3 bare.json '.cells[0].new_figure = 1'
invalid record-3 bare.json 'del(.cells[0].refault_bytes)'
invalid record-3 bare.json '.schema = "buddysim-record-2"'
invalid record-3 bare.json '.trace.sha256 = "none"'
invalid plan-1 sweep/plan.json 'del(.sources)'

# A grid: what the schema refuses the program refuses, too.
sed -n '/^```$/,/^```$/{/^```$/d;p}' "$src/sim/man/buddysim-grid.5.scd" | sed -n '/^{/,/^}/p' >manual.json
jq '.traces = ["t.cborseq"] | .options.seed = 1' manual.json >grid.json
valid grid-1 manual.json grid.json
expect 0 -- sweep plan grid.json -o of-grid
valid plan-1 of-grid/plan.json
for spoil in '.schema = "buddysim-grid-9"' '.strategys = ["none"]' '.timeline = "yes"' '.zip = [["memory"]]' \
	'.options.memory = {}' '.exclude = ["none"]' '.traces = 1'; do
	invalid grid-1 grid.json "$spoil"
	"$bin" sweep plan spoilt.json -o refused >stdout.txt 2>stderr.txt && fail "the program takes $spoil"
done

# A scenario: what the schema refuses the program refuses, too.
scenario=$src/sim/scenarios/three-guests.json
sed -n '/^```$/,/^```$/{/^```$/d;p}' "$src/sim/man/buddysim-scenario.5.scd" | sed -n '/^{/,/^}/p' >manual.json
cmp <(jq -S . manual.json) <(jq -S . "$scenario") || fail "the page shows another scenario than sim/scenarios has"
jq 'del(.guests[2])' "$scenario" >scenario.json
valid scenario-1 "$scenario" scenario.json
expect 0 -- compare --scenario scenario.json -s none,rotation -d model --format json -o scenario-record.json
valid record-3 scenario-record.json
for spoil in '.schema = "buddysim-scenario-9"' '.guest = []' '.host.size = "1GiB"' '.guests = []' \
	'.guests[0].trace = "t.cborseq"' 'del(.guests[0].load)' '.guests[0].memory = true' '.host.events = "1s"'; do
	invalid scenario-1 scenario.json "$spoil"
	"$bin" run --scenario spoilt.json -d model >stdout.txt 2>stderr.txt && fail "the program takes $spoil"
done

expect 0 -- advise t.cborseq -s rotation:order=9,budget=0,capacity=32,none --memory 1GiB --format json
cp stdout.txt advice.json
expect 1 -- advise t.cborseq -s rotation:order=9,budget=0,capacity=32,none --memory 1GiB --max-held 1B --max-stall 1ns/min --format json
cp stdout.txt limits.json
valid advice-1 advice.json limits.json
invalid advice-1 advice.json '.cells[0].cost_ns = "little"'
finish
