#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every verb's --help shows two examples at least, and each runs as it is printed, in the order of the
# table: in a folder that has traces/ and tests/, and what a recording leaves there.
. "$(dirname "$0")/lib.sh"
ln -s "$src/traces" "$src/tests" .
mkdir bin
ln -s "$bin" bin/buddysim
export PATH=$PWD/bin:$PATH

# What perf script and /proc printed on other machines.
cat >load.perf.txt <<'END'
cc 10 [000] 1.000000: kmem:mm_page_alloc: page=0x1 pfn=0x1000 order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE
cc 10 [000] 1.000010: kmem:mm_page_alloc: page=0x1 pfn=0x1200 order=9 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE
cc 10 [000] 1.500000: kmem:mm_page_free: page=0x1 pfn=0x1200 order=9
cc 10 [000] 1.500010: kmem:mm_page_free: page=0x1 pfn=0x1000 order=0
END
cat >buddyinfo.txt <<'END'
Node 0, zone    DMA32   8133   6637   1801   1627   2370   1518    571    204     16      0      0
Node 0, zone   Normal   1696   4035   2173    641     98      9      0      0      0      0      0
END

verbs=$("$bin" --describe | cut -f2)
for verb in $verbs; do
	subs=$("$bin" "$verb" --describe | awk -F '\t' '$1 == "verb" { print $2 }')
	for v in ${subs:-.}; do
		words=("$verb")
		[ "$v" = . ] || words+=("$v")
		"$bin" "${words[@]}" --describe | grep -c ^example >count || :
		[ "$(cat count)" -ge 2 ] || fail "${words[*]}: $(cat count) examples"
		"$bin" "${words[@]}" --help >help.txt
		"$bin" "${words[@]}" --describe | awk -F '\t' '$1 == "example" { print "  " $3 }' | while read -r line; do
			grep -qF -- "$line" help.txt || echo "$line"
		done >missing.txt
		[ ! -s missing.txt ] || fail "${words[*]} --help lacks: $(cat missing.txt)"
	done
	"$bin" "$verb" --help | grep -q '^Examples:$' || fail "$verb --help shows no example"
done

n=0
sed -n 's/^\t"\(.*\)")$/\1/p' "$src/sim/examples.def" >commands.txt
[ "$(wc -l <commands.txt)" -ge 40 ] || fail "only $(wc -l <commands.txt) examples"
while read -r command; do
	case $command in
	*"--engine slurm"*) continue ;; # a cluster of its own is started by tests/engine
	*"--engine parallel"*) command -v parallel >/dev/null || continue ;;
	"buddysim calibrate"* | *"/proc/"*) [ -z "${BUDDYSIM_NO_HOST:-}" ] || continue ;;
	esac
	start=$SECONDS
	bash -euo pipefail -c "$command" >stdout.txt 2>stderr.txt </dev/null
	status=$?
	[ $((SECONDS - start)) -lt 20 ] || echo "$((SECONDS - start)) s: $command"
	case $command:$status in
	*:0) ;;
	"buddysim sweep diff "*:1 | "buddysim state diff "*:1) ;; # they differ, and say where
	*) fail "status $status: $command: $(tail -n 5 stderr.txt)" ;;
	esac
	n=$((n + 1))
done <commands.txt
for f in compare.xml verify.xml advice.json out/before.sqlite out/pictures/resident.svg host.costs start.state; do
	[ -s "$f" ] || fail "no $f"
done
echo "$n examples"
finish
