# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# replay.sh - a live kernel does operations that somebody else chose, and buddysim says whether it would have done
# the same. Read by run, whose variables ($work, $out, $cache, $buddysim, ...) it uses.

# plain FILE: what a file says, compressed or not
plain() {
	case $(head -c 4 "$1" | od -An -tx1 | tr -d ' ') in
	1f8b*) gzip -dc "$1" ;;
	28b52ffd) zstd -qdc "$1" ;;
	*) cat "$1" ;;
	esac
}

# operations_of FILE: of a trace, of a log, or of a list of them the operations
operations_of() {
	if [ "$(plain "$1" 2>/dev/null | head -c 3 | od -An -tx1 | tr -d ' ')" = d9d9f7 ]; then
		"$buddysim" trace export --to operations "$1"
	else
		plain "$1" | grep -E '^(begin|a|f|da|dl|iso|uniso) '
	fi
}

# measure <operations: "LINES PEAK_PAGES CPUS"
measure() {
	awk '$1 == "begin" { live = 0; delete pages }
		$1 == "a" { pages[$2] = 2 ^ $3; live += 2 ^ $3; if (live > peak) peak = live }
		$1 == "f" { n = $3 ~ /^\+/ ? 2 ^ $4 : pages[$2]; live -= n; pages[$2] -= n }
		{ for (i = 3; i <= NF; i++) if ($i ~ /^c[0-9]+$/ && substr($i, 2) + 1 > cpus) cpus = substr($i, 2) + 1 }
		END { printf "%d %d %d\n", NR, peak, cpus ? cpus : 1 }'
}

# boot NAME SCENARIO DIR [ADD]: a guest of the kernel at hand. In the background, so that a signal reaches it at once.
boot() {
	CAPTURE_PATIENCE=$patience "$here/boot-guest" "$vmlinuz" "$work/initramfs" "$2" "$boot_seed" "$3" \
		"$3/$1.console" ${4:+"$4"} &
	guest=$!
	trap 'kill "$guest" 2>/dev/null; wait "$guest"; exit 130' INT TERM
	local status=0
	wait "$guest" || status=$?
	trap 'exit 130' INT TERM
	return $status
}

# verify FILE...: with the model and the policy that were asked for
verify() {
	"$buddysim" verify ${model:+--kernel "$model"} ${policy:+--policy "$policy"} "$@"
}

# Of all the answers how many were ours, too: verify goes on behind a difference.
agreement() {
	verify -c "$1" | awk '/ pfns  / { for (i = 2; i <= NF; i++) if ($i == "pfns") pfns = $(i - 1) }
		/ differences:/ { for (i = 1; i < NF; i++) if ($i == "pfn") other = $(i + 1) }
		END { printf "%d of %d pages are the same (%.2f %%)\n", pfns - other, pfns,
			pfns ? 100 * (pfns - other) / pfns : 0 }'
}

# replay_file RELEASE DIR FILE: --ops
replay_file() {
	local name lines peak cpus memory log
	name=ops_$(basename "$3" | sed 's/\.zst$//; s/\.gz$//; s/\.\(cborseq\|txt\|ops\)$//; s/[^A-Za-z0-9_.-]/_/g')
	mkdir -p "$work/add"
	operations_of "$3" >"$work/operations" || true
	read -r lines peak cpus <<<"$(measure <"$work/operations")"
	[ "$lines" -gt 0 ] || die "--ops $3: no operations in it (a trace, a log of this tool, or lines \"a ID ORDER KIND\" and \"f ID\")"
	gzip -1 <"$work/operations" >"$work/add/operations.gz"
	log=$((lines / 28000 + 8))
	# What it holds, what says so, and what a guest needs to live; at most what was allowed.
	memory=$((peak * 11 / 2560 + log + lines / 40000 + 200))
	[ "$memory" -le "$guest_memory" ] || memory=$guest_memory
	[ "$cpus" -le 8 ] || cpus=8
	cat >"$work/ops.sh" <<-END
		# memory: $memory
		# cpus: $cpus
		# timeout: $((200 + lines / 2000))
		load $log $((lines / 40000 + 4))
		quiet
		operations 500
		put $name
	END
	echo "$name: $lines lines, at most $((peak / 256)) MiB at once, a guest of $memory MiB and $cpus CPUs ..."
	boot_seed=$seed
	boot "$name" "$work/ops.sh" "$2" "$work/add" || { failed="$failed $name"; return 0; }
	if verify "$2/$name.txt.gz"; then
		return 0
	fi
	agreement "$2/$name.txt.gz"
	differs=1
}
