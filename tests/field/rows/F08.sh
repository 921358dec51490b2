row F8 "TencentCloud/CubeSandbox, issue 1758"
situation "A guest of 2 GiB frees 1536 MiB: are all but 384 MiB of it back within 90 s?"
assumed "64 MiB in use before; up for a minute; base pages behind the guest; the delay of 2 s."
run f8.json compare --load memhog:size=1536MiB,cycles=1,hold=2s,base=64MiB,lead=60s --memory 2GiB --kernel linux-6.12 -d model \
	--costs vm --thp never -s rotation --tail 100s || return
outcome "within 384 MiB in 90 s" yes "$(value f8.json 'series("rotation") | if (until_below((64 + 384) * 1048576) // 1e12) < 90e9 then "yes" else "no" end')"
why "After $(value f8.json 'series("rotation") | until_below((64 + 384) * 1048576) | seconds | fixed(1)') s."
