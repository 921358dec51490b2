#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Manual and completion are made from what the program says of its options: all are there, and work.
. "$(dirname "$0")/lib.sh"
export BUDDYSIM_SAID=$PWD/said.txt

for form in bash zsh fish; do
	"$src/sim/generate.sh" "$bin" $form >completion.$form || fail "completion for $form"
done
# All prose is in one folder, where generate.sh takes it from.
for file in "$src"/sim/*.scd; do
	[ ! -e "$file" ] || fail "$file is not looked at: pages are in sim/man"
done
verbs=$("$bin" --describe | cut -f2)
[ "$(wc -w <<<"$verbs")" -ge 13 ] || fail "verbs: $verbs"
for page in buddysim.1 buddysim.7 buddysim-grid.5 buddysim-record.5 buddysim-trace.5 \
	$(printf 'buddysim-%s.1 ' $verbs); do
	"$src/sim/generate.sh" "$bin" man "$page" >"$page.scd" || fail "manual: $page"
	! command -v scdoc >/dev/null || scdoc <"$page.scd" >"$page" || fail "scdoc: $page"
	grep -qE '^@[A-Z]+@$' "$page.scd" && fail "$page: $(grep -E '^@[A-Z]+@$' "$page.scd") stands for nothing"
	! command -v groff >/dev/null || ! command -v scdoc >/dev/null ||
		[ -z "$(groff -man -Tutf8 -ww "$page" 2>&1 >/dev/null)" ] || fail "groff: $page"
done

expect 0 -- list options
sed -n 's/^--\([a-z-]*\).*/\1/p' stdout.txt >names
[ "$(wc -l <names)" -gt 30 ] || fail "options: $(cat names)"
expect 0 -- compare --help
cp stdout.txt help.txt
while read -r name; do
	grep -q -- "--$name" help.txt || fail "help: --$name"
	for page in compare run; do
		grep -qF -- "*--$name*" buddysim-$page.1.scd || fail "buddysim-$page(1): --$name"
	done
	grep -qE -- "compare\) words=.*--$name" completion.bash || fail "bash: --$name"
	grep -qF -- "*--$name" completion.zsh || fail "zsh: --$name"
	grep -qF -- "compare\" -l $name " completion.fish || fail "fish: --$name"
done <names
# Each page says what its verb and the verbs of that take, and how they are called.
for verb in $verbs; do
	page=buddysim-$verb.1.scd
	grep -qF "*buddysim-$verb*(1)" buddysim.1.scd || fail "buddysim(1): $verb"
	for section in SYNOPSIS DESCRIPTION OPTIONS EXAMPLES "SEE ALSO"; do
		[ "$(sed -n "/^# $section/,/^# /p" "$page" | grep -vc '^#\|^$')" -gt 0 ] || fail "$page: no $section"
	done
	subs=$("$bin" "$verb" --describe | awk -F '\t' '$1 == "verb" { print $2 }')
	for sub in ${subs:-.}; do
		words=$verb${subs:+ $sub}
		grep -qF "*buddysim $words*" "$page" || fail "$page: $words"
		# shellcheck disable=SC2086
		for name in $("$bin" $words --describe | awk -F '\t' '$1 == "option" { print $4 }'); do
			grep -qF -- "*--$name*" "$page" || fail "$page: $words --$name"
			grep -qE -- "$verb\) words=.*--$name( |\")" completion.bash || fail "bash: $words --$name"
			grep -qF -- "*--$name" completion.zsh || fail "zsh: $words --$name"
			grep -qF -- "from $verb\" -l $name " completion.fish || fail "fish: $words --$name"
		done
	done
done
# ... the record's every figure, and the trace's every key.
expect 0 -- list metrics --format tsv
[ "$(wc -l <stdout.txt)" -gt 150 ] || fail "metrics: $(wc -l <stdout.txt)"
cut -f1 stdout.txt | tail -n +2 | sed 's/_/\\_/g' | while read -r name; do
	grep -qF "*$name*" buddysim-record.5.scd || echo "$name"
done >missing.txt
[ ! -s missing.txt ] || fail "buddysim-record(5): $(head -3 missing.txt)"
expect 2 "no form but text" -- list kernels --format tsv
sed -n 's/^| \([a-z0-9_]*\) |.*/\1/p' "$src/traces/FORMAT.md" | grep -vx 'key\|kind' | sed 's/_/\\_/g' | while read -r name; do
	grep -qF "*$name*" buddysim-trace.5.scd || echo "$name"
done >missing.txt
[ ! -s missing.txt ] || fail "buddysim-trace(5): $(head -3 missing.txt)"
expect 0 -- list combinations
[ "$(wc -l <stdout.txt)" -ge 20 ] || fail "combinations: $(cat stdout.txt)"
[ "$(grep -cE '^\*--[a-z-]+\* \((refused|warning)\)$' buddysim-compare.1.scd)" -eq "$(wc -l <stdout.txt)" ] ||
	fail "manual: not every combination"

# complete WORD...: what bash offers for the last one
. ./completion.bash
complete_words() {
	COMP_WORDS=(buddysim "$@") COMP_CWORD=$# COMPREPLY=()
	_buddysim
	echo "${COMPREPLY[*]-}"
}
offers() { # EXPECTED WORD...
	[ "$(complete_words "${@:2}")" = "$1" ] || fail "${*:2}: $(complete_words "${@:2}"), not $1"
}
offers "compare" com
offers "--touch" compare t.cborseq --tou
offers "none page all" compare --touch ""
offers "page" compare --touch = pa
offers "none page all" compare --touch =
offers "model" run -d mo
offers "rotation" compare -s rot
offers "kernels" list ker
offers "gen" trace ge
offers "import" state im
offers "memory" bench mem
offers "text json" trace info t.cborseq --format ""
offers "run" sweep ru
offers "submit" sweep sub
offers "--max-stall" advise --max-s
offers "parallel slurm" sweep submit out --engine ""
offers "--params" trace gen --par
offers "" compare t.cb
! command -v zsh >/dev/null || zsh -n completion.zsh || fail "zsh cannot read it"
! command -v fish >/dev/null || fish -n completion.fish || fail "fish cannot read it"
finish
