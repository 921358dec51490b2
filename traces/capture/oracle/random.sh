# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2034
# random.sh - sequences drawn from seeds, in guests drawn from seeds, until one differs, which is then made small.
# Read by run. Which seeds were tried, and what it came to, is kept in OUT/random.tsv: the next run goes on there.

sequences_per_boot=100

# below N: 0 .. N-1 in $drawn; pick WORD...: one of them
below() {
	state=$((state * 6364136223846793005 + 1442695040888963407))
	drawn=$(((state >> 33 & 0x3fffffff) % $1))
}
pick() {
	below $#
	shift $drawn
	drawn=$1
}

# weights N WORD...: N of them, with commas; not all are 0
weights() {
	local n=$1 list='' sum=0
	shift
	while [ "$n" -gt 0 ]; do
		pick "$@"
		list=$list$drawn,
		sum=$((sum + drawn))
		n=$((n - 1))
	done
	[ $sum -gt 0 ] || list=1,${list#*,}
	drawn=${list%,}
}

# The guest: how much memory, in which zones and nodes, how many CPUs; what is set in it.
draw_guest() {
	local memory cpus cmdline='' qemu=''
	pick 160 192 256 256 320 384 512 512 640 768 1024 3584 4608
	memory=$drawn
	pick 1 1 1 1 2 2 3 4
	cpus=$drawn
	below 5
	[ $drawn -ne 0 ] || cmdline="page_alloc.shuffle=1"
	below 5
	[ $drawn -ne 0 ] || cmdline="$cmdline kernelcore=50%"
	below 6
	if [ $drawn -eq 0 ] && [ "$memory" -ge 384 ] && [ "$memory" -le 1024 ] && [ "$cpus" -ge 2 ]; then
		qemu="-object memory-backend-ram,id=m0,size=$((memory / 2))M -object memory-backend-ram,id=m1,size=$((memory / 2))M"
		qemu="$qemu -numa node,nodeid=0,cpus=0-$((cpus / 2 - 1)),memdev=m0"
		qemu="$qemu -numa node,nodeid=1,cpus=$((cpus / 2))-$((cpus - 1)),memdev=m1"
	fi
	echo "# memory: $memory"
	echo "# cpus: $cpus"
	[ -z "$cmdline" ] || echo "# cmdline: $cmdline"
	[ -z "$qemu" ] || echo "# qemu: $qemu"
	echo "# timeout: 900"
	guest_cpus=$cpus guest_nodes=${qemu:+2} guest_shuffles=${cmdline:+$(echo "$cmdline" | grep -c shuffle || true)}
	if [ "$memory" -lt 300 ]; then guest_log=10; else guest_log=24; fi
}

# What is set in it; the notes say what no dump has, in every file. vm.defrag_mode is not drawn: verify knows what it
# does to requests that wait, and these do not.
draw_settings() {
	local boost
	pick 0 0 1024 2048 2048 4096 16384
	[ "$drawn" -eq 0 ] || settings="min_free $drawn"
	pick '' '' 0 30000
	boost=$drawn
	if [ -n "$boost" ]; then
		settings="$settings${settings:+;}echo $boost >/proc/sys/vm/watermark_boost_factor"
		notes="oracle note watermark_boost_factor=$boost"
	fi
}

# One sequence: perhaps memory that others hold, then operations of any orders and kinds.
draw_sequence() {
	local k=$1 mine=0 orders kinds more='' range ops limit lo phases burst dumps
	# What earlier ones hold goes here, or stays; a file has no frees of another one's.
	below 2
	if [ "$held" -gt 0 ] && [ $drawn -eq 0 ]; then
		echo "oracle relhold;oracle clear"
		held=0
	fi
	[ -z "$notes" ] || echo "$notes"
	below 4
	if [ $drawn -eq 0 ]; then
		held=$((held + 1))
		mine=1
		pick 15 30 50 70
		limit=$drawn
		below 2500
		echo "run $((k * 2)) label=hold$k hold=1 ops=$((500 + drawn)) orders=40,4,2,1 kinds=1,3,1 limit=$limit lo=$limit phases=1 burst=0"
	fi
	below 5
	case $drawn in
	0) orders=1 ;;
	1) orders=8,4,2,1 ;;
	2) orders=20,4,2,1,0,0,0,0,0,20,1 ;;
	*)
		weights 11 0 1 1 2 4 8 16
		orders=$drawn
		;;
	esac
	weights 7 0 0 1 1 2 4
	kinds=$drawn
	pick 20 40 60 70 80 90 120 300
	limit=$drawn
	pick 0 1 4 10 20 40
	lo=$drawn
	below 10
	phases=$((drawn + 1))
	pick 0 10 50 200 200
	burst=$drawn
	below 4
	dumps=$drawn
	below 3500
	ops=$((300 + drawn))
	if [ "$guest_cpus" -gt 1 ]; then
		pick 1 3 10 50 400
		more=" cpus=$guest_cpus turn=$drawn"
	fi
	if [ -n "$guest_nodes" ]; then
		pick 0 20 50
		more="$more nodes=1 this=$drawn"
	fi
	# What a drain or an isolated range draws for shuffling is in no log.
	pick 0 0 0 2 20
	[ "$drawn" -eq 0 ] || [ "${guest_shuffles:-0}" -gt 0 ] || more="$more drains=$drawn"
	below 4
	if [ $drawn -eq 0 ]; then
		pick 5 20 60
		range=" iso=$drawn"
		below 6
		range="$range isomax=$((drawn + 1))"
		below 2
		range="$range offline=$drawn"
		[ "${guest_shuffles:-0}" -gt 0 ] || more="$more$range"
	fi
	echo "run $((k * 2 + 1)) label=seq$k ops=$ops orders=$orders kinds=$kinds limit=$limit lo=$lo phases=$phases burst=$burst dumps=$dumps$more"
	below 2
	if [ $drawn -eq 0 ] && [ $mine -eq 1 ] && [ "$held" -eq 1 ]; then
		echo "oracle relhold"
		held=0
	fi
	echo "put s$(printf %03d "$k")"
}

