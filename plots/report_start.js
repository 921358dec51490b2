// SPDX-License-Identifier: GPL-2.0-or-later
// report_start.js - parameters, small multiples, gnuplot's pictures, how it was made; and the page begins.
"use strict";

// ---- Parameters: a heat map of each two that vary ------------------------------------------------

// Rows of one strategy, by two parameters of which each has several values while all others stay the same.
function heatGroups(list) {
	const groups = [];
	for (const strategy of new Set(list.map((row) => row.get("strategy") || row.label.split(":")[0]))) {
		const of = list.filter((row) => (row.get("strategy") || row.label.split(":")[0]) === strategy);
		const names = [...new Set(of.flatMap((row) => [...row.params.keys()]))];
		const varied = names.map((n) => [n, new Set(of.map((row) => row.params.get(n))).size])
			.filter(([, n]) => n > 1).sort((a, b) => b[1] - a[1]);
		if (varied.length)
			groups.push({ strategy, rows: of, x: varied[0][0], y: varied.length > 1 ? varied[1][0] : null });
	}
	return groups;
}

// "100ms" before "2s", 9 before 10.
function sizeOf(v) {
	const m = /^([\d.]+)\s*([a-zA-Z]*)$/.exec(v || "");
	const unit = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60, KiB: 1024, MiB: 2 ** 20, GiB: 2 ** 30 };
	return m ? Number(m[1]) * (unit[m[2]] || 1) : NaN;
}
const inOrder = (set) => [...set].sort((a, b) => sizeOf(a) - sizeOf(b) || String(a).localeCompare(String(b)));

function heatTable(group, m) {
	const xs = inOrder(new Set(group.rows.map((row) => row.params.get(group.x))));
	const ys = group.y ? inOrder(new Set(group.rows.map((row) => row.params.get(group.y)))) : [null];
	const values = group.rows.map((row) => row.get(m.key)).filter((v) => typeof v === "number");
	const low = Math.min(...values), high = Math.max(...values);
	const [unit, per] = unitFor(m.unit, high, "suited");
	const cell = (x, y) => {
		const of = group.rows.filter((row) => row.params.get(group.x) === x && (!group.y || row.params.get(group.y) === y) &&
			typeof row.get(m.key) === "number");
		const td = make("td", {});
		if (!of.length) {
			td.textContent = "-";
			return td;
		}
		const v = Math.min(...of.map((row) => row.get(m.key)));
		const share = high > low ? (v - low) / (high - low) : 0;
		td.textContent = digits(v / per) + (of.length > 1 ? " *" : "");
		td.style.background = `hsl(210 70% ${95 - 55 * share}%)`;
		td.style.color = share > 0.55 ? "#ffffff" : "#111111";
		td.title = of.map((row) => row.label).join("\n");
		return td;
	};
	const several = ys.some((y) => xs.some((x) => group.rows.filter((row) => row.params.get(group.x) === x &&
		(!group.y || row.params.get(group.y) === y)).length > 1));
	return make("div", { class: "wide" }, make("table", { class: "heat" },
		make("caption", {}, group.strategy + ": " + m.heading + (unit ? ", " + unit : "") + ", by " + group.x +
			(group.y ? " (across) and " + group.y + " (down)" : "") + (several ? "; *: the least of several rows" : "")),
		make("thead", {}, make("tr", {}, make("th", { scope: "col" }, (group.y ? group.y + " \\ " : "") + group.x),
			...xs.map((x) => make("th", { scope: "col" }, String(x))))),
		make("tbody", {}, ...ys.map((y) => make("tr", {}, make("th", { scope: "row" }, y === null ? "" : String(y)),
			...xs.map((x) => cell(x, y)))))));
}

function showHeat() {
	const groups = heatGroups(currentRows());
	byId("heat").hidden = !groups.length;
	const select = byId("heat-figure");
	if (!select.options.length)
		select.replaceChildren(...metrics.filter((m) => m.shown || m.key === "cost_ns")
			.map((m) => make("option", { value: m.key }, m.heading)));
	const m = metricOf.get(select.value) || metrics[0];
	byId("heats").replaceChildren(...groups.map((g) => heatTable(g, m)));
}

// ---- Small multiples -----------------------------------------------------------------------------

const across = "held_mib_s", upwards = "stall_per_minute";

