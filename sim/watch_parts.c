// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MIB 1048576.0

/* ---- Numbers -------------------------------------------------------------------------------------- */

void watch_count_text(char *buf, size_t size, double n)
{
	if (n < 0)
		snprintf(buf, size, "-");
	else if (n < 9.95 && n > 0 && n != (double)(long)n)
		snprintf(buf, size, "%.1f", n);
	else if (n < 99999.5)
		snprintf(buf, size, "%.0f", n);
	else if (n < 9999500)
		snprintf(buf, size, "%.0fk", n / 1e3);
	else if (n < 99950000)
		snprintf(buf, size, "%.1fM", n / 1e6);
	else
		snprintf(buf, size, "%.0fM", n / 1e6);
}

void watch_mib_text(char *buf, size_t size, double bytes)
{
	const double mib = bytes / MIB;

	if (mib < 0)
		snprintf(buf, size, "-");
	else if (mib > 0 && mib < 0.05)
		snprintf(buf, size, "<0.1");
	else
		snprintf(buf, size, "%.*f", mib > 0 && mib < 99.95, mib);
}

void watch_ns_text(char *buf, size_t size, double ns)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	unsigned int unit = 0;

	for (; unit < 3 && ns >= 999.5; unit++)
		ns /= 1000;
	snprintf(buf, size, "%.*f %s", unit && ns < 99.95 ? (ns < 9.995 ? 2 : 1) : 0, ns,
		 units[unit]);
}

void watch_duration_text(char *buf, size_t size, double seconds)
{
	if (seconds < 99.5)
		snprintf(buf, size, "%.0f s", seconds);
	else if (seconds < 99.5 * 60)
		snprintf(buf, size, "%.0f min", seconds / 60);
	else
		snprintf(buf, size, "%.1f h", seconds / 3600);
}

/* ---- Memory --------------------------------------------------------------------------------------- */

#define WIDTH 7 /* of a column of figures */

enum part { USED, RAW, BELOW, PCP, HANDS, TOLD, KEPT, REST, OTHER, NR_PARTS };

static const struct {
	char sign;
	const char *name;
	enum watch_style style;
} parts[NR_PARTS] = {
	[USED] = {'#', "used", WATCH_USED},    [RAW] = {'=', "raw", WATCH_RAW},
	[BELOW] = {'-', "below", WATCH_BELOW}, [PCP] = {':', "pcp", WATCH_PCP},
	[HANDS] = {'!', "hands", WATCH_HANDS}, [TOLD] = {'.', "told", WATCH_TOLD},
	[KEPT] = {'*', "kept", WATCH_KEPT},    [REST] = {'+', "rest", WATCH_REST},
	[OTHER] = {'?', "other", WATCH_OTHER},
};

/* What there is none of by nature has no figure. */
#define NONE UINT64_MAX

static void guest_parts(const struct bs_view *v, uint64_t of[NR_PARTS])
{
	of[USED] = v->used;
	of[RAW] = v->raw;
	of[BELOW] = v->below;
	of[PCP] = v->pcp;
	of[HANDS] = v->hands;
	of[TOLD] = v->told;
	of[KEPT] = of[REST] = NONE;
	of[OTHER] = v->nobody;
}

static void host_parts(const struct bs_view *v, uint64_t of[NR_PARTS])
{
	of[USED] = v->resident > v->held ? v->resident - v->held : 0;
	of[RAW] = v->why[BS_VIEW_HELD_RAW];
	of[BELOW] = v->why[BS_VIEW_HELD_BELOW];
	of[PCP] = v->why[BS_VIEW_HELD_PCP];
	of[HANDS] = v->why[BS_VIEW_HELD_IN_FLIGHT];
	of[TOLD] = NONE;
	of[KEPT] = v->why[BS_VIEW_HELD_KEPT];
	of[REST] = v->why[BS_VIEW_HELD_HUGE_REST];
	of[OTHER] = v->why[BS_VIEW_HELD_OTHER];
}

/* Each part as long as its share of @whole in @n signs, rounded so that errors do not add up; and if it is
 * there at all it is seen. */