# draw_scenario RELEASE SEED FILE
draw_scenario() {
	local k
	state=$(($2 * 0x9E3779B97F4A7C1 + 88172645463325252)) settings='' notes='' held=0
	below 2
	draw_guest >"$3"
	cp "$3" "$work/random.head"
	draw_settings
	{
		echo "load $guest_log"
		echo quiet
		[ -z "$settings" ] || echo "$settings"
		for k in $(seq 1 $sequences_per_boot); do
			draw_sequence "$k"
		done
	} >>"$3"
}

# next_seed RELEASE: behind the last that random.tsv knows
next_seed() {
	awk -F'\t' -v k="$1" '$1 == k && $2 >= n { n = $2 + 1 } END { print n + 0 }' "$out/random.tsv"
}

# totals RELEASE
totals() {
	awk -F'\t' -v k="$1" '$1 == k { n += $3; o += $4; p += $5; f += $6; c += $7; d += $8; x += $9; s += $10; b++ }
		END { printf "%s so far: %d sequences in %d guests, %d operations, %d pages and %d failures compared, %d check lines, %d dumps: %d differ (%d s of CPU)\n",
			k, n, b, o, p, f, c, d, x, s }' "$out/random.tsv"
}

# What our children took, in $cpu; a subshell would tell of its own.
cpu_seconds() {
	times >"$work/times"
	cpu=$(awk 'NR == 2 { split($1, u, /[ms]/); split($2, s, /[ms]/); printf "%d", u[1] * 60 + u[2] + s[1] * 60 + s[2] }' "$work/times")
}

# first_difference DIR: the first file that differs, and the line in it: "FILE LINE"
first_difference() {
	local f line
	for f in "$1"/s*.txt*; do
		line=$(verify "$f" 2>/dev/null | sed -nE '2s/^  operation [0-9]+, line ([0-9]+):.*/\1/p')
		if [ -n "$line" ]; then
			echo "$f $line"
			return 0
		fi
	done
}

# random_run RELEASE DIR N: --random
random_run() {
	local n=$3 dir=$2 s start cpu before row files
	touch "$out/random.tsv"
	while [ "$n" -gt 0 ]; do
		s=$(next_seed "$1")
		[ "$s" -gt 0 ] || s=$seed
		rm -rf "$work/random"
		mkdir "$work/random"
		draw_scenario "$1" "$s" "$work/random.sh"
		start=$SECONDS boot_seed=$s
		cpu_seconds
		before=$cpu
		if ! boot random "$work/random.sh" "$work/random"; then
			mkdir -p "$dir/random-$s"
			cp "$work/random.sh" "$work/random"/* "$dir/random-$s"
			die "the guest of seed $s did not end; what there is of it is in $dir/random-$s"
		fi
		files=$(find "$work/random" -name 's*.txt.gz' | sort)
		# shellcheck disable=SC2086 # several words
		row=$(verify -f csv $files 2>/dev/null | sed 's/"[^"]*"/model/' | awk -F, 'NR > 1 { n++; o += $4; p += $5; f += $6; c += $7; d += $8; x += $3 == "differs" }
			END { printf "%d\t%d\t%d\t%d\t%d\t%d\t%d", n, o, p, f, c, d, x }') || true
		cpu_seconds
		printf '%s\t%s\t%s\t%s\n' "$1" "$s" "$row" $((cpu - before)) >>"$out/random.tsv"
		echo "seed $s: $(sed -n 's/^# memory: //p' "$work/random.sh") MiB, $guest_cpus CPUs${guest_nodes:+, 2 nodes}$(sed -n 's/^# cmdline: /, /p' "$work/random.sh"): $(echo "$row" | awk '{ printf "%d sequences, %d operations, %d differ", $1, $2, $7 }'), $((SECONDS - start)) s"
		n=$((n - sequences_per_boot))
		if [ "$(echo "$row" | cut -f 7)" -gt 0 ]; then
			differs=1
			shrink "$1" "$dir" "$s"
			break
		fi
	done
	totals "$1"
}

# ---- making it small ----

# log_operations FILE LINE: up to there
log_operations() {
	plain "$1" | head -n "$2" | grep -E '^(a|f|da|dl|iso|uniso) ' | sed -E 's/^(a [0-9]+ [0-9]+ .) [0-9-]+/\1/; s/^(iso [0-9]+ [0-9]+ [0-9]+ [0-9]+) .*/\1/; s/ s[01]+$//'
}