function panel(record, i, most) {
	const svg = draw("svg", { viewBox: "0 0 190 110", "aria-hidden": "true" });
	svg.append(draw("path", { d: "M6 4V104H186", fill: "none", class: "axis" }));
	for (const row of record.rows) {
		const x = row.get(across), y = row.get(upwards);
		if (typeof x !== "number")
			continue;
		svg.append(draw("circle", { cx: 8 + 174 * x / (most.x || 1), cy: 102 - 94 * (y || 0) / (most.y || 1), r: row.front ? 4.5 : 2.5,
			fill: row.front ? inkOf(row) : "none", stroke: inkOf(row) }));
	}
	const best = record.answer && record.answer.best;
	const button = make("button", { type: "button", "aria-pressed": i === state.record }, svg, make("strong", {}, record.name),
		best && best.label ? make("span", { class: "role" }, "cheapest: " + best.label) : "");
	button.addEventListener("click", () => chooseRecord(i));
	return button;
}

function showMultiples() {
	byId("overview").hidden = records.length < 2;
	if (records.length < 2)
		return;
	const most = { x: Math.max(...rows.map((row) => row.get(across) || 0)), y: Math.max(...rows.map((row) => row.get(upwards) || 0)) };
	byId("multiples").replaceChildren(...records.map((record, i) => panel(record, i, most)));
}

// ---- gnuplot's pictures --------------------------------------------------------------------------

const captions = {
	resident: "What the host holds over time: the area is what the guest uses, what a curve has above it is held though unused.",
	cost: "What is held though unused against the time for which the guest's CPUs are blocked: lower left is better; on the line no row is better in both.",
	held_split: "Why memory is held, for each row.",
	delay: "How many of the requests for memory had it how soon.",
	orders: "Free memory by the size of its blocks over time.",
};

