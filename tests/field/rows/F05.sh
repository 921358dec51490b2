row F5 "hyperalloc-bench, inflate"
situation "A guest of 20 GiB of which 19 GiB were written, or nothing, is shrunk to 2 GiB by a balloon and grown again, and 19 GiB are touched once more."
assumed "A request tells 256 pages, or huge pages. 512 MiB of the guest are in use. Huge pages are behind it. Touching is a kernel" \
	"module's, page by page: 25 us a MiB of its own."
inflate() { # FILE LOAD BALLOON TAIL
	run "$1" compare --load "$2" --memory 20GiB --capacity 256 --kernel linux-6.1 -d model --costs vm -s "$3" --tail "$4"
}
# What begins at 6 s: until all was told that ever is.
told() { value "$1" '.timeline.cells[0] | samples | map(select(.t > 6e9)) | (map(.reported) | max) as $all | (first(.[] | select(.reported == $all)).t - 6e9) | seconds | fixed(3)'; }
written=memhog:size=19GiB,cycles=1,fill=1s,hold=0,base=512MiB
inflate f5.json "$written" balloon:size=18GiB,at=6s 40s || return
inflate f5u.json idle:time=5s,base=512MiB balloon:size=18GiB,at=6s 40s || return
inflate f5h.json "$written" balloon:size=18GiB,at=6s,page=huge 6s || return
figure "4 KiB balloon" "21.0 s" "$(told f5.json)" 2x
figure "... never touched" "12.0 s" "$(told f5u.json)" 2x
figure "huge balloon" "0.146 s" "$(told f5h.json)" 2x
figure "4 KiB by huge" 144 "$(awk "BEGIN { printf \"%.0f\", $(told f5.json) / $(told f5h.json) }")" 2x
run f5t.json compare --load write:size=19GiB,order=0,cycles=2,pause=60s,touch=25us,base=512MiB --memory 20GiB --capacity 256 \
	--kernel linux-6.1 -d model --costs vm -s balloon:size=18GiB,at=10s,until=50s --tail 30s || return
figure "touching 19 GiB again" "19.5 s" "$(value f5t.json '.cells[0].load.cycle_ns.max | seconds | fixed(1)')" 1.5x
why "0.75 us of each 4 KiB call are fitted to what 18 GiB took longer that had been touched (\`buddysim list costs\`, per_drop):" \
	"without them the first figure is $(awk "BEGIN { printf \"%.1f\", $(told f5.json) - 4718592 * 0.75e-6 }") s. The second and the last do not hang on it."
