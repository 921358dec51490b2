row F4 "hyperalloc-bench, multivm, write, base-auto"
situation "A guest of 10 GiB with 8 CPUs: a program writes 8 GiB and ends, five times; what the host holds on average, and by how much that falls with each pass after a program's end."
assumed "The guest is up for a minute. A program starts each 30 s and the last one is watched for 10 s (the benchmark's script); 460 MiB in use before, of 567 that" \
	"are resident; base pages in the guest, which the benchmark's program asks for, huge ones behind it."
run f4.json compare --load write:size=8GiB,tasks=8,order=0,cycles=5,pause=29500ms,base=460MiB,lead=60s --memory 10GiB \
	--kernel linux-6.1 -d model --costs vm -s none,rotation --tail 10s || return
mean() { value f4.json 'series("'"$1"'") | samples as $s | [range(($s | length) - 1) | select($s[.].t >= 60e9) | $s[.].held * ($s[. + 1].t - $s[.].t)] | add / ($s[-1].t - 60e9) | mib | fixed(0)'; }
figure "mean held with reporting" "4274 MiB" "$(mean rotation)" 10%
figure "mean held without" "8626 MiB" "$(mean none)" 10%
falls=($(value f4.json 'series("rotation") | falls(60.5e9; 89e9)[] | fixed(0)'))
figures_of "falls" MiB 10% "958 1023 1024 976 640 640 640 640 640 640 328" "${falls[*]:0:11}"
why "What the mean lacks is some 2 s more in each of the five cycles. The benchmark's program writes a word into each page of a" \
	"*shared* mapping and one thread unmaps all of it (its source): eight threads then wait for one another in shmem, and" \
	"the end takes longer. The load here has memory of its own, written in half a second. How long it took there was not told." \
	"The last fall is what is left when all else is gone: how much lies in small pieces and on per-cpu lists."