// gnuplot drew for white paper; drawn once more for dark paper, pictures would take twice the room. There, what is
// grey changes places, the faint a little less than the rest, and a row keeps its colour.
function forDark(name, svg) {
	const ofRows = new Set(rows.map((row) => parseInt(row.colour.slice(1), 16)));
	const swap = (r, g, b) => {
		const light = 0.299 * r + 0.587 * g + 0.114 * b, colourful = Math.max(r, g, b) - Math.min(r, g, b) > 14;
		const ofRow = ofRows.has(r << 16 | g << 8 | b);
		// A scale of colours, in which there are no words, stays one.
		if (name === "orders" && colourful && !ofRow)
			return [r, g, b].map((v) => Math.round(40 + v * 0.75));
		if (ofRow || (colourful && light < 140))
			return [r, g, b].map((v) => Math.round(v + (255 - v) * 0.3));
		// Light areas have words in them.
		if (colourful)
			return [r, g, b].map((v) => Math.round(v * 0.45));
		const v = Math.round(22 + 209 * (1 - (r + g + b) / 765) ** 0.75);
		return [v, v, v];
	};
	return svg.replace(/rgb\(\s*(\d+),\s*(\d+),\s*(\d+)\)/g, (all, r, g, b) => `rgb(${swap(+r, +g, +b).join(",")})`)
		.replace(/(['"])#([0-9a-fA-F]{6})\1/g, (all, q, hex) => {
			const n = parseInt(hex, 16);
			return q + `rgb(${swap(n >> 16, n >> 8 & 255, n & 255).join(",")})` + q;
		}).replace(/(['"])white\1/g, "$1rgb(22,22,22)$1").replace(/(['"])black\1/g, "$1rgb(231,231,231)$1");
}

// What browsers do not take as gnuplot means it: bold is a part of the font's name, and the lowest text hangs
// over the edge.
function forBrowsers(svg) {
	return svg.replace(/font-family="DejaVu Sans:Bold"/g, 'font-family="DejaVu Sans, sans-serif" font-weight="bold"')
		.replace(/font-family="DejaVu Sans"/g, 'font-family="DejaVu Sans, sans-serif"')
		.replace('viewBox="0 0 1600 900"', 'viewBox="0 0 1600 916"')
		.replace('<rect x="0" y="0" width="1600" height="900"', '<rect x="0" y="0" width="1600" height="916"');
}

let urls = [];
function showPictures() {
	const list = Object.entries(records[state.record].pictures || {});
	urls.forEach((u) => URL.revokeObjectURL(u));
	urls = [];
	byId("pictures").hidden = !list.length;
	byId("drawn").replaceChildren(...list.map(([name, drawn]) => {
		const svg = forBrowsers(drawn);
		const url = URL.createObjectURL(new Blob([isDark() ? forDark(name, svg) : svg], { type: "image/svg+xml" }));
		urls.push(url);
		return make("figure", {}, make("figcaption", {}, captions[name] || name),
			make("img", { src: url, alt: captions[name] || name, width: 1600, height: 916 }));
	}));
}

// ---- How it was made -----------------------------------------------------------------------------

function factsTable(caption, object) {
	const lines = [];
	const add = (prefix, o) => {
		for (const [key, v] of Object.entries(o || {})) {
			if (v && typeof v === "object" && !Array.isArray(v))
				add(prefix + key + ".", v);
			else
				lines.push([prefix + key, v]);
		}
	};
	add("", object);
	return make("section", { "aria-label": caption }, make("h3", {}, caption), make("table", {}, make("tbody", {},
		...lines.map(([key, v]) => make("tr", {}, make("th", { scope: "row" }, key), make("td", {},
			typeof v !== "number" ? typeof v === "string" ? v : JSON.stringify(v) : key.endsWith("_ns") ? text(v, "ns") :
			key.endsWith("_bytes") ? text(v, "bytes") : v.toLocaleString("en-US")))))));
}

function showHow() {
	const r = records[state.record];
	byId("command").textContent = r.command || "";
	byId("facts").replaceChildren(factsTable("Configuration", { seed: r.seed, ...r.config }), factsTable("Trace", r.trace),
		factsTable("The bound", r.bound), factsTable("The record", { file: r.file, schema: r.schema }));
}

// ---- The page begins -----------------------------------------------------------------------------

function showAll() {
	showAnswer();
	showMultiples();
	showTable();
	showHeat();
	showTime();
	showMap();
	showPictures();
	showHow();
}

function chooseRecord(i) {
	state.record = i;
	byId("record").value = i;
	play(false);
	showAll();
}

const system = window.matchMedia("(prefers-color-scheme: dark)");
let printing = false;
function setTheme() {
	const theme = byId("theme").value;
	const dark = !printing && (theme === "dark" || (theme === "auto" && system.matches));
	if (dark === isDark())
		return;
	document.documentElement.toggleAttribute("data-dark", dark);
	showMultiples();
	showTime();
	showMap();
	showPictures();
}

function listen() {
	byId("record").addEventListener("change", (e) => chooseRecord(Number(e.target.value)));
	byId("theme").addEventListener("change", setTheme);
	system.addEventListener("change", setTheme);
	// Paper is white.
	window.addEventListener("beforeprint", () => { printing = true; setTheme(); });
	window.addEventListener("afterprint", () => { printing = false; setTheme(); });
	byId("filter").addEventListener("input", (e) => { state.filter = e.target.value; showTable(); });
	byId("units").addEventListener("change", (e) => { state.units = e.target.value; showTable(); });
	byId("scope").addEventListener("change", (e) => { state.all = e.target.checked; showTable(); });
	byId("column-filter").addEventListener("input", showColumns);
	byId("csv").addEventListener("click", () => save("buddysim.csv", csvText(), "text/csv"));
	byId("heat-figure").addEventListener("change", showHeat);
	byId("free-row").addEventListener("change", () => showFree(currentRows().filter((row) => row.series)));
	byId("free-small").addEventListener("change", () => showFree(currentRows().filter((row) => row.series)));
	byId("map-time").addEventListener("input", (e) => { play(false); map.at = Number(e.target.value); showMapAt(); });
	byId("map-play").addEventListener("click", () => play(!map.timer));
	let width = window.innerWidth;
	window.addEventListener("resize", () => {
		if (window.innerWidth !== width)
			showTime();
		width = window.innerWidth;
	});
}

nameRecords();
byId("record-box").hidden = byId("scope-box").hidden = records.length < 2;
byId("record").replaceChildren(...records.map((r, i) => make("option", { value: i }, r.name)));
document.documentElement.toggleAttribute("data-dark", system.matches);
listen();
showColumns();
showAll();
