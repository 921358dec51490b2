#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The README shows what ./bootstrap demo prints: all but the guest's own lines, which name the device, for
# here there is no real arena behind it.
. "$(dirname "$0")/lib.sh"
without_guest() { sed '/^traces\//,/seed [0-9]*$/d'; }

demo=$(sed -n '/^demo()/,/^}/p' "$src/bootstrap" | tr -d '\\\n' | grep -o 'compare traces/[^&;|"]*' | sed 's/[[:space:]]--plots.*//')
[ -n "$demo" ] || fail "no demo in bootstrap"
eval "words=($demo)"
words[1]=$src/${words[1]}
expect 0 -- "${words[@]}" --device model
sed "s|^$src/||" stdout.txt | without_guest >want.txt
# the block that begins with the answer
awk '/^```/ { on = !on; if (!on && hit) exit; text = ""; next } on { text = text $0 "\n"; if (/^node: rotation/) hit = 1 }
	END { printf "%s", text }' "$src/README.md" | without_guest >got.txt
grep -q '^bound' want.txt || fail "nothing to compare: $(cat want.txt)"
diff want.txt got.txt >differs.txt || fail "README.md is not what the demo prints: $(cat differs.txt)"

# The same load on several kernels: the tables that the command above them prints. With sanitizers only those of
# the traces that do not take long.
traces=("$src"/traces/*.cborseq.zst)
grep -q __asan_init "$bin" && traces=($(short_traces) "$src/traces/node.cborseq.zst")
traces=("${traces[@]#"$src/"}")
(cd "$src" && "$bin" compare "${traces[@]}" --allow-lossy --repeat 3 --gap 20s -d model -s none,rotation \
	--kernel linux-6.1,linux-6.12,linux-6.18,linux-7.3 --format markdown \
	--columns 'held,of none,back t90,refault,requests,cost' 2>/dev/null) | grep '^[|*]' >want.txt
[ "$(grep -c '^| linux-7.3/rotation ' want.txt)" = "${#traces[@]}" ] || fail "a table for each trace: $(cat want.txt)"
sed -n '/<!-- kernels/,/<!-- end/p' "$src/README.md" | grep '^[|*]' >all.txt
[ "$(grep -c '^\*\*' all.txt)" = "$(ls "$src"/traces/*.cborseq.zst | wc -l)" ] || fail "README.md lacks a trace: $(grep '^\*\*' all.txt)"
for trace in "${traces[@]}"; do
	name=$(basename "$trace" | sed 's/_/\\\\_/g')
	for f in want all; do
		awk -v name="**$name**" '/^[*][*]/ { on = $0 == name } on' "$f.txt" >"$f.one.txt"
	done
	[ -s want.one.txt ] || fail "$trace: no table"
	diff want.one.txt all.one.txt >differs.txt || fail "README.md, kernels: $trace: $(cat differs.txt)"
done

# What traces/README.md quotes of the answers.
for trace in "${traces[@]}"; do
	name=$(basename "$trace" .cborseq.zst)
	(cd "$src" && "$bin" compare "$trace" -s all -d model --allow-lossy 2>/dev/null) | tr -s '\n ' ' ' >answer.txt
	grep "^| \`$name\` | [^|]* |$" "$src/traces/README.md" | grep -o '"[^"]*"' | tr -d '"' >quoted.txt
	[ -s quoted.txt ] || fail "traces/README.md quotes no answer of $name"
	while read -r words; do
		grep -qF -- "$words" answer.txt || fail "traces/README.md: $name does not answer \"$words\": $(head -c 600 answer.txt)"
	done <quoted.txt
done

# Tables that stand under the command that prints them: what the command begins with, what the table is known by, from
# which line on it is shown.
shows() {
	local command
	command=$(tr '\n' ' ' <"$src/README.md" | grep -oF -- "$1" | head -n 1)
	[ -n "$command" ] || { fail "no $1 in README.md"; return; }
	command=$(tr '\n' ' ' <"$src/README.md" | sed "s|.*build/release/\($1[^\`]*\)\`.*|\1|; s/\\\\ */ /g; s/^buddysim //")
	(cd "$src" && eval "$bin $command" 2>/dev/null) | sed -n "/^$3/,\$p" >want.txt
	awk -v known="$2" '/^```/ { on = !on; if (!on && hit) exit; text = ""; next }
		on { text = text $0 "\n"; if (index($0, known)) hit = 1 }
		END { printf "%s", text }' "$src/README.md" >got.txt
	diff want.txt got.txt >differs.txt || fail "README.md, $1: $(cat differs.txt)"
}
shows "buddysim compare --scenario" "three-guests.json: Add" three-guests
shows "buddysim compare --load memhog:size=1GiB,cycles=2,hold=2s" "it free   back" strategy
finish
