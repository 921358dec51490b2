// SPDX-License-Identifier: GPL-2.0-or-later
// report.js - the program of the page that `buddysim report -o` writes. All that comes from a record is put in
// place as text (textContent, attributes), never as markup.
"use strict";

const page = JSON.parse(document.getElementById("data").textContent);
const metrics = page.metrics;
const metricOf = new Map(metrics.map((m) => [m.key, m]));
const byId = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
	const e = document.createElement(tag);
	for (const [key, value] of Object.entries(attributes || {})) {
		if (value === true)
			e.setAttribute(key, "");
		else if (value !== false && value !== undefined && value !== null)
			e.setAttribute(key, value);
	}
	e.append(...children);
	return e;
}

function draw(tag, attributes, text) {
	const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
	for (const [key, value] of Object.entries(attributes || {}))
		e.setAttribute(key, value);
	if (text !== undefined)
		e.textContent = text;
	return e;
}

// ---- Records and rows ---------------------------------------------------------------------------

// A column that has one value for all rows is that value alone. A number beyond JSON's is a text of digits.
function figureOf(record, key, i) {
	const column = record.figures[key];
	const v = Array.isArray(column) ? column[i] : column;
	if (v === true || v === false)
		return Number(v);
	return typeof v === "string" && /^\d+$/.test(v) ? Number(v) : v === undefined ? null : v;
}

const records = page.records;
const rows = [];
records.forEach((record, r) => {
	record.rows.forEach((row, i) => {
		row.record = r;
		row.index = i;
		row.chosen = row.front;
		row.get = (key) => figureOf(record, key, i);
		row.params = new Map(String(row.get("params") || "").split(",").filter(Boolean).map((p) => {
			const at = p.indexOf("=");
			return at < 0 ? [p, ""] : [p.slice(0, at), p.slice(at + 1)];
		}));
		rows.push(row);
	});
});

// What tells one record from the others: its trace, and what is not the same everywhere.
function nameRecords() {
	const flat = records.map((r) => {
		const o = { seed: r.seed, ...(r.config || {}) };
		delete o.costs;
		return o;
	});
	const keys = [...new Set(flat.flatMap(Object.keys))].filter(
		(k) => new Set(flat.map((o) => JSON.stringify(o[k]))).size > 1);
	const names = new Set(records.map((r) => r.trace && r.trace.name));
	records.forEach((r, i) => {
		const words = keys.map((k) => {
			const suited = k.endsWith("_bytes") ? text(flat[i][k], "bytes") :
				k.endsWith("_ns") ? text(flat[i][k], "ns") : String(flat[i][k]);
			return k.replace(/_(bytes|ns)$/, "") + " " + suited;
		});
		const trace = (r.trace && r.trace.name) || "a trace without a name";
		r.name = [names.size > 1 || !words.length ? trace : "", ...words].filter(Boolean).join(", ");
	});
	if (new Set(records.map((r) => r.name)).size < records.length)
		records.forEach((r, i) => { r.name = i + 1 + ": " + r.name; });
}

const state = { record: 0, sort: "cost_ns", down: false, filter: "", units: "suited", all: false,
	columns: new Set(metrics.filter((m) => m.shown && rows.some((row) => row.get(m.key))).map((m) => m.key)) };
const currentRows = () => records[state.record].rows;
const chosenRows = () => currentRows().filter((row) => row.chosen);

// ---- Numbers for people -------------------------------------------------------------------------

