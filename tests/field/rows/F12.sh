row F12 "live guests of 6.1.192 and 6.12.117, compacted, without page cache, compacted again (tests/field/dumps)"
situation "A guest of 512 MiB with 140 to 150 MiB free in fragments: what is reported to its host after" \
	"\`compact_memory\`, after \`drop_caches\` and after compacting again."
assumed "Each starts from the dump before the first compaction, and goes on by itself. When what was asked for is as in the log;" \
	"who else was at work there is not known. The order of one of the two files in the page cache is not either."
ln -sfn "$here/dumps" dumps
# told FILE: what of free memory the guest has marked as reported, in MiB.
told() { awk '$1 == "free" { for (i = 5; i <= NF; i++) if ($i ~ /r$/) pages += 2 ^ $3 } END { print pages / 256 }' "$1"; }
# reported KERNEL LENGTH EVENTS...: ... so long behind the dump.
reported() {
	local kernel=$1 length=$2 events=() e
	shift 2
	for e in "$@"; do events+=(--guest-event "$e"); done
	run f12.json compare --state "dumps/linux-$kernel-report.txt.zst" --load "idle:time=$length" -s rotation -d model --tail 0s \
		"${events[@]}" --dump-state f12.txt || return
	predicted=$(told f12.txt)
}
series_of() { # KERNEL LENGTH...
	local all=() kernel=$1 length
	shift
	for length in "$@"; do
		reported "$kernel" "$length" 0s:compact || return
		all+=("$predicted")
	done
	predicted=${all[*]}
}
last_of() { # KERNEL
	local all
	reported "$1" 60s 0s:compact 50s:drop_caches || return
	all=$predicted
	reported "$1" 80s 0s:compact 50s:drop_caches 70s:compact || return
	predicted="$all $predicted"
}
reported 6.1 1s || return
before=$predicted
reported 6.12 1s || return
outcome "reported before (6.1, 6.12)" "0 4 MiB" "$before $predicted MiB"
series_of 6.1 4s 40s || return
figures_of "6.1: after 4 and 40 s" MiB 5% "114 114" "$predicted"
last_of 6.1 || return
figures_of "6.1: without cache, and compacted again" MiB 5% "340 352" "$predicted"
series_of 6.12 4s 8s 12s 16s 40s || return
figures_of "6.12: after 4, 8, 12, 16 and 40 s" MiB 5% "104 108 110 112 112" "$predicted"
last_of 6.12 || return
figures_of "6.12: without cache, and compacted again" MiB 5% "346 358" "$predicted"
why "6.1 has nothing on its per-cpu lists that would come later; 6.12 has, and gives it back by the eighth each second."
