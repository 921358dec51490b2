#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# generate.sh PROGRAM man|bash|zsh|fish [MANUAL.scd]: the manual's options, and completion for a shell,
# from what the program says of itself (describe.h).
set -eu
program=$1 form=$2

# verb, then the fields of describe.h; a verb with verbs of its own: "trace import"
describe() {
	"$program" --describe
	for verb in $("$program" --describe | cut -f2); do
		subs=$("$program" "$verb" --describe | awk -F '\t' '$1 == "verb" { print $2 }')
		if [ "$subs" ]; then
			"$program" "$verb" --describe | sed "s/^verb/args of $verb/"
			for sub in $subs; do
				"$program" "$verb" "$sub" --describe | sed "s/^/$verb $sub	/"
			done
		else
			"$program" "$verb" --describe | sed "s/^/$verb	/"
		fi
	done
}

man() {
	awk -F '\t' '
	function plain(s) { gsub(/[\\*_`~]/, "\\\\&", s); return s }
	$1 == "verb" || $1 ~ /^args of / || $2 == "args" { next }
	$1 == "run" { next }
	$1 != verb {
		verb = $1
		heading = ""
		printf "\n## buddysim %s\n", verb == "compare" ? "compare, buddysim run" : verb
	}
	$3 != heading { heading = $3; if (heading) printf "\n%s\n", plain(heading) }
	{
		printf "\n%s*--%s*", $4 ? "*-" $4 "*, " : "", $5
		if ($6) printf " %s", plain($6)
		printf "\n\t%s.\n", plain($7)
	}'
}

# "--gap  refused  there is no gap in one round; use --repeat N" as a table's lines
combinations() {
	"$program" list combinations | awk '
	function plain(s) { gsub(/[\\*_`~]/, "\\\\&", s); return s }
	{
		option = $1
		what = $2
		sub(/^[^ ]+ +[^ ]+ +/, "")
		text = plain($0)
		sub(/^-/, "\\-", text) # not a list
		printf "\n*%s* (%s)\n\t%s.\n", option, what, text
	}'
}

words_of_args='function words(s) { if (s !~ /\|/) return ""; gsub(/[][]/, "", s); sub(/ .*/, "", s)
	gsub(/\|/, " ", s); return s }'

bash_() {
	awk -F '\t' "$words_of_args"'
	$1 == "verb" { verbs = verbs " " $2; next }
	$1 ~ /^args of / { arg[substr($1, 9)] = arg[substr($1, 9)] " " $2; next }
	$2 == "args" { if (words($3) && $1 !~ / /) arg[$1] = words($3); next }
	{
		split($1, v, " ")
		options[v[1]] = options[v[1]] " --" $5 ($4 ? " -" $4 : "")
		if ($8) values[v[1] ":--" $5] = $8
		if ($8 && $4) values[v[1] ":-" $4] = $8
	}
	END {
		print "# bash completion of buddysim; made by sim/generate.sh"
		print "_buddysim() {"
		print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words="
		print "\t# bash takes --touch=page for three words."
		print "\tif [ \"$cur\" = = ]; then cur="
		print "\telif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi"
		printf "\tif [ \"$COMP_CWORD\" = 1 ]; then words=\"%s\"\n", substr(verbs, 2)
		print "\telse case ${COMP_WORDS[1]}:$prev in"
		for (k in values) printf "\t%s) words=\"%s\";;\n", k, values[k] | "sort"
		close("sort")
		for (k in arg) printf "\t%s:%s) words=\"%s\";;\n", k, k, arg[k] | "sort"
		close("sort")
		print "\t*) case $cur in -*) case ${COMP_WORDS[1]} in"
		for (k in options) printf "\t\t%s) words=\"%s\";;\n", k, substr(options[k], 2) | "sort"
		close("sort")
		print "\t\tesac;; esac;;"
		print "\tesac; fi"
		print "\t# shellcheck disable=SC2207"
		print "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))"
		print "}"
		print "complete -o default -F _buddysim buddysim"
	}'
}

zsh_() {
	awk -F '\t' "$words_of_args"'
	function text(s) { gsub(/[\[\]:\\]/, "\\\\&", s); gsub(/\047/, "\047\\\047\047", s); return s }
	$1 == "verb" { verbs = verbs "\n\t\t\047" $2 ":" text($3) "\047"; next }
	$1 ~ /^args of / { arg[substr($1, 9)] = arg[substr($1, 9)] " " $2; next }
	$2 == "args" { if (words($3) && $1 !~ / /) arg[$1] = words($3); next }
	{
		split($1, v, " ")
		rest = $6 ? ":" text($6) ":" ($8 ? "(" $8 ")" : "_files") : ""
		spec[v[1]] = spec[v[1]] " \\\n\t\t\t\047*--" $5 ($6 ? "=" : "") "[" text($7) "]" rest "\047"
		if ($4) spec[v[1]] = spec[v[1]] " \\\n\t\t\t\047*-" $4 "[" text($7) "]" rest "\047"
	}
	END {
		print "#compdef buddysim\n# made by sim/generate.sh"
		printf "_buddysim() {\n\tlocal -a verbs=(%s\n\t)\n", verbs
		print "\tif (( CURRENT == 2 )); then _describe verb verbs; return; fi"
		print "\tlocal verb=$words[2]\n\tshift words; (( CURRENT-- ))\n\tcase $verb in"
		for (k in spec)
			printf "\t%s) _arguments%s \\\n\t\t\t\047*:argument:%s\047;;\n", k, spec[k],
				(arg[k] ? "_values argument " arg[k] : "_files")
		print "\tlist) _values topic " arg["list"] ";;\n\tesac\n}\n_buddysim \"$@\""
	}' | sed '/^	list) _values topic *;;/d'
}

fish_() {
	awk -F '\t' "$words_of_args"'
	function text(s) { gsub(/[\\\047]/, "\\\\&", s); return "\047" s "\047" }
	BEGIN { print "# fish completion of buddysim; made by sim/generate.sh" }
	$1 == "verb" {
		print "complete -c buddysim -n __fish_use_subcommand -f -a " $2 " -d " text($3)
		next
	}
	$1 ~ /^args of / { line(substr($1, 9), "-f -a " $2 " -d " text($3)); next }
	$2 == "args" { if (words($3) && $1 !~ / /) line($1, "-f -a " text(words($3))); next }
	{
		split($1, v, " ")
		line(v[1], "-l " $5 ($4 ? " -s " $4 : "") ($8 ? " -x -a " text($8) : $6 ? " -r" : "") \
			" -d " text($7))
	}
	function line(verb, rest) {
		print "complete -c buddysim -n \"__fish_seen_subcommand_from " verb "\" " rest
	}'
}

case $form in
man)
	options=$(mktemp)
	combinations=$(mktemp)
	trap 'rm -f "$options" "$combinations"' EXIT
	describe | man >"$options"
	combinations >"$combinations"
	sed -e "/^@OPTIONS@\$/{r $options
d}" -e "/^@COMBINATIONS@\$/{r $combinations
d}" "$3"
	;;
bash) describe | bash_ ;;
zsh) describe | zsh_ ;;
fish) describe | fish_ ;;
*)
	echo "generate.sh PROGRAM man|bash|zsh|fish [MANUAL.scd]" >&2
	exit 2
	;;
esac