static void put_bar(struct watch_page *p, unsigned int row, unsigned int col, unsigned int n,
		    const uint64_t of[NR_PARTS], uint64_t whole)
{
	unsigned int at = 0;
	double sum = 0;

	for (unsigned int i = 0; i < NR_PARTS && whole; i++) {
		unsigned int end;

		if (of[i] == NONE || !of[i])
			continue;
		sum += (double)of[i];
		end = (unsigned int)(sum / (double)whole * n + 0.5);
		if (end <= at)
			end = at + 1;
		if (end > n)
			end = n;
		watch_fill(p, row, col + at, end - at, parts[i].sign, parts[i].style);
		at = end;
	}
}

static void put_figures(struct watch_page *p, unsigned int row, const char *name, uint64_t all,
			const uint64_t of[NR_PARTS])
{
	unsigned int end = 8 + WIDTH;
	char text[24];

	watch_put(p, row, 1, WATCH_PLAIN, "%s", name);
	watch_mib_text(text, sizeof(text), (double)all);
	watch_put_right(p, row, end, WATCH_STRONG, "%s", text);
	for (unsigned int i = 0; i < NR_PARTS; i++) {
		end += WIDTH;
		if (of[i] == NONE)
			continue;
		watch_mib_text(text, sizeof(text), (double)of[i]);
		watch_put_right(p, row, end, of[i] ? parts[i].style : WATCH_FAINT, "%s", text);
	}
}

void watch_put_memory(const struct watch_shown *s, struct watch_page *p, unsigned int row)
{
	const struct bs_view *v = &s->view;
	const uint64_t whole = v->resident > v->memory ? v->resident : v->memory;
	const unsigned int n = p->cols - 10;
	uint64_t guest[NR_PARTS], host[NR_PARTS];
	unsigned int end = 8 + WIDTH;

	guest_parts(v, guest);
	host_parts(v, host);
	for (unsigned int i = 0; i < 2; i++) {
		watch_put(p, row + i, 1, WATCH_PLAIN, "%s", i ? "host" : "guest");
		watch_fill(p, row + i, 7, 1, '|', WATCH_FAINT);
		put_bar(p, row + i, 8, n, i ? host : guest, whole);
		watch_fill(p, row + i, 8 + n, 1, '|', WATCH_FAINT);
	}
	watch_put(p, row + 2, 1, WATCH_FAINT, "MiB");
	watch_put_right(p, row + 2, end, WATCH_FAINT, "all");
	for (unsigned int i = 0; i < NR_PARTS; i++) {
		end += WIDTH;
		watch_put_right(p, row + 2, end, parts[i].style, "%c%s", parts[i].sign,
				parts[i].name);
	}
	put_figures(p, row + 3, "guest", v->memory, guest);
	put_figures(p, row + 4, "host", v->resident, host);
}

/* ---- Free lists ----------------------------------------------------------------------------------- */

void watch_put_lists(const struct watch_shown *s, struct watch_page *p, unsigned int row,
		     unsigned int col, unsigned int room)
{
	const struct bs_view *v = &s->view;
	const unsigned int bar = room - 11;
	uint64_t most = 1;

	for (unsigned int o = 0; o < v->nr_orders; o++)
		if (v->free_blocks[o] << o > most)
			most = v->free_blocks[o] << o;
	watch_put(p, row, col, WATCH_STRONG, "free lists");
	watch_put_right(p, row, col + room, WATCH_FAINT, bar > 12 ? "blocks  memory" : "blocks");
	for (unsigned int o = 0; o < v->nr_orders; o++) {
		const unsigned int at = row + 1 + o;
		const uint64_t all = v->free_blocks[o] << o;
		const double pages = (double)v->told_bytes[o] / (double)v->page_bytes;
		const unsigned int n = (unsigned int)((double)all / (double)most * bar + 0.999);
		const unsigned int told = (unsigned int)(pages / (double)most * bar + 0.5);
		const enum part is = v->unit && o < v->unit ? BELOW : RAW;
		char text[24];

		watch_count_text(text, sizeof(text), (double)v->free_blocks[o]);
		watch_put(p, at, col, o == v->unit && o ? WATCH_STRONG : WATCH_PLAIN, "%2u", o);
		watch_put_right(p, at, col + 9, all ? WATCH_PLAIN : WATCH_FAINT, "%s", text);
		watch_fill(p, at, col + 10, n, parts[is].sign, parts[is].style);
		watch_fill(p, at, col + 10 + n - (told < n ? told : n), told < n ? told : n,
			   parts[TOLD].sign, parts[TOLD].style);
	}
}

