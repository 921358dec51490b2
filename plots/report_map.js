// SPDX-License-Identifier: GPL-2.0-or-later
// report_map.js - where memory is: each pageblock a cell, at one time for all rows that are chosen.
"use strict";

const mapColours = { u: "#4a4f55", m: "#d55e00", p: "#9aa0a6", r: "#e69f00", s: "#cc79a7", c: "#f0e442", i: "#0072b2",
	k: "#7b1e3a", g: "#8fd0f5", n: "#e9ebec", o: "#117733", x: "" };
// What is no matter of concern steps back on dark paper as it does on light.
const mapDark = { u: "#c3c8cc", p: "#7d8389", g: "#2c5d7c", n: "#25292d", k: "#c2516f" };
const mapColour = (letter) => (isDark() && mapDark[letter]) || mapColours[letter];
// What is held though nobody uses it.
const held = "mrscko";
const map = { rows: [], times: [], at: 0, timer: null };

// "u3r" -> ["u", "u", "u", "r"]; a record may hold anything, so that no run is longer than a map can be.
function cellsOf(code) {
	const cells = [];
	for (const [, letter, times] of code.matchAll(/([a-z])(\d*)/g))
		for (let n = Math.min(Number(times || 1), 65536 - cells.length); n > 0; n--)
			cells.push(letter);
	return cells;
}

// The look that holds at a time, as cells; an empty one is as the one before it.
function lookAt(row, time) {
	let i = 0;
	while (i + 1 < row.map.time_ns.length && row.map.time_ns[i + 1] <= time)
		i++;
	while (i > 0 && !row.map.looks[i])
		i--;
	row.looks = row.looks || [];
	return row.looks[i] = row.looks[i] || cellsOf(String(row.map.looks[i]));
}

function lettersOf(row) {
	return Object.entries(row.map.letters || {}).filter(([letter]) => letter in mapColours);
}

function sharesOf(row, cells) {
	const count = {};
	for (const c of cells)
		count[c] = (count[c] || 0) + 1;
	return lettersOf(row).filter(([letter]) => count[letter] && letter !== "x")
		.map(([letter, is]) => [letter, is, count[letter] * row.map.cell_bytes]);
}

function paint(canvas, cells) {
	const across = cells.length > 2048 ? 128 : cells.length > 512 ? 64 : 32, size = Math.floor(640 / across);
	canvas.width = across * size;
	canvas.height = Math.ceil(cells.length / across) * size;
	const c = canvas.getContext("2d");
	cells.forEach((letter, i) => {
		if (!mapColours[letter])
			return;
		c.fillStyle = mapColour(letter);
		c.fillRect(i % across * size, Math.floor(i / across) * size, size - 1, size - 1);
	});
}

function showMapAt() {
	const time = map.times[map.at] || 0;
	byId("map-now").textContent = "At " + text(time, "ns") + ", look " + (map.at + 1) + " of " + map.times.length;
	byId("map-time").setAttribute("aria-valuetext", text(time, "ns"));
	for (const { row, canvas, words } of map.rows) {
		const cells = lookAt(row, time), shares = sharesOf(row, cells);
		paint(canvas, cells);
		const stuck = shares.filter(([letter]) => held.includes(letter)).reduce((sum, [, , bytes]) => sum + bytes, 0);
		words.textContent = text(stuck, "bytes") + ": the pageblocks in which the host holds unused memory";
		canvas.setAttribute("aria-label", row.label + " at " + text(time, "ns") + ": " +
			shares.map(([, is, bytes]) => text(bytes, "bytes") + " " + is).join("; "));
	}
}

function showMap() {
	const any = currentRows().filter((row) => row.map);
	const list = any.filter((row) => row.chosen);
	byId("map").hidden = !any.length;
	if (!any.length)
		return;
	const share = map.times.length > 1 ? map.at / (map.times.length - 1) : undefined;
	map.times = [...new Set(any.flatMap((row) => row.map.time_ns))].sort((a, b) => a - b);
	// Another record is looked at as late in its own time as the one before.
	map.at = Math.round((map.times.length - 1) * (share === undefined ? 0.5 : share));
	byId("map-time").max = map.times.length - 1;
	byId("map-time").value = map.at;
	byId("map-about").textContent = "Each cell is " + text(any[0].map.cell_bytes, "bytes") +
		" of the guest's physical memory, the lowest address at the top left. Of the rows that have their box in the table" +
		(any.length < currentRows().length ? "; the page had room for the maps of " + any.length + " of " + currentRows().length + " rows." : ".");
	map.rows = list.map((row) => ({ row, canvas: make("canvas", { role: "img" }), words: make("p", { class: "quiet" }) }));
	byId("maps").replaceChildren(...map.rows.map(({ row, canvas, words }) =>
		make("figure", {}, make("figcaption", {}, row.label), canvas, words)));
	byId("map-legend").replaceChildren(...lettersOf(any[0]).map(([letter, is]) => {
		const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
		swatch.style.background = mapColour(letter) || "transparent";
		return make("li", {}, swatch, is);
	}));
	showMapAt();
}

function play(on) {
	clearInterval(map.timer);
	map.timer = null;
	byId("map-play").setAttribute("aria-pressed", on);
	byId("map-play").textContent = on ? "Stop" : "Play";
	if (!on)
		return;
	if (map.at >= map.times.length - 1)
		map.at = -1;
	map.timer = setInterval(() => {
		map.at++;
		byId("map-time").value = map.at;
		showMapAt();
		if (map.at >= map.times.length - 1)
			play(false);
	}, 250);
}
