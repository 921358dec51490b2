row F10 "Linux, skipping the zeroing of host-zeroed pages, April to May 2026"
situation "A guest of 2 GiB with one CPU touches 256 MiB again that it had freed and that were reported: how much of it need the guest not zero a second time? (The series: 45 to 78 % less task-clock with huge pages.)"
assumed "The guest's own zeroing takes 97.5 us a MiB, as memset() does in a bare process."
again() { # FILE KERNEL ORDER
	run "$1" compare --load "memhog:size=256MiB,cycles=2,hold=1s,pause=30s,order=$3" --memory 2GiB --kernel "$2" \
		-d model:zero_per_mib=97500ns --costs vm -s rotation,rotation:zero_once=on
}
skipped() { value "$1" 'cell("rotation:zero_once=on").zeroing_avoided_bytes / 268435456 | fixed(2)'; }
again f10.json linux-7.3:split_keeps_mark=yes 9 && again f10n.json linux-7.3 9 &&
	again f10s.json linux-7.3:split_keeps_mark=yes 0 && again f10sn.json linux-7.3 0 || return
share "not zeroed twice, huge pages" "about all" "$(skipped f10.json)" 0.9
why "Without what the series' third patch does (\`split_keeps_mark\`) one half of each 4 MiB block loses its mark, and it is $(skipped f10n.json)." \
	"In single pages it is $(skipped f10s.json) with that patch and $(skipped f10sn.json) without."
