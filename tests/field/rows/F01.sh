row F1 "vm0-ai/vm0, issue 34723"
situation "Six guests free 2 GiB each at once; how long until the host holds less than 1.5 GiB beyond what remains in the end."
assumed "The host is rented, as the same people's others are (their issue 32718): costs \`nested\`, base pages. Guests of 3 GiB, up for a minute, so that what they never touched was reported before."
for delay in 2000ms 250ms; do
	run f1.json compare --load memhog:size=2GiB,cycles=1,hold=2s,lead=60s --guests 6 --memory 3GiB --cpus 2 \
		--host-threads 1 --kernel linux-6.12 -d model --costs nested --thp never \
		-s "rotation:delay=$delay" --tail 30s || return
	s=$(value f1.json 'series("rotation:delay='$delay'") | until_below(samples[-1].held + 1536 * 1048576) | seconds | fixed(2)')
	case $delay in
	2000ms) figure "below 1.5 GiB, delay 2000 ms" "10.2 s" "$s" 25% ;;
	250ms) figure "below 1.5 GiB, delay 250 ms" "1.28 s" "$s" 25% ;;
	esac
done
