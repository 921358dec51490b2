# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# about: sqlite fills, indexes, queries, copies and vacuums a file that outgrows free memory: page cache, reclaim
# memory: 512
# cpus: 1
# kernel: 6.1
# seconds: 90
# thp: madvise
# packages: sqlite3
db=/tmp/load.db
[ -z "${PREPARE:-}" ] || exit 0
rows() {
	sqlite3 "$db" "PRAGMA journal_mode=wal; PRAGMA synchronous=off;
		CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, k INTEGER, body BLOB);
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO t(k, body) SELECT abs(random()) % 1000000, randomblob(900) FROM n;"
}
while :; do
	rows 60000
	sleep 3
	rows 60000
	sqlite3 "$db" 'CREATE INDEX IF NOT EXISTS t_k ON t(k);'
	sleep 2
	i=0
	while [ $i -lt 8 ]; do
		sqlite3 "$db" "PRAGMA cache_size=-16384; SELECT count(*), sum(length(body)) FROM t
			WHERE k BETWEEN $((i * 100000)) AND $((i * 100000 + 60000));"
		sleep 1
		i=$((i + 1))
	done
	# Somebody copies the file away, and the cache of the copy goes with it.
	cp "$db" /tmp/copy.db
	sleep 3
	rm /tmp/copy.db
	sqlite3 "$db" 'PRAGMA cache_size=-65536; DELETE FROM t WHERE id % 3 = 0; VACUUM;'
	sleep 4
	rm -f "$db" "$db-wal" "$db-shm"
done
