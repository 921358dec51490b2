row F2 "vm0-ai/vm0, issue 34723"
situation "A program allocates, touches and frees 512 MiB, again and again for 35 s; reporting with a delay of 2000 and of 250 ms."
assumed "Costs \`nested\` and base pages, as for F1; base pages in the guest, too." \
	"What a cycle does beside allocating took 921 - 505 ms at 2000 ms; 400 ms of that are a pause here. Faults are all" \
	"that the host had: first touches and those of discarded memory."
run f2.json compare --load churn:size=512MiB,time=35s,order=0,pause=400ms --memory 2GiB --cpus 2 --kernel linux-6.12 \
	-d model --costs nested --thp never -s rotation,rotation:delay=250ms --tail 2s || return
cycles() { value "$1" 'cell("'"$2"'").load.cycles'; }
faults() { value f2.json 'cell("'"$1"'") | .refaults + 131072'; }
slow=$(cycles f2.json rotation) fast=$(cycles f2.json rotation:delay=250ms)
figure "cycles at 250 by those at 2000 ms" 0.605 "$(awk "BEGIN { printf \"%.3f\", $fast / $slow }")" 30%
figure "faults at 250 by those at 2000 ms" 1.729 \
	"$(awk "BEGIN { printf \"%.3f\", $(faults rotation:delay=250ms) / $(faults rotation) }")" 30%
takes() { value f2.json 'cell("'"$1"'").load.ns_per_cycle / 1e6 - 400 | fixed(0)'; }
why "In itself: $slow and $fast cycles (38 and 23), $(takes rotation) and $(takes rotation:delay=250ms) ms each without the pause (505 and 1108 for allocating), $(faults rotation) and $(faults rotation:delay=250ms) faults (985814 and 1704219)."
run f2vm.json compare --load churn:size=512MiB,time=35s,order=0,pause=400ms --memory 2GiB --cpus 2 --kernel linux-6.12 \
	-d model --costs vm --thp never -s rotation,rotation:delay=250ms --tail 2s || return
why "On a host that is no guest itself (\`--costs vm\`) it is $(cycles f2vm.json rotation) and $(cycles f2vm.json rotation:delay=250ms)."
