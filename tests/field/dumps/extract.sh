#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# extract.sh LOG.txt.gz DUMP.txt.zst: the first dump of a log of the capture tool, as a guest starts from it, with its clean page
# cache in front. Pages on the LRU that are neither of that list nor somebody else's are the recorder's other file, which
# a drop of caches takes first; their order in it is not in the log, so they stand by ascending place.
zcat "$1" | awk '
/^pages c/ { for (i = 3; i <= NF; i++) { cache[$i] = 1; c[++nr_c] = $i } next }
/^begin/ { next }
/^lru / { for (i = 3; i <= NF; i++) { split($i, r, "+"); for (k = 0; k < r[2]; k++) lru[++nr_lru] = r[1] + k } }
/^lruo / { for (i = 3; i <= NF; i++) { split($i, r, ":"); other[r[1]] = 1 } }
/^lruf / { for (i = 3; i <= NF; i++) other[$i] = 1 }
/^pa_oracle/ { print; next }
{ dump = dump $0 "\n" }
/^enddump/ { exit }
END {
	if (nr_c) {
		printf "pages c"
		for (i = 1; i <= nr_lru; i++)
			if (!(lru[i] in cache) && !(lru[i] in other))
				printf " %s", lru[i]
		for (i = 1; i <= nr_c; i++)
			printf " %s", c[i]
		printf "\n"
	}
	printf "%s", dump
}' | zstd -q --ultra -22 -f -o "$2"
