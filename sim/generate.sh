#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# generate.sh PROGRAM man PAGE: a page of the manual (buddysim-compare.1, buddysim.7, ...) for scdoc
# generate.sh PROGRAM bash|zsh|fish: completion for a shell
# Both are made from what the program says of itself (describe.h).
set -eu
program=$1 form=$2

# verb, then the fields of describe.h; a verb with verbs of its own: "trace import"
ask() {
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

# What was answered once is not asked again: BUDDYSIM_SAID is a file of it, which a caller may keep, too.
if [ -z "${BUDDYSIM_SAID:-}" ]; then
	BUDDYSIM_SAID=$(mktemp)
	export BUDDYSIM_SAID
	trap 'rm -f "$BUDDYSIM_SAID"' EXIT
fi
describe() {
	[ -s "$BUDDYSIM_SAID" ] || ask >"$BUDDYSIM_SAID"
	cat "$BUDDYSIM_SAID"
}

# ---- Manual ---------------------------------------------------------------------------------------
# A page is what sim/man has to say, between what the program says of itself.

here=$(dirname "$0")

# Text that scdoc shall take as it is.
plain='function plain(s) { gsub(/[\\*_`~]/, "\\\\&", s); sub(/^[-#.]/, "\\\\&", s); return s }'

# The options of one verb, with a heading for each verb that it has itself.
options_of() {
	describe | awk -F '\t' -v of="$1" "$plain"'
	($1 != of && index($1, of " ") != 1) || $2 != "option" { next }
	$1 != verb {
		verb = $1
		heading = ""
		if (verb != of) printf "\n## buddysim %s\n", verb
	}
	$3 != heading { heading = $3; if (heading) printf "\n%s\n", plain(heading) }
	{
		printf "\n%s*--%s*", $4 ? "*-" $4 "*, " : "", $5
		if ($6) printf " %s", plain($6)
		printf "\n\t%s.\n", plain($7)
	}'
}

# Its examples, as they are typed.
examples_of() {
	describe | awk -F '\t' -v of="$1" "$plain"'
	($1 == of || index($1, of " ") == 1) && $2 == "example" {
		text = toupper(substr($3, 1, 1)) substr($3, 2)
		printf "\n%s:\n\n```\n%s\n```\n", plain(text), $4
	}'
}

# What it is called with, a line for each verb that it has itself.
synopsis_of() {
	describe | awk -F '\t' -v of="$1" "$plain"'
	($1 == of || index($1, of " ") == 1) && $2 == "args" {
		printf "%s*buddysim %s* [_option_...]%s", n++ ? "++\n" : "", $1, $3 ? " " plain($3) : ""
	}
	END { print "" }'
}

summary_of() { describe | awk -F '\t' -v of="$1" '$1 == "verb" && $2 == of { print $3 }'; }

verbs() {
	describe | awk -F '\t' "$plain"'$1 == "verb" {
		printf "\n*%s*\n\t%s. See *buddysim-%s*(1).\n", $2, plain(toupper(substr($3, 1, 1)) substr($3, 2)), $2
	}'
}

# Every other page.
pages() {
	{
		echo "buddysim 1"
		describe | awk -F '\t' '$1 == "verb" { print "buddysim-" $2, 1 }' | sort
		printf '%s\n' "buddysim-grid 5" "buddysim-record 5" "buddysim-scenario 5" "buddysim-trace 5" "buddysim 7"
	} | awk -v self="$1" '{ if ($1 "." $2 != self) printf "%s*%s*(%s)", n++ ? ", " : "", $1, $2 }
		END { print "" }'
}

# "--gap  refused  there is no gap in one round; use --repeat N" as a table's lines
combinations() {
	"$program" list combinations | awk "$plain"'
	{
		option = $1
		what = $2
		sub(/^[^ ]+ +[^ ]+ +/, "")
		printf "\n*%s* (%s)\n\t%s.\n", option, what, plain($0)
	}'
}

metrics() {
	"$program" list metrics --format tsv | awk -F '\t' "$plain"'NR > 1 {
		printf "\n*%s*%s\n\t%s.\n", plain($1), $2 ? " (" plain($2) ")" : "", plain($5)
	}'
}

