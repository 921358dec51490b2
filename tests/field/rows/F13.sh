row F13 "live guests of 6.1.192 and 6.12.117, compacted (tests/field/dumps)"
situation "Guests of 256 MiB, and one of 3.5 GiB that mostly holds its memory: how many pages \`compact_memory\` moves, and how many" \
	"free huge blocks there are then. With 30 % holes; once more at once; with more holes, and nothing unmovable; with unmovable" \
	"pages in many blocks; the large one."
assumed "Each starts from the dump before it. Nothing else is at work."
ln -sfn "$here/dumps" dumps
compacted() { # KERNEL
	local name moved=() blocks=()
	for name in light again thin unmovable normal; do
		run f13.json compare --state "dumps/linux-$1-$name.txt.zst" --load idle:time=500ms -s none -d model --tail 0s \
			--guest-event 0s:compact || return
		moved+=("$(value f13.json '.cells[0].asked.moved')")
		blocks+=("$(value f13.json '.cells[0].nr_free | .[9] + 2 * .[10]')")
	done
	all_moved=${moved[*]} all_blocks=${blocks[*]}
}
compacted 6.1 || return
figures_of "6.1: moved" pages 1% "6305 219 5205 5634 13785" "$all_moved"
figures_of "6.1: free huge blocks" blocks 1% "13 14 31 19 60" "$all_blocks"
compacted 6.12 || return
figures_of "6.12: moved" pages 1% "6731 11 5136 5597 15163" "$all_moved"
figures_of "6.12: free huge blocks" blocks 1% "18 16 35 17 63" "$all_blocks"
