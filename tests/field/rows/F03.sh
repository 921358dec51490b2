row F3 "tinylabscom/mvm, issue 3478"
situation "A guest of 2 GiB frees 1.5 GiB; how long until the first GiB is back with the host."
assumed "64 MiB in use before; up for a minute; huge pages in the guest, base pages behind it, as microVMs have by default; the delay of 2 s."
run f3.json compare --load memhog:size=1536MiB,cycles=1,hold=2s,base=64MiB,lead=60s --memory 2GiB --kernel linux-6.12 \
	-d model --costs vm --thp never -s rotation --tail 60s || return
figure "first GiB back" "10.9 s" \
	"$(value f3.json 'series("rotation") | freed as $t | first(samples[] | select(.t >= $t) | .held) as $from | until_below($from - 1073741824) | seconds | fixed(1)')" 30%
why "All but the last 78 MiB are back after" \
	"$(value f3.json 'series("rotation") | until_below(136 * 1048576) | seconds | fixed(1)') s here, and were after about 30 s there:" \
	"where free memory is in many zones and orders a pass of 2 s takes less of each."