/* ---- The reporter --------------------------------------------------------------------------------- */

static void put_does(const struct watch_shown *s, struct watch_page *p, unsigned int row,
		     unsigned int col)
{
	const struct bs_view *v = &s->view;
	char text[24];

	switch (v->does) {
	case BS_REPORTER_NOTHING:
		watch_put(p, row, col, WATCH_PLAIN, "never reports");
		break;
	case BS_REPORTER_NO_WORKER:
		watch_put(p, row, col, WATCH_PLAIN, "reports at each free");
		break;
	case BS_REPORTER_IDLE:
		watch_put(p, row, col, WATCH_PLAIN, "idle");
		break;
	case BS_REPORTER_WAITING:
		watch_ns_text(text, sizeof(text),
			      v->wake_at > s->now ? (double)(v->wake_at - s->now) : 0);
		watch_put(p, row, col, WATCH_PLAIN, "waits: pass in %s", text);
		break;
	case BS_REPORTER_IN_PASS:
		watch_put(p, row, col, WATCH_HANDS, "in a pass");
		break;
	case BS_REPORTER_AT_DEVICE:
		watch_put(p, row, col, WATCH_HANDS, "at the device: %u request%s", v->in_flight,
			  v->in_flight == 1 ? "" : "s");
		break;
	case BS_REPORTER_PAUSED:
		watch_put(p, row, col, WATCH_PLAIN, "stands still with its guest");
		break;
	case BS_REPORTER_ENDED:
		watch_put(p, row, col, WATCH_PLAIN, "the window is closed");
		break;
	}
}

static void put_pass(const struct watch_shown *s, struct watch_page *p, unsigned int row,
		     unsigned int col)
{
	const struct bs_view *v = &s->view;
	char mib[24], took[24];

	if (v->pass_at == BS_NO_TIME) {
		if (v->does != BS_REPORTER_NOTHING && v->does != BS_REPORTER_NO_WORKER)
			watch_put(p, row, col, WATCH_FAINT, "no pass yet");
		return;
	}
	watch_mib_text(mib, sizeof(mib), (double)v->pass_bytes);
	watch_ns_text(took, sizeof(took), (double)v->pass_ns);
	watch_put(p, row, col, WATCH_PLAIN, "last pass at %.3f s:", (double)v->pass_at / 1e9);
	watch_put(p, row + 1, col, WATCH_PLAIN, "  %s MiB in %s", mib, took);
}

static const struct {
	const char *name;
	double unit; /* of the figure */
	bool is_mib;
} counted[] = {
	[WATCH_ALLOCS] = {"allocations", 1, false},   [WATCH_FREES] = {"frees", 1, false},
	[WATCH_PASSES] = {"passes", 1, false},	      [WATCH_REQUESTS] = {"requests", 1, false},
	[WATCH_BLOCKS] = {"blocks", 1, false},	      [WATCH_REPORTED] = {"reported MiB", 1, true},
	[WATCH_REFAULTED] = {"refault MiB", 1, true}, [WATCH_STALL] = {"stall ms", 1e6, false},
};

void watch_put_reporter(const struct watch_shown *s, struct watch_page *p, unsigned int row,
			unsigned int col)
{
	const unsigned int edge = col + WATCH_REPORTER_COLS;

	watch_put(p, row, col, WATCH_STRONG, "reporter");
	watch_put_right(p, row, edge - 7, WATCH_FAINT, "so far");
	watch_put_right(p, row, edge, WATCH_FAINT, "per s");
	for (unsigned int i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		const double n = (double)watch_count_of(&s->view, (enum watch_count)i);
		const double rate = watch_rate(&s->rates, (enum watch_count)i);
		char all[24], per[24];

		(counted[i].is_mib ? watch_mib_text : watch_count_text)(all, sizeof(all),
									n / counted[i].unit);
		(counted[i].is_mib ? watch_mib_text : watch_count_text)(
			per, sizeof(per), rate < 0 ? -1 : rate / counted[i].unit);
		watch_put(p, row + 1 + i, col, WATCH_PLAIN, "%s", counted[i].name);
		watch_put_right(p, row + 1 + i, edge - 7, n > 0 ? WATCH_PLAIN : WATCH_FAINT, "%s",
				all);
		watch_put_right(p, row + 1 + i, edge, rate > 0 ? WATCH_PLAIN : WATCH_FAINT, "%s",
				per);
	}
	put_does(s, p, row + 9, col);
	put_pass(s, p, row + 10, col);
}

