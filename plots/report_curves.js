// SPDX-License-Identifier: GPL-2.0-or-later
// report_curves.js - what the page shows over time.
"use strict";

const isDark = () => document.documentElement.hasAttribute("data-dark");

// A strategy's colour, made lighter where the paper is dark.
function inkOf(row) {
	const n = parseInt(row.colour.slice(1), 16);
	const part = (shift) => {
		const v = n >> shift & 255;
		return isDark() ? Math.round(v + (255 - v) * 0.35) : v;
	};
	return `rgb(${part(16)},${part(8)},${part(0)})`;
}
const dashes = ["none", "9 4", "3 3", "9 3 2 3", "16 3"];

function ticks(most, wanted) {
	if (!(most > 0))
		return [0, 1];
	const rough = most / wanted, power = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
	const list = [];
	for (let v = 0; v <= most * 1.0001; v += step)
		list.push(v);
	return list;
}

// Levels hold until the next sample: a line that goes to the right, then up or down.
function steps(xs, ys, px, py) {
	let d = `M${px(xs[0]).toFixed(1)} ${py(ys[0]).toFixed(1)}`;
	for (let i = 1; i < xs.length; i++)
		d += `H${px(xs[i]).toFixed(1)}` + (ys[i] !== ys[i - 1] ? `V${py(ys[i]).toFixed(1)}` : "");
	return d;
}

function valueAt(s, x) {
	let i = 0;
	while (i + 1 < s.x.length && s.x[i + 1] <= x)
		i++;
	return s.y[i];
}

