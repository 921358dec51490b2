# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# about: node serves waves of requests: a heap that grows and is collected, buffers of megabytes, THP always
# memory: 1024
# cpus: 1
# kernel: 6.18
# seconds: 75
# thp: always
# packages: nodejs
[ -z "${PREPARE:-}" ] || exit 0
cat >/tmp/load.js <<'END'
// Waves: many small objects and some large buffers live while a wave lasts; between waves the process is idle.
let kept = [], wave = 0;
function request(i) {
	const rows = [];
	for (let n = 0; n < 400; n++)
		rows.push({ id: i * 1000 + n, name: 'row ' + n, tags: [n, n % 7, String(n)] });
	const text = JSON.stringify(rows);
	if (i % 8 == 0)
		kept.push(Buffer.alloc((4 << 20) * (1 + i % 3), text));
	kept.push(JSON.parse(text));
}
function run() {
	const end = Date.now() + 5000;
	let i = 0;
	(function some() {
		for (let n = 0; n < 4; n++)
			request(i++);
		if (kept.length > 350)
			kept.splice(0, 60);
		if (Date.now() < end)
			return setTimeout(some, 5);
		// The wave is over: what it kept goes, and the collector finds it.
		kept = wave++ % 2 ? [] : kept.slice(-20);
		if (global.gc)
			global.gc();
		setTimeout(run, 4000);
	})();
}
run();
END
while :; do
	# A process serves three waves, then another takes over.
	timeout 28 node --expose-gc --max-old-space-size=512 /tmp/load.js
	sleep 2
done
