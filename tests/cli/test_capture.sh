# SPDX-License-Identifier: GPL-2.0-or-later
# traces/capture/oracle, as far as it goes without a kernel: the list, scenarios, bad arguments.
# shellcheck shell=bash source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
oracle=$src/traces/capture/oracle

# refuse STATUS TEXT -- ARGS
refuse() {
	local want=$1 text=$2 status
	shift 3
	"$oracle/run" --cache "$scratch/cache" --out "$scratch/out" "$@" >stdout.txt 2>stderr.txt
	status=$?
	[ "$status" -eq "$want" ] || fail "run $*: status $status, not $want: $(cat stderr.txt)"
	grep -qF -- "$text" stderr.txt || fail "run $*: no '$text' in: $(cat stderr.txt)"
}

# The program that scenarios run in the guest builds, and says what it misses here.
"${CC:-cc}" -Wall -Wextra -Werror -o user "$oracle/guest/user.c" || fail "guest/user.c does not compile"
./user </dev/null 2>user.txt && fail "user without the module"
grep -q /proc/pa_oracle user.txt || fail "user: $(cat user.txt)"

refuse 1 "no scenario nope" -- nope
refuse 1 "--seed x: not a number" -- --seed x
refuse 1 "--kernel needs a value" -- --kernel
refuse 2 "usage: run" -- --what
refuse 1 "--patience 0: not a number above 0" -- --patience 0
refuse 1 "--kernel mine: neither a version nor a file" -- --kernel mine
refuse 1 "--kernel ./none.deb: no such file" -- --kernel ./none.deb
refuse 1 "--kernel ./vmlinuz: no such file" -- --kernel ./vmlinuz
echo text >text
refuse 1 "--kernel ./text: no bzImage" -- --kernel ./text
refuse 1 "--buddysim ./none: no such program" -- --buddysim ./none
if [ -e out ] || [ -e cache ]; then
	fail "something was made for a refused command"
fi

# A scenario is listed with what it is about, documented, and numbers its runs once in its group: the number
# makes the seed, and two runs with one seed would ask for the same twice.
"$oracle/run" --list >list.txt || fail "run --list"
for s in "$oracle"/scenarios/*.sh; do
	name=$(basename "$s" .sh)
	sh -n "$s" || fail "$name: syntax"
	grep -qE "^(allocator|isolation|compaction|user|devices) +$name +[^ ]" list.txt || fail "$name: not listed, or about nothing"
	grep -qE "^\| \`$name\`" "$oracle/README.md" || fail "$name: not in README.md"
	grep -qE '^# memory: [0-9]+$' "$s" || fail "$name: no memory"
	while read -r f; do
		grep -qF "\`$f\`" "$oracle/README.md" || fail "$name: $f not in README.md"
	done < <(sed -nE 's/^[tc]*save //p' "$s")
done
# Those about devices begin with the same memory in use.
for group in '^x-' '^[^xbhm]|^[bhm][^-]'; do
	twice=$(cd "$oracle/scenarios" && ls | grep -E "$group" | xargs sed -n 's/^run \([0-9]*\) .*/\1/p' | sort | uniq -d)
	[ -z "$twice" ] || fail "runs with the same number: $twice"
done

