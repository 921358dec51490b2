#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Manual and completion are made from what the program says of its options: all are there, and work.
. "$(dirname "$0")/lib.sh"

for form in bash zsh fish; do
	"$src/sim/generate.sh" "$bin" $form >completion.$form || fail "completion for $form"
done
"$src/sim/generate.sh" "$bin" man "$src/sim/buddysim.1.scd" >buddysim.1.scd || fail "manual"
! command -v scdoc >/dev/null || scdoc <buddysim.1.scd >buddysim.1 || fail "scdoc"

expect 0 -- list options
sed -n 's/^--\([a-z-]*\).*/\1/p' stdout.txt >names
[ "$(wc -l <names)" -gt 30 ] || fail "options: $(cat names)"
expect 0 -- compare --help
cp stdout.txt help.txt
while read -r name; do
	grep -q -- "--$name" help.txt || fail "help: --$name"
	grep -qF -- "*--$name*" buddysim.1.scd || fail "manual: --$name"
	grep -qE -- "compare\) words=.*--$name" completion.bash || fail "bash: --$name"
	grep -qF -- "*--$name" completion.zsh || fail "zsh: --$name"
	grep -qF -- "compare\" -l $name " completion.fish || fail "fish: --$name"
done <names
for verb in advise trace experiment report verify list bench calibrate; do
	grep -q "buddysim $verb" buddysim.1.scd || fail "manual: $verb"
done
expect 0 -- list combinations
[ "$(wc -l <stdout.txt)" -ge 20 ] || fail "combinations: $(cat stdout.txt)"
[ "$(grep -cE '^\*--[a-z-]+\* \((refused|warning)\)$' buddysim.1.scd)" -eq "$(wc -l <stdout.txt)" ] ||
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
offers "--params" trace gen --par
offers "" compare t.cb
! command -v zsh >/dev/null || zsh -n completion.zsh || fail "zsh cannot read it"
! command -v fish >/dev/null || fish -n completion.fish || fail "fish cannot read it"
finish
