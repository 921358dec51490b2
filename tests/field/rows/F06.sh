row F6 "firecracker-microvm/firecracker, pull request 4820"
situation "What a fault of one page costs in a microVM. It is what \`--costs vm\` has for that, and says nothing but that the run has it, too."
run f6.json compare --load memhog:size=900MiB,cycles=2,pause=30s --memory 1GiB --kernel linux-6.12 -d model --costs vm \
	--thp never -s rotation || return
figure "a fault" "2.93 us" "$(value f6.json '.cells[0] | (.guest_stall_ns.refault + .guest_stall_ns.host_zero) / .refaults / 1000 | fixed(2)')" 1%
