row F9 "kata-containers, issue 8401"
situation "\`stress\` with 4 workers of 900 MiB ends: what does the host still hold?"
assumed "A guest of 5 GiB; huge pages."
run f9.json compare --load stress-vm:workers=4,size=900MiB,time=20s,hang=1s --memory 5GiB --kernel linux-6.1 -d model --costs vm \
	-s none,rotation --tail 60s || return
left() { value f9.json 'series("'"$1"'") | samples | (map(.held) | max) as $peak | .[-1].held / $peak * 100 | fixed(0)'; }
outcome "all of it stays without reporting" yes "$([ "$(left none)" = 100 ] && echo yes || echo no)"
why "With reporting, $(left rotation) % is left a minute later."