# What of @NAME@ stands for.
fill() { # PAGE
	awk -v page="$1" -v me="$0" -v program="$program" '
	function run(what,    line, cmd) {
		cmd = "sh \"" me "\" \"" program "\" part " what " " page
		while ((cmd | getline line) > 0) print line
		close(cmd)
	}
	/^@[A-Z]+@$/ { run(tolower(substr($0, 2, length($0) - 2))); next }
	{ print }'
}

head_of() { # NAME SECTION SUMMARY
	printf '%s(%s)\n\n# NAME\n\n%s - %s\n\n' "$1" "$2" "$1" "$3"
}

# A document of Markdown, as far as those here use it: a table becomes a list, its first column the names.
from_markdown() {
	awk "$plain"'
	function text(s,    n, part, i, out) {
		n = split(s, part, "`")
		for (i = 1; i <= n; i++) {
			if (i % 2 == 0) { out = out "*" plain(part[i]) "*"; continue }
			gsub(/\*\*/, "\001", part[i])
			gsub(/[\\*_~]/, "\\\\&", part[i])
			gsub(/\001/, "*", part[i])
			out = out part[i]
		}
		return out
	}
	function row(line,    n, c, i) {
		gsub(/^\| *| *\|$/, "", line)
		n = split(line, c, / *\| */)
		if (!cols) { cols = n; for (i = 1; i <= n; i++) title[i] = c[i]; return }
		printf "\n*%s*\n\t%s.", plain(c[1]), text(c[2])
		for (i = 3; i <= n; i++) printf " %s: %s.", toupper(substr(title[i], 1, 1)) substr(title[i], 2), text(c[i])
		print ""
	}
	/^    / { if (!code) print "```"; code = 1; print substr($0, 5); next }
	code { print "```"; code = 0 }
	/^# / { next }
	/^##+ / {
		level = index($0, " ") - 1
		sub(/^#+ ([0-9.]+ )?/, "")
		print substr("####", 1, level - 1) " " toupper($0)
		next
	}
	/^\|[-| ]+\|$/ { next }
	/^\|/ { row($0); next }
	{ cols = 0; print text($0) }
	END { if (code) print "```" }'
}

page() { # buddysim-compare.1
	case $1 in
	buddysim-trace.5)
		head_of buddysim-trace 5 "the format of a trace"
		echo "# DESCRIPTION"
		from_markdown <"$here/../traces/FORMAT.md"
		;;
	buddysim-record.5)
		head_of buddysim-record 5 "what a comparison found out"
		fill "$1" <"$here/man/record.scd"
		;;
	buddysim-*.1)
		verb=${1#buddysim-}
		verb=${verb%.1}
		head_of "buddysim-$verb" 1 "$(summary_of "$verb")"
		printf '# SYNOPSIS\n\n'
		synopsis_of "$verb"
		echo
		fill "$1" <"$here/man/$verb.scd"
		printf '\n# OPTIONS\n'
		options_of "$verb"
		printf '\n# EXIT STATUS\n\nAs *buddysim*(1) says: 0 done, 1 unequal or over a limit, 2 usage, %s\n' \
			"3 bad input, 4 out of a resource, 5 an invariant broke, 130 interrupted."
		printf '\n# EXAMPLES\n'
		examples_of "$verb"
		;;
	*)
		fill "$1" <"$here/man/$1.scd"
		return
		;;
	esac
	printf '\n# SEE ALSO\n\n'
	pages "$1"
}

words_of_args='function words(s) { if (s !~ /\|/) return ""; gsub(/[][]/, "", s); sub(/ .*/, "", s)
	gsub(/\|/, " ", s); return s }'

bash_() {
	awk -F '\t' "$words_of_args"'
	$1 == "verb" { verbs = verbs " " $2; next }
	$1 ~ /^args of / { arg[substr($1, 9)] = arg[substr($1, 9)] " " $2; next }
	$2 == "example" { next }
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
	$2 == "example" { next }
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
	$2 == "example" { next }
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
man) page "$3" ;;
part)
	case $3 in
	pages) pages "$4" ;;
	*) "$3" ;;
	esac
	;;
bash) describe | bash_ ;;
zsh) describe | zsh_ ;;
fish) describe | fish_ ;;
*)
	echo "generate.sh PROGRAM man PAGE|bash|zsh|fish" >&2
	exit 2
	;;
esac
