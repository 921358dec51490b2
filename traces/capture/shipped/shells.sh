# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# about: two CPUs run shell scripts: thousands of short processes in pipelines, a sort now and then, pauses
# memory: 512
# cpus: 2
# kernel: 7.3
# seconds: 66
# thp: madvise
# packages: file diffutils
[ -z "${PREPARE:-}" ] || exit 0
script() {
	round=0
	while :; do
		find /usr/lib -type f -name "*$((round % 10))*" | sort | head -n 24 | xargs -n 3 wc -c |
			awk '{ n += $1 } END { print n }'
		n=0
		for f in /usr/bin/*s*; do
			n=$((n + 1))
			[ $n -lt 16 ] || break
			echo "$f" | sed 's/usr/USR/' | tr a-z A-Z >"/tmp/name.$1"
		done
		tar -cf - -C "/usr/share/$2" . | gzip -1 >"/tmp/all.$1.gz"
		# Now and then something that takes 20 to 60 MiB for a second or two.
		[ $((round % 6)) != "$3" ] || seq 400000 | shuf | sort -n | tail -n 1
		sleep "$4"
		round=$((round + 1))
	done
}
script a common-licenses 2 1.2 &
script b awk 4 1.7 &
wait
