#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The README shows what ./bootstrap demo prints: all but the guest's own lines, which name the device, for
# here there is no real arena behind it.
. "$(dirname "$0")/lib.sh"
without_guest() { sed '/^traces\//,/seed [0-9]*$/d'; }

demo=$(sed -n '/^demo()/,/^}/p' "$src/bootstrap" | tr -d '\\\n' | grep -o 'compare traces/[^&;|"]*' | sed 's/ --plots.*//')
[ -n "$demo" ] || fail "no demo in bootstrap"
read -ra words <<<"$demo"
words[1]=$src/${words[1]}
expect 0 -- "${words[@]}" --device model
sed "s|^$src/||" stdout.txt | without_guest >want.txt
# the block that begins with the answer
awk '/^```/ { on = !on; if (!on && hit) exit; text = ""; next } on { text = text $0 "\n"; if (/^memhog_thp: /) hit = 1 }
	END { printf "%s", text }' "$src/README.md" | without_guest >got.txt
grep -q '^bound' want.txt || fail "nothing to compare: $(cat want.txt)"
diff want.txt got.txt >differs.txt || fail "README.md is not what the demo prints: $(cat differs.txt)"

# The same load on several kernels: the tables that the command above them prints.
(cd "$src" && "$bin" compare traces/*.cborseq.zst --allow-lossy --repeat 3 --gap 20s -d model -s none,rotation \
	--kernel linux-6.1,linux-6.12,linux-6.18,linux-7.3 --format markdown \
	--columns 'held,of none,back t90,refault,requests,cost' 2>/dev/null) | grep '^[|*]' >want.txt
[ "$(grep -c '^| linux-7.3/rotation ' want.txt)" = 3 ] || fail "a table for each trace: $(cat want.txt)"
sed -n '/<!-- kernels/,/<!-- end/p' "$src/README.md" | grep '^[|*]' >got.txt
diff want.txt got.txt >differs.txt || fail "README.md, kernels: $(cat differs.txt)"

# Guests that differ: the table that the command above it prints.
scenario=$(tr '\n' ' ' <"$src/README.md" | grep -o 'buddysim compare --scenario [^`]*' | head -n 1 | sed 's/^buddysim //; s/\\ */ /g')
[ -n "$scenario" ] || fail "no scenario in README.md"
(cd "$src" && "$bin" $scenario 2>/dev/null) >want.txt
awk '/^```/ { on = !on; if (!on && hit) exit; text = ""; next } on { text = text $0 "\n"; if (/^three-guests.json: /) hit = 1 }
	END { printf "%s", text }' "$src/README.md" >got.txt
diff want.txt got.txt >differs.txt || fail "README.md, scenario: $(cat differs.txt)"
finish