# A file has one scenario, unless they are for different kernels.
files_of() {
	local s
	for s in "$oracle"/scenarios/*.sh; do
		suits "$1" "$(sed -n 's/^# since: //p' "$s")" "$(sed -n 's/^# before: //p' "$s")" || continue
		sed -nE 's/^[tc]*save //p' "$s"
	done
}

# Which packages a kernel is made of: lists as apt prints them, files as they lie in the packages.
# same WHAT WANT GOT
same() {
	[ "$2" = "$3" ] || fail "$1: '$3', not '$2'"
}
. "$oracle/packages.sh"
for release in 6.1.0-56-cloud-amd64 6.18.15+deb13-cloud-amd64 7.3.4+deb13-cloud-amd64; do
	same "files twice, $release" "" "$(files_of $release | sort | uniq -d)"
done
cat >names.txt <<'EOF'
linux-image-6.1.0-9-cloud-amd64
linux-image-6.1.0-56-cloud-amd64
linux-image-6.1.0-56-amd64
linux-image-6.12.117+deb12-cloud-amd64-unsigned
linux-image-6.18.5+deb13-cloud-amd64
linux-image-6.18.15+deb13-cloud-amd64
linux-image-6.18.15+deb13-rt-amd64
linux-binary-7.3.4+deb13-cloud-amd64
linux-image-7.3.4+deb13-cloud-amd64
linux-binary-unsigned-7.3.4+deb13-cloud-amd64
linux-image-7.3-cloud-amd64
linux-headers-7.2.13+deb14-cloud-amd64
EOF
newest() { releases "$1" <names.txt | tail -n 1; }
same 6.1 6.1.0-56-cloud-amd64 "$(newest 6.1)"
same 6.12 "" "$(newest 6.12)"
same 6.18 6.18.15+deb13-cloud-amd64 "$(newest 6.18)"
same 6.18.5 6.18.5+deb13-cloud-amd64 "$(newest 6.18.5)"
same "6.18, all" 2 "$(releases 6.18 <names.txt | wc -l)"
same 7.3 "7.3-cloud-amd64 7.3.4+deb13-cloud-amd64" "$(releases 7.3 <names.txt | tr '\n' ' ' | sed 's/ $//')"
same 7.2 "" "$(newest 7.2)"
same "a release" 6.18.15+deb13-rt-amd64 "$(newest 6.18.15+deb13-rt-amd64)"
same parts "linux-base-7.1.13+deb13-cloud-amd64 linux-binary-7.1.13+deb13-cloud-amd64 linux-modules-7.1.13+deb13-cloud-amd64" \
	"$(image_parts 7.1.13+deb13-cloud-amd64 <<'EOF' | tr '\n' ' ' | sed 's/ $//'
linux-image-7.1.13+deb13-cloud-amd64
  Depends: <linux-modules-7.1.13+deb13-cloud-amd64>
 |Depends: dracut
  Depends: linux-binary-7.1.13+deb13-cloud-amd64
  PreDepends: <linux-base-7.1.13+deb13-cloud-amd64>
  Depends: linux-base
  Recommends: linux-modules-extra-7.1.13+deb13-cloud-amd64
EOF
	)"
same headers "linux-headers-6.1.0-56-common linux-kbuild-6.1" \
	"$(printf '  Depends: %s\n' linux-kbuild-6.1 linux-headers-6.1.0-56-common gcc-12 |
		header_parts | tr '\n' ' ' | sed 's/ $//')"
same "header names" \
	"linux-headers-6.18.15+deb13-rt-amd64 linux-headers-6.18.15+deb13-rt-common linux-kbuild-6.18.15+deb13-rt" \
	"$(header_names 6.18.15+deb13-rt-amd64)"
same "header names" \
	"linux-headers-7.1.3+deb13-cloud-amd64 linux-headers-7.1.3+deb13-common linux-kbuild-7.1.3+deb13" \
	"$(header_names 7.1.3+deb13-cloud-amd64)"
same pool pool/main/l/linux/linux-headers-7.1.3+deb13-common_7.1.3-1~bpo13+1_all.deb \
	"$(pool_path linux-headers-7.1.3+deb13-common 1:7.1.3-1~bpo13+1)"
same pool pool/main/l/linux/linux-kbuild-7.1.3+deb13_7.1.3-1_amd64.deb "$(pool_path linux-kbuild-7.1.3+deb13 7.1.3-1)"
same "built for" "bookworm bookworm trixie sid" "$(echo "$(built_for 6.1.0-56-cloud-amd64)" \
	"$(built_for 6.12.95+deb12-cloud-amd64)" "$(built_for 7.3.4+deb13-cloud-amd64)" "$(built_for 7.3-cloud-amd64)")"
for case in "6.14.1+deb13-cloud-amd64 no" "6.15.2-cloud-amd64 yes" "6.15 yes" "6.9 no" "7.0.4+deb13 no" "7.3-rc1 no"; do
	same "suits ${case% *}" "${case#* }" "$(suits "${case% *}" 6.15 7.0 && echo yes || echo no)"
done

for layout in boot/vmlinuz-R usr/lib/modules/R/vmlinuz lib/modules/R/vmlinuz; do
	rm -rf tree
	mkdir -p "tree/$(dirname $layout)" tree/usr/lib/modules/R/kernel
	# The boot header of a bzImage: "HdrS" at 0x202, and at 0x20e where the text is, less 0x200.
	head -c 4096 /dev/zero >tree/$layout
	printf HdrS | dd of=tree/$layout bs=1 seek=514 conv=notrunc 2>/dev/null
	printf '\000\003' | dd of=tree/$layout bs=1 seek=526 conv=notrunc 2>/dev/null
	printf '6.18.9-mine (me@here) #1 SMP' | dd of=tree/$layout bs=1 seek=1280 conv=notrunc 2>/dev/null
	same "image in $layout" "tree/$layout" "$(find_image tree R)"
	same "release in $layout" 6.18.9-mine "$(image_release tree/$layout)"
done
same modules tree/usr/lib/modules/R/kernel "$(find_modules tree R)"
find_modules tree other && fail "modules of another release"
refuse 1 "no headers of 6.18.9-mine in /lib/modules/6.18.9-mine/build" -- --fetch --kernel ./tree/$layout

# A program that wants libraries which are not here is started by the loader given; others are left.
mkdir -p programs runtime/usr/lib/x86_64-linux-gnu
cp /bin/true programs/fine
sed 's/libc\.so\.6/libq.so.6/g' /bin/true >programs/stuck
echo 'echo script' >programs/script
chmod +x programs/*
printf '#!/bin/sh\necho "loader $*"\n' >runtime/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
chmod +x runtime/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
same stuck programs/stuck "$(stuck_programs programs)"
wrap_programs programs "$PWD/runtime" /later
cmp -s programs/fine /bin/true || fail "a program that works was touched"
same wrapped "loader --library-path $PWD/runtime/usr/lib/x86_64-linux-gnu /later/stuck.elf a b" "$(programs/stuck a b)"
mkdir headers
echo 'CC = $(if $(X),$(CCACHE)) $(CROSS_COMPILE)gcc-99' >headers/.kernelvariables
compiler_words headers | grep -q '^CC=gcc ' || fail "a compiler that is not here"
same "no compiler named" "" "$(compiler_words .)"

# Models and behaviours are found where the program has them, and the judge finds the change that makes
# an older model exact.
data=$src/tests/oracle/data
mkdir models
cp "$src/src/mm/behaviours.def" models
sed '/^KERNEL("linux-7/,$d' "$src/src/mm/kernels.def" >models/kernels.def
"$oracle/judge" "$bin" "$data/linux-7.3-iii_mix_thp.txt.zst" >judge.txt || fail "judge: $(cat judge.txt)"
grep -qE '^exact under:.* linux-7\.3' judge.txt || fail "judge: $(cat judge.txt)"
JUDGE_MODELS=models "$oracle/judge" "$bin" "$data/linux-7.3-iii_mix_thp.txt.zst" >judge.txt ||
	fail "judge without the model: $(cat judge.txt)"
grep -q '^exact under: linux-6.18:flush_in_batches=yes$' judge.txt || fail "judge: $(cat judge.txt)"
echo "pa_oracle 9" >odd.txt
"$oracle/judge" "$bin" odd.txt >judge.txt
same "judge, a file that is no dump" 3 $?
grep -q 'no reader of them: odd.txt' judge.txt || fail "judge: $(cat judge.txt)"

# Operations of others: of a trace, of a log, of a list.
(
	buddysim=$bin
	. "$oracle/replay.sh"
	. "$oracle/random.sh"
	same "of a trace" 42048 "$(operations_of "$src/traces/churn_gcc.cborseq.zst" | grep -c '^[af] ')"
	same "of a log" "begin iso_one" "$(operations_of "$data/linux-6.1-x_iso_one.txt.zst" | head -n 1 | cut -c 1-13)"
	printf 'a 1 3 U\na 2 0 M c2\nf 1 +4 2\nf 1 +0 2\na 3 1 M\nnone\n' >list.ops
	same "of a list" 5 "$(operations_of list.ops | wc -l)"
	same measured "5 9 3" "$(operations_of list.ops | measure)"

	# The same seed draws the same; every seed what a guest's shell reads.
	work=$PWD
	for n in 1 2 3; do
		draw_scenario 7.3.4 $n drawn-$n.sh
		sh -n drawn-$n.sh || fail "seed $n: syntax"
		grep -qE '^# memory: [0-9]+$' drawn-$n.sh || fail "seed $n: no memory"
		same "runs of seed $n" "$sequences_per_boot" "$(grep -c '^put ' drawn-$n.sh)"
		grep '^run ' drawn-$n.sh | grep -vqE '^run [0-9]+ (label|hold|ops|orders|kinds|limit|lo|phases|burst|dumps|cpus|turn|nodes|this|drains|iso|isomax|offline)=[^ ]+( [a-z]+=[0-9,]+)*$' &&
			fail "seed $n: $(grep '^run ' drawn-$n.sh | head -n 1)"
	done
	draw_scenario 7.3.4 1 drawn.sh
	cmp -s drawn.sh drawn-1.sh || fail "seed 1 draws something else"
	cmp -s drawn-1.sh drawn-2.sh && fail "seeds 1 and 2 draw the same"

	# Seeds go on where the table ends, for each kernel by itself.
	out=.
	printf '7.3\t1\t100\t5\t4\t1\t2\t3\t0\t9\n7.3\t2\t100\t5\t4\t1\t2\t3\t1\t9\n6.1\t9\t1\t1\t1\t1\t1\t1\t0\t1\n' >random.tsv
	same "next seed" "3 10 0" "$(next_seed 7.3) $(next_seed 6.1) $(next_seed 5.4)"
	same totals "7.3 so far: 200 sequences in 2 guests, 10 operations, 8 pages and 2 failures compared, 4 check lines, 6 dumps: 1 differ (18 s of CPU)" \
		"$(totals 7.3)"

	# What is tried of four operations: halves, quarters, and all but a quarter.
	flags=' iso=1'
	printf '%s\n' 'a 1 0 M' 'a 2 0 M' 'f 1' 'f 2' >four.ops
	same tried "2 2 1 3 1 3 1 3 1 3" "$(candidates 2 4 <four.ops | awk '/^begin/ { if (k++) printf "%d ", n; n = 0; next } { n++ } END { print n }')"
	same "tried as a whole" "begin try0 iso=1 begin try1 iso=1" "$(candidates 1 <four.ops | grep begin | tr '\n' ' ' | sed 's/ $//')"
	printf 'dump start\na 5 2 M 1234 c1 s0110\nck 1 2\niso 0 512 1 0 -16\nf 5 +0 1 c1 s1\nf 5\n' >log.txt
	same "without answers" "a 5 2 M c1;iso 0 512 1 0;f 5 +0 1 c1;" "$(log_operations log.txt 5 | tr '\n' ';')"
	[ "$failures" -eq 0 ]
) || fail "operations of others"

# A kernel's tree: its sources decide, whatever was built in it; the copy gets what changed and loses what is gone.
(
	. "$oracle/tree.sh"
	mkdir -p kernel/mm kernel/include/generated
	echo 'int a;' >kernel/mm/page_alloc.c
	echo 'int b;' >kernel/mm/gone.c
	echo 'all:' >kernel/Makefile
	tree_sums kernel >sums.1
	same sources "./Makefile ./mm/gone.c ./mm/page_alloc.c" "$(cut -c 67- sums.1 | sort | tr '\n' ' ' | sed 's/ $//')"
	tree_copy kernel copy sums.1
	touch -d 2000-01-01 copy/Makefile
	printf '\177ELF\000' >kernel/mm/page_alloc.o
	printf '\177ELF\000' >kernel/mm/program
	echo 1 >kernel/include/generated/x.h
	tree_sums kernel | cmp -s - sums.1 || fail "what was built is a source"
	echo 'int c;' >kernel/mm/page_alloc.c
	rm kernel/mm/gone.c
	tree_sums kernel >sums.2
	tree_copy kernel copy sums.2
	cmp -s kernel/mm/page_alloc.c copy/mm/page_alloc.c || fail "a change was not copied"
	[ ! -e copy/mm/gone.c ] || fail "what is gone is still there"
	same "left alone" 2000 "$(date -r copy/Makefile +%Y)"
	[ "$failures" -eq 0 ]
) || fail "a kernel's tree"
refuse 1 "--tree ./none: no such folder" -- --tree ./none
refuse 1 "no kernel's source tree" -- --tree ./models
refuse 1 "--ops none: no such file" -- --ops none
refuse 1 "--random 0: not a number above 0" -- --random 0
refuse 1 "--random and --ops: one of them" -- --random 1 --ops list.ops
refuse 1 "no scenario beside --ops or --random" -- --random 1 default
refuse 1 "--model and --policy: for --ops and --random" -- --model linux-6.1 default

# What /proc says is saved beside a recording, and the commands that are printed use what is there.
capture=$src/traces/capture
for f in proc record record-perf record-trace-cmd; do
	sh -n "$capture/$f.sh" || fail "$f.sh: syntax"
done
if [ -r /proc/zoneinfo ]; then
	(
		. "$capture/proc.sh"
		KPAGEFLAGS=0
		proc_save rec start
		proc_save rec end
		echo "mm_page_alloc" >rec.txt
		proc_commands rec rec.txt 0 "my command" >commands.txt
		: >none.txt
		proc_commands rec none.txt 0 "my command" >none-commands.txt
	) || fail "proc.sh"
	for f in buddyinfo zoneinfo vmstat; do
		[ -s rec.$f.start ] && [ -s rec.$f.end ] || fail "no rec.$f"
	done
	grep -q kpageflags commands.txt && fail "kpageflags that are not there: $(cat commands.txt)"
	[ "$(wc -l <none-commands.txt)" -eq 1 ] || fail "commands for no event: $(cat none-commands.txt)"
	grep '^buddysim state i' commands.txt | sed 's/^buddysim/"$bin"/; s/--kernel [^ ]*/--kernel linux-6.12/' >run.sh
	[ "$(wc -l <run.sh)" -eq 2 ] || fail "commands: $(cat commands.txt)"
	if [ -s rec.pagetypeinfo.start ]; then
		(. ./run.sh) >stdout.txt 2>stderr.txt || fail "the commands printed: $(cat stderr.txt)"
		expect 0 -- state diff rec.state rec.buddyinfo.start
	fi
fi

finish