# candidates PARTS... <operations: sequences, for each number of parts without one of them, and with one alone; as 1
# part the whole, twice
candidates() {
	awk -v parts="$*" -v flags="$flags" '{ line[n++] = $0 }
		function put(parts, k, inside, i) {
			print "begin try" tries++ flags
			for (i = 0; i < n; i++)
				if ((int(i * parts / n) == k) == inside) print line[i]
		}
		END {
			words = split(parts, word, " ")
			for (w = 1; w <= words; w++)
				for (k = 0; k < word[w]; k++) {
					put(word[w], k, 1)
					if (word[w] > 2 || word[w] == 1) put(word[w], word[w] == 1 ? 1 : k, 0)
				}
		}'
}

# try PARTS...: what the kernel makes of them. The shortest that still differs is in $work/try.best; false: none does
try() {
	local best='' f line n length
	rm -rf "$work/try" "$work/add"
	mkdir "$work/try" "$work/add"
	candidates "$@" <"$work/shrunk" | gzip -1 >"$work/add/operations.gz"
	{
		cat "$work/random.head"
		echo "load $((guest_log * 2)) 8"
		echo quiet
		[ -z "$settings" ] || echo "$settings"
		[ -z "$notes" ] || echo "$notes"
		echo "operations 50"
		echo "put all"
	} >"$work/try.sh"
	boot try "$work/try.sh" "$work/try" "$work/add" || return 1
	gzip -dc "$work/try/all.txt.gz" | awk -v dir="$work/try" '/^#/ { notes = notes $0 "\n"; next }
		/^pa_oracle / { close(file); file = sprintf("%s/s%03d.txt", dir, n++); printf "%s", notes >file }
		file { print >file }'
	for f in "$work/try"/s*.txt; do
		line=$(verify "$f" 2>/dev/null | sed -nE '2s/^  operation [0-9]+, line ([0-9]+):.*/\1/p')
		[ -n "$line" ] || continue
		n=$(log_operations "$f" "$line" | wc -l)
		if [ -z "$best" ] || [ "$n" -lt "$length" ]; then
			best=$f length=$n
			log_operations "$f" "$line" >"$work/try.best"
			cp "$f" "$work/try.best.txt"
		fi
	done
	[ -n "$best" ]
}

# shrink RELEASE DIR SEED
shrink() {
	local keep=$2/random-$3 file line parts n
	mkdir -p "$keep"
	read -r file line <<<"$(first_difference "$work/random")"
	cp "$work/random.sh" "$file" "$keep"
	echo "$(basename "$file") differs; it and its scenario are in $keep"
	verify "$file" || true
	flags=
	! plain "$file" | grep -q '^iso ' || flags=' iso=1'
	! plain "$file" | grep -q ' offline=1' || flags="$flags offline=1"
	boot_seed=$3
	log_operations "$file" "$line" >"$work/shrunk"
	n=$(wc -l <"$work/shrunk")
	echo "making $n operations fewer, each time in one guest:"
	if ! try 1; then
		echo "   from another state it does not show: see the file"
		return 0
	fi
	cp "$work/try.best" "$work/shrunk"
	cp "$work/try.best.txt" "$work/shrunk.txt"
	while :; do
		n=$(wc -l <"$work/shrunk")
		if [ "$n" -le 40 ]; then parts="2 4 8 $n"; elif [ "$n" -le 400 ]; then parts="2 4 8 16 32"; else parts="2 4 8 16"; fi
		# shellcheck disable=SC2086 # several words
		try $parts || break
		[ "$(wc -l <"$work/try.best")" -lt "$n" ] || break
		cp "$work/try.best" "$work/shrunk"
		cp "$work/try.best.txt" "$work/shrunk.txt"
		echo "   $n -> $(wc -l <"$work/shrunk")"
		[ "$(wc -l <"$work/shrunk")" -gt 1 ] || break
	done
	cp "$work/shrunk.txt" "$keep/small.txt"
	cp "$work/shrunk" "$keep/small.ops"
	echo "no fewer: $(wc -l <"$work/shrunk") operations, $keep/small.ops; what the kernel made of them, $keep/small.txt"
	cat "$work/shrunk"
	verify "$work/shrunk.txt" || true
}