// series: {name, x in s, y, colour, dash, area, base (of an area)}
function chart(caption, unit, series) {
	const wide = Math.max(300, Math.min(1240, byId("rows").clientWidth || 900)), high = wide < 500 ? 240 : 320;
	const left = 58, right = wide - 12, top = 8, bottom = high - 34;
	const end = Math.max(...series.map((s) => s.x[s.x.length - 1]), 1e-9);
	const most = Math.max(...series.map((s) => s.y.reduce((a, b) => Math.max(a, b), 0)));
	const ys = ticks(most, 5), step = ys[1] - ys[0];
	// The uppermost line is above all curves.
	if (ys[ys.length - 1] < most)
		ys.push(ys.length * step);
	const top_y = ys[ys.length - 1];
	const px = (x) => left + (right - left) * x / end, py = (y) => bottom - (bottom - top) * y / top_y;
	const svg = draw("svg", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: "img", tabindex: 0,
		"aria-label": caption + (unit && ", " + unit) + ". " + series.map((s) => s.name + ": most " +
			digits(s.y.reduce((a, b) => Math.max(a, b), 0)) + ", at the end " + digits(s.y[s.y.length - 1])).join("; ") });
	for (const y of ys) {
		svg.append(draw("line", { x1: left, x2: right, y1: py(y), y2: py(y), class: "grid" }));
		svg.append(draw("text", { x: left - 6, y: py(y) + 4, "text-anchor": "end" }, y.toLocaleString("en-US")));
	}
	for (const x of ticks(end, wide < 500 ? 4 : 8)) {
		svg.append(draw("line", { x1: px(x), x2: px(x), y1: bottom, y2: bottom + 5, class: "axis" }));
		svg.append(draw("text", { x: px(x), y: bottom + 18, "text-anchor": "middle" }, x.toLocaleString("en-US")));
	}
	svg.append(draw("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "axis" }));
	svg.append(draw("text", { x: right, y: high - 3, "text-anchor": "end" }, "s"));
	// Curves that coincide: one below shows at both sides of those above.
	const lines = series.filter((s) => !s.area).length;
	let drawn = 0;
	for (const s of series) {
		const d = steps(s.x, s.y, px, py);
		if (s.area) {
			const back = s.base ? reversed(s.x, s.base, px, py) : `V${bottom}H${left}Z`;
			svg.append(draw("path", { d: d + back, fill: s.colour, stroke: "none" }));
		} else {
			svg.append(draw("path", { d, fill: "none", stroke: s.colour,
				"stroke-width": Math.min(2 + 1.6 * (lines - ++drawn), 8), "stroke-dasharray": s.dash || "none" }));
		}
	}
	return withCursor(make("figure", {}, make("figcaption", {}, caption + (unit && ", " + unit)), svg), svg, series, { left, right, top, bottom, end, px, unit, wide });
}

// The lower edge of an area, from the right to the left.
function reversed(xs, ys, px, py) {
	let d = `V${py(ys[ys.length - 1]).toFixed(1)}`;
	for (let i = xs.length - 1; i > 0; i--)
		d += (ys[i] !== ys[i - 1] ? `V${py(ys[i - 1]).toFixed(1)}` : "") + `H${px(xs[i - 1]).toFixed(1)}`;
	return d + "Z";
}

// What the curves are at the cursor stands below them; without one they are named there.
function withCursor(figure, svg, series, at) {
	const line = draw("line", { y1: at.top, y2: at.bottom, class: "cursor", visibility: "hidden" });
	const readout = make("div", { class: "readout", role: "status" });
	let x = null;
	const show = () => {
		readout.replaceChildren(...(x === null ? [] : [make("span", {}, "at " + digits(x) + " s:")]), ...series.map((s) => {
			const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
			swatch.style.background = s.colour;
			return make("span", {}, swatch, s.name + (x === null ? "" : " " + digits(valueAt(s, x) - (s.base ? valueAt({ x: s.x, y: s.base }, x) : 0))));
		}));
		line.setAttribute("visibility", x === null ? "hidden" : "visible");
		line.setAttribute("x1", at.px(x || 0));
		line.setAttribute("x2", at.px(x || 0));
	};
	const move = (to) => {
		x = to === null ? null : Math.min(at.end, Math.max(0, to));
		show();
	};
	svg.append(line);
	svg.addEventListener("pointermove", (e) => {
		const box = svg.getBoundingClientRect();
		move(((e.clientX - box.left) * at.wide / box.width - at.left) / (at.right - at.left) * at.end);
	});
	svg.addEventListener("pointerleave", () => move(null));
	svg.addEventListener("blur", () => move(null));
	svg.addEventListener("keydown", (e) => {
		const step = at.end / (e.shiftKey ? 10 : 100);
		const to = { ArrowLeft: (x || 0) - step, ArrowRight: (x || 0) + step, Home: 0, End: at.end, Escape: null }[e.key];
		if (to === undefined)
			return;
		e.preventDefault();
		move(to);
	});
	figure.append(readout);
	show();
	return figure;
}

function curvesOf(list, key, per) {
	return list.filter((row) => row.series && row.series[key]).map((row) => ({
		name: row.label, colour: inkOf(row), dash: dashes[row.variant % dashes.length],
		x: row.series.t.map((t) => t / 1000), y: row.series[key].map((v) => v / per) }));
}

function showTime() {
	const list = chosenRows().filter((row) => row.series);
	const any = currentRows().filter((row) => row.series);
	byId("time").hidden = !any.length;
	if (!any.length)
		return;
	const base = any[0].series;
	const used = { name: "used by the guest", colour: getComputedStyle(document.documentElement).getPropertyValue("--area"),
		area: true, x: base.t.map((t) => t / 1000), y: base.used.map((v) => v / 1024) };
	const charts = [chart("What the host holds", "MiB", [used, ...curvesOf(list, "held", 1024)])];
	for (const [key, caption, unit, per] of [["reported", "Reported so far", "MiB", 1024],
		["calls", "Requests so far", "", 1], ["refaulted", "Faulted in again so far", "MiB", 1024]]) {
		const s = curvesOf(list, key, per);
		if (s.some((curve) => curve.y.some((v) => v > 0)))
			charts.push(chart(caption, unit, s));
		else if (s.length)
			charts.push(make("p", {}, caption + ": none, in any of these rows."));
	}
	if (!list.length)
		charts.push(make("p", { class: "quiet" }, "No row has its box: choose some in the table."));
	byId("curves").replaceChildren(...charts);
	showFree(any);
}

// Areas, each upon the one before it.
function stack(x, parts) {
	const most = (part) => Math.max(...part.y);
	if (byId("free-small").checked)
		parts = parts.filter((part) => parts.some((other) => most(other) > most(part)));
	let base = x.map(() => 0);
	return parts.map(({ name, colour, y }) => {
		const below = base;
		base = y.map((v, i) => below[i] + v);
		return { name, colour, area: true, x, y: base, base: below };
	});
}

// In the order of a record's numbers.
const types = [["unmovable", "#d55e00"], ["movable", "#56b4e9"], ["reclaimable", "#009e73"], ["highatomic", "#cc79a7"], ["isolated", "#f0e442"]];

// Free memory, a layer for each order, the largest blocks at the bottom; and one for each migratetype.
const layers = ["#08306b", "#08519c", "#2171b5", "#4292c6", "#6baed6", "#9ecae1", "#c7e9b4", "#fee08b", "#fdae61", "#f46d43", "#b2182b"];
function showFree(any) {
	const select = byId("free-row");
	const before = select.value;
	select.replaceChildren(...any.map((row) => make("option", { value: row.index }, row.label)));
	select.value = any.some((row) => String(row.index) === before) ? before : (any.find((row) => row.front) || any[0]).index;
	const row = currentRows()[select.value], s = row.series;
	const x = s.t.map((t) => t / 1000);
	const series = stack(x, s.free.map((list, order) => ({ name: "order " + order, colour: layers[layers.length - 1 - order],
		y: list.map((n) => n * 2 ** order / 256) })).reverse());
	byId("free").replaceChildren(chart("Free memory of " + row.label + " by the size of its blocks", "MiB", series));
	if (s.types)
		byId("free").append(chart("Free memory of " + row.label + " by migratetype: whose lists it is on", "MiB", stack(x, types
			.map(([name, colour], i) => ({ name, colour, y: s.types[i].map((n) => n / 256) }))
			.filter((part) => part.y.some((v) => v > 0)))));
}
