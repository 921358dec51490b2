#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --junit of compare and verify: well-formed XML whose counts are those of its cases, for CI to show.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || { echo "needs python3 to read XML"; exit 77; }

# suite FILE: "NAME tests failures errors skipped", then "CLASS|NAME|VERDICT|MESSAGE" of each case
cat >suite.py <<'END'
import sys, xml.etree.ElementTree as tree
s = tree.parse(sys.argv[1]).getroot()
assert s.tag == "testsuite", s.tag
kinds = {"failure": "failures", "error": "errors", "skipped": "skipped"}
count = dict.fromkeys(kinds.values(), 0)
lines = []
for case in s:
    assert case.tag == "testcase" and len(case) <= 1
    verdict = case[0].tag if len(case) else "passed"
    if len(case):
        count[kinds[verdict]] += 1
    lines.append("|".join([case.get("classname"), case.get("name"), verdict,
                           case[0].get("message") if len(case) else ""]))
for name, n in count.items():
    assert int(s.get(name)) == n, name
assert int(s.get("tests")) == len(s)
print(s.get("name"), s.get("tests"), *count.values())
print("\n".join(lines))
END
suite() { python3 suite.py "$1"; }
is() { # FILE TEXT: what suite() prints of it
	suite "$1" >got.txt || fail "$1: $(cat "$1")"
	[ "$(cat got.txt)" = "$2" ] || fail "$1: $(cat got.txt), not $2"
}

expect 0 -- trace gen memhog --params size=64MiB,cycles=1,hold=100ms,pause=100ms -o t.cborseq
test_it() { expect "$1" -- compare t.cborseq -d model --memory 1GiB -s none,rotation "${@:2}"; }
test_it 0 --fail-if 'alloc_failed>0' --junit ok.xml
is ok.xml "buddysim compare 2 0 0 0
t.cborseq|none: alloc_failed>0|passed|
t.cborseq|rotation: alloc_failed>0|passed|"
test_it 1 --fail-if 'none/calls<1' --fail-if 'rotation/calls<1' --junit bad.xml
is bad.xml "buddysim compare 2 1 0 0
t.cborseq|none: none/calls<1|failure|none has calls = 0
t.cborseq|rotation: rotation/calls<1|passed|"
test_it 2 --fail-if 'none/settle_ns.t90>1h' --junit absent.xml
is absent.xml "buddysim compare 1 0 1 0
t.cborseq|none: none/settle_ns.t90>1h|error|none has no settle_ns.t90 in this run"
# A trace that cannot be read is a case in error; one behind it is looked at all the same.
echo nonsense >'a<b>&".cborseq'
expect 3 -- compare 'a<b>&".cborseq' t.cborseq -d model -s none --fail-if 'calls>0' --junit unread.xml
suite unread.xml >got.txt || fail "unread.xml: $(cat unread.xml)"
{ grep -q '^buddysim compare 2 0 1 0$' got.txt && grep -qF 'a<b>&".cborseq|compare|error|' got.txt; } ||
	fail "unread: $(cat got.txt)"
# What has no meaning, or no place, is told before anything runs; a file that is there stays.
expect 2 "--fail-if" -- compare t.cborseq -d model -s none --junit alone.xml
expect 4 "absent/dir" -- compare t.cborseq -d model -s none --fail-if 'calls>0' --junit absent/dir/x.xml

data=$src/tests/oracle/data
zstd -dcq "$data/linux-6.12-ix_ha_mix.txt.zst" >good.txt
awk '$1 == "a" && $5 != "-" && ++n == 100 { $5++ } { print }' good.txt >bad.txt
expect 3 -- verify good.txt bad.txt "$data/linux-6.1-vii_report_progress.txt.zst" not-there.txt --junit v.xml
suite v.xml >got.txt || fail "v.xml: $(cat v.xml)"
[ "$(cut -d'|' -f2,3 got.txt | tr '\n' ' ')" = "buddysim verify 4 1 1 1 good.txt|passed bad.txt|failure linux-6.1-vii_report_progress.txt.zst|skipped not-there.txt|error " ] ||
	fail "verify: $(cat got.txt)"
grep -q '^linux-6.12|bad.txt|failure|operation [0-9]*, line [0-9]*: .* expected pfn' got.txt || fail "verify: $(cat got.txt)"
expect 4 -- verify good.txt --junit absent/x.xml
finish
