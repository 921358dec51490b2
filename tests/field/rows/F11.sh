row F11 "libkrun, issue 703; krunkit, issue 21"
situation "A guest reports free memory to a host whose advice does nothing, or only lowers its pressure: what becomes of the resident memory?"
assumed "The first host is \`--advice none\`, the second \`--advice free\` on a host that is not short of memory."
run f11.json compare --load memhog:size=1GiB,cycles=1,hold=2s --memory 2GiB --kernel linux-6.12 -d model --costs vm --thp never \
	--advice none -s rotation --tail 60s || return
stays() { value "$1" 'series("rotation") | samples | (map(.held) | max) as $peak | if .[-1].held == $peak then "yes" else "no" end'; }
outcome "it stays, advice without effect" yes "$(stays f11.json)"
run f11.json compare --load memhog:size=1GiB,cycles=1,hold=2s --memory 2GiB --kernel linux-6.12 -d model --costs vm --thp never \
	--advice free --host-memory 16GiB --host-swap 1GiB -s rotation --tail 60s || return
outcome "it stays, advice MADV_FREE" yes "$(stays f11.json)"