const scales = {
	bytes: [["TiB", 2 ** 40], ["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 1024], ["B", 1]],
	ns: [["min", 6e10], ["s", 1e9], ["ms", 1e6], ["us", 1e3], ["ns", 1]],
	"MiB x s": [["GiB\u00b7s", 1024], ["MiB\u00b7s", 1]],
	"1/1000": [["%", 10]],
	"1/10000": [["%", 100]],
};
const fixed = { bytes: ["MiB", 2 ** 20], ns: ["s", 1e9], "1/1000": ["%", 10], "1/10000": ["%", 100] };

function unitFor(unit, most, how) {
	if (how === "exact")
		return [unit, 1];
	if (how === "fixed")
		return fixed[unit] || [unit, 1];
	const list = scales[unit];
	if (!list)
		return [unit, 1];
	return list.find(([name, per]) => name !== "min" && Math.abs(most) >= per) || list[list.length - 1];
}

function digits(v) {
	const size = Math.abs(v);
	const places = Number.isInteger(v) || size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
	return v.toLocaleString("en-US", { maximumFractionDigits: places, minimumFractionDigits: places });
}

function text(v, unit) {
	if (v === null || v === undefined)
		return "-";
	if (typeof v !== "number")
		return String(v);
	const [name, per] = unitFor(unit, v, "suited");
	return digits(v / per) + (name && name !== "0/1" ? " " + name : "");
}

// ---- The answer ---------------------------------------------------------------------------------

function warningsOf(record) {
	const list = [];
	const trust = record.trace && record.trace.trust_per_10000;
	if (record.partial)
		list.push("The comparison was stopped: not all rows are there.");
	for (const f of record.failed || [])
		list.push("Did not run: " + f.label + ": " + f.error);
	for (const w of record.warnings || [])
		list.push((w.label === null ? "" : w.label + ": ") + w.text);
	for (const row of record.rows) {
		if (row.faults)
			list.push(row.label + ": not an answer, for these are not 0: " +
				row.faults.map((k) => k + " " + text(row.get(k), (metricOf.get(k) || {}).unit)).join(", "));
		// What follows is among the warnings that a record has; older ones have none.
		if (record.warnings)
			continue;
		if (row.get("finished") === 0)
			list.push(row.label + ": did not do all that the trace asks for");
		const residency = row.get("checks.residency");
		if (typeof residency === "string" &&
			!["exact", "modelled", "within bounds", "not checked", "not comparable"].includes(residency))
			list.push(row.label + ": residency: " + residency);
	}
	if (typeof trust === "number" && trust < 9000)
		list.push("The trace is lossy: " + digits(trust / 100) + " % of its events could be used.");
	if (page.pictures_left_out)
		list.push("Some of gnuplot's pictures are left out: the page has no room for them.");
	if (state.record >= 8)
		list.push("gnuplot's pictures are drawn of the first 8 records only.");
	return list;
}

// So many are read; a sweep's other ones wait to be asked for.
const SOME_WARNINGS = 6;

function showWarnings(items) {
	const some = items.length > SOME_WARNINGS + 1 ? SOME_WARNINGS : items.length;
	byId("warnings").replaceChildren(...items.slice(0, some));
	byId("more-warnings").hidden = some === items.length;
	byId("more-warnings").firstElementChild.textContent = "and " + (items.length - some) + " more";
	byId("more-warnings").lastElementChild.replaceChildren(...items.slice(some));
}

function showAnswer() {
	const record = records[state.record], t = record.trace || {}, c = record.config || {};
	const lines = record.answer && record.answer.lines;
	byId("subject").textContent = record.name;
	document.title = record.name + " - buddysim report";
	byId("about").textContent = [t.name, c.kernel, c.memory_bytes && text(c.memory_bytes, "bytes"),
		c.nr_cpus && c.nr_cpus + (c.nr_cpus === 1 ? " CPU" : " CPUs"), c.device && "device " + c.device,
		t.duration_ns && "a trace of " + text(t.duration_ns, "ns"),
		typeof t.trust_per_10000 === "number" && digits(t.trust_per_10000 / 100) + " % of its events could be used",
		record.rows.length + " rows"].filter(Boolean).join(", ");
	byId("lines").replaceChildren(...(lines || ["The record has no answer: an older version wrote it."])
		.map((line) => make("li", {}, line)));
	showWarnings(warningsOf(record).map((w) => make("li", {}, w)));
}

// ---- The table ----------------------------------------------------------------------------------

const shownColumns = () => metrics.filter((m) => state.columns.has(m.key));

function tableRows() {
	const words = state.filter.toLowerCase().split(/\s+/).filter(Boolean);
	const list = (state.all ? rows : currentRows()).filter((row) => {
		const all = [row.label, row.role, row.get("params"), row.get("kernel"),
			state.all ? records[row.record].name : ""].join(" ").toLowerCase();
		return words.every((w) => all.includes(w));
	});
	const value = (row) => state.sort === "label" ? row.label : row.get(state.sort);
	return list.map((row, i) => [row, i]).sort(([a, i], [b, k]) => {
		const x = value(a), y = value(b);
		const nx = typeof x === "number", ny = typeof y === "number";
		let d;
		if (state.sort === "label")
			d = x.localeCompare(y, "en", { numeric: true });
		else if (nx !== ny)
			return nx ? -1 : 1; // what is not there is last, whichever way
		else
			d = nx ? x - y : String(x).localeCompare(String(y));
		return (state.down ? -d : d) || i - k;
	}).map(([row]) => row);
}

// Of figures of which less is better, the least of a row that may be an answer.
const less = new Set(["cost_ns", "held_mib_s"]);
function mayBeAnswer(row) {
	const out = (records[row.record].answer || {}).left_out || [];
	return !row.faults && row.get("finished") !== 0 && !out.some((o) => o.cell === row.index);
}
function bestOf(list, key) {
	const ok = list.filter((r) => less.has(key) && mayBeAnswer(r) && typeof r.get(key) === "number");
	return ok.length > 1 ? Math.min(...ok.map((r) => r.get(key))) : null;
}

function heading(m, unit) {
	const sorted = state.sort === m.key;
	const button = make("button", { type: "button", title: m.is }, m.heading + (sorted ? state.down ? " \u25be" : " \u25b4" : ""));
	button.addEventListener("click", () => {
		state.down = sorted && !state.down;
		state.sort = m.key;
		showTable();
		byId("table").querySelector(`th[data-key="${CSS.escape(m.key)}"] button`).focus();
	});
	return make("th", { scope: "col", "data-key": m.key, class: m.key === "label" && "text",
		"aria-sort": sorted ? (state.down ? "descending" : "ascending") : "none" },
		button, make("span", { class: "unit" }, unit === "0/1" ? "" : unit));
}

function rowHead(row) {
	const box = make("input", { type: "checkbox", "aria-label": "draw " + row.label, class: "noprint" });
	box.checked = row.chosen;
	box.addEventListener("change", () => {
		row.chosen = box.checked;
		showTime();
		showMap();
	});
	const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
	swatch.style.background = row.colour;
	const head = make("th", { scope: "row", class: "text" }, box, " ", swatch, row.label);
	if (row.role || state.all)
		head.append(make("span", { class: "role" },
			[row.role, state.all && records[row.record].name].filter(Boolean).join("; ")));
	return head;
}

function showTable() {
	const list = tableRows(), columns = shownColumns();
	const units = columns.map((m) => {
		const most = Math.max(0, ...list.map((r) => r.get(m.key)).filter((v) => typeof v === "number"));
		return unitFor(m.unit, most, state.units);
	});
	const best = columns.map((m) => bestOf(list, m.key));
	const head = make("tr", {}, heading({ key: "label", heading: "Row", is: "strategy and its parameters" }, ""),
		...columns.map((m, i) => heading(m, units[i][0])));
	const body = list.map((row) => make("tr", { class: [row.front && "front", row.faults && "broken"].filter(Boolean).join(" ") },
		rowHead(row), ...columns.map((m, i) => {
			const v = row.get(m.key), number = typeof v === "number";
			return make("td", { class: v === null ? false : number ? v === best[i] && "best" : "text" },
				!number ? v === null ? "-" : String(v) : state.units === "exact" ? String(v) :
				m.unit === "0/1" ? v ? "yes" : "no" : digits(v / units[i][1]));
		})));
	const all = state.all ? rows.length : currentRows().length;
	byId("table").tHead.replaceChildren(head);
	byId("table").tBodies[0].replaceChildren(...body);
	byId("count").textContent = (list.length === all ? all + " rows" : list.length + " of " + all + " rows") +
		", by " + (state.sort === "label" ? "name" : (metricOf.get(state.sort) || { heading: state.sort }).heading) +
		(state.down ? ", the largest first" : ", the smallest first");
}

function showColumns() {
	const words = byId("column-filter").value.toLowerCase();
	byId("columns").replaceChildren(...metrics.filter((m) =>
		(m.key + " " + m.heading + " " + m.is).toLowerCase().includes(words)).map((m) => {
		const box = make("input", { type: "checkbox", value: m.key });
		box.checked = state.columns.has(m.key);
		box.addEventListener("change", () => {
			state.columns[box.checked ? "add" : "delete"](m.key);
			showTable();
		});
		return make("label", { title: m.is }, box, " " + (m.heading === m.key ? m.key : m.heading + " (" + m.key + ")"));
	}));
}

// What the table shows, every figure in full.
function csvText() {
	const quote = (v) => {
		const s = v === null ? "" : String(v);
		return /[",\r\n]/.test(s) ? '"' + s.replace(/"/g, '""') + '"' : s;
	};
	const columns = shownColumns();
	const lines = [["record", "label", ...columns.map((m) => m.key)], ...tableRows().map((row) =>
		[records[row.record].name, row.label, ...columns.map((m) => row.get(m.key))])];
	return lines.map((line) => line.map(quote).join(",")).join("\r\n") + "\r\n";
}

function save(name, content, type) {
	const url = URL.createObjectURL(new Blob([content], { type }));
	const a = make("a", { href: url, download: name });
	a.click();
	setTimeout(() => URL.revokeObjectURL(url), 1000);
}
