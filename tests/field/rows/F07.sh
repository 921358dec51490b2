row F7 "firecracker-microvm/firecracker, issue 4324"
situation "A balloon of 900 MiB in a guest of 1024 MiB that does not deflate for anybody; then a program wants 800 MiB. The guest stood still, with two CPUs at work."
assumed "48 MiB in use before. The balloon has half a minute before the program starts; what becomes of requests that find nothing is" \
	"not gone into: a kernel looks for a victim, and then panics or goes on looking."
run f7.json compare --load memhog:size=800MiB,order=0,cycles=1,hold=5s,base=48MiB,lead=30s --memory 1GiB --kernel linux-6.1 -d model \
	--costs vm --thp never -s balloon:size=900MiB,at=1s,deflate_on_oom=off --tail 30s || return
outcome "failures, or a stall without an end" yes "$(value f7.json '.cells[0] | if .alloc_failed > 0 then "yes" else "no" end')"
why "$(value f7.json '.cells[0] | "\(.alloc_failed) of \(.allocations) allocations failed while the driver had \(.driver.peak_bytes | mib | floor) MiB."')" \
	"In one line, as the program says it: \"$(value f7.json '[.warnings[].text | select(startswith("the driver"))][0]')\"."