/* ---- Time that it costs ---------------------------------------------------------------------------- */

void watch_put_stall(const struct watch_shown *s, struct watch_page *p, unsigned int row,
		     unsigned int col, unsigned int room)
{
	static const char *const names[BS_NR_VIEW_STALLS] = {
		[BS_VIEW_FIRST_TOUCH] = "first touch",
		[BS_VIEW_REFAULT] = "refault",
		[BS_VIEW_REQUEST] = "request",
		[BS_VIEW_INSTALL] = "install",
		[BS_VIEW_ZERO] = "zeroing",
		[BS_VIEW_POISON] = "poison",
		[BS_VIEW_CLIENT] = "client",
		[BS_VIEW_WAIT] = "wait",
		[BS_VIEW_STALL] = "all",
	};
	const struct bs_view *v = &s->view;
	char text[24];

	watch_put(p, row, col, WATCH_STRONG, "CPUs stood still");
	for (unsigned int i = 0; i < BS_NR_VIEW_STALLS; i++) {
		watch_ns_text(text, sizeof(text), (double)v->stall[i]);
		watch_put(p, row + 1 + i, col, v->stall[i] ? WATCH_PLAIN : WATCH_FAINT, "%s",
			  names[i]);
		watch_put_right(p, row + 1 + i, col + room, v->stall[i] ? WATCH_PLAIN : WATCH_FAINT,
				"%s", text);
	}
}

/* ---- What is over ---------------------------------------------------------------------------------- */

static void put_row(struct watch_page *p, unsigned int row, unsigned int col, unsigned int room,
		    const struct watch_row *r)
{
	char held[24], cost[24] = "-";

	watch_put_cut(p, row, col, room - 15, WATCH_PLAIN, r->label);
	if (r->failed) {
		watch_put_right(p, row, col + room, WATCH_ALERT, "failed");
		return;
	}
	watch_count_text(held, sizeof(held), (double)r->held_mib_s);
	if (r->cost != BS_NO_TIME)
		watch_ns_text(cost, sizeof(cost), (double)r->cost);
	watch_put_right(p, row, col + room - 8, WATCH_PLAIN, "%s", held);
	watch_put_right(p, row, col + room, WATCH_PLAIN, "%s", cost);
}

/* The one that runs stands below them, with what it has until now. */
void watch_put_rows(const struct watch_shown *s, struct watch_page *p, unsigned int row,
		    unsigned int col, unsigned int room)
{
	const unsigned int most = p->rows - row - 3;
	const unsigned int first = s->nr_rows > most ? s->nr_rows - most : 0;
	struct watch_row now = {.held_mib_s = s->view.held_mib_s, .cost = s->view.cost};
	unsigned int at = row + 1;

	snprintf(now.label, sizeof(now.label), "%s", s->view.label);
	watch_put(p, row, col, WATCH_STRONG, "finished");
	if (first)
		watch_put(p, row, col + 9, WATCH_FAINT, "+%u", first);
	watch_put_right(p, row, col + room - 8, WATCH_FAINT, "held");
	watch_put_right(p, row, col + room, WATCH_FAINT, "cost");
	for (unsigned int i = first; i < s->nr_rows; i++)
		put_row(p, at++, col, room, &s->rows[i]);
	if (s->view.ended && s->nr_rows && s->nr_rows > s->view.cell)
		return;
	put_row(p, at, col, room, &now);
	watch_put(p, at, col - 1, WATCH_STRONG, ">");
}
