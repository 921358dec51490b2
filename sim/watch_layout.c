// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch_layout.c - a page from top to bottom: what runs and how far it is, memory as the guest and as the
 * host see it, and below that side by side free lists, the reporter, and the cells that are over.
 */
#include "watch_layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "watch_parts.h"

/* ---- How long it will take ------------------------------------------------------------------------ */

static double virtual_to_go(const struct watch_shown *s)
{
	return s->view.end > s->now ? (double)(s->view.end - s->now) / 1e9 : 0;
}

static double events_to_go(const struct watch_shown *s)
{
	const struct bs_progress *p = &s->progress;

	return p->of_events > p->events ? (double)(p->of_events - p->events) : 0;
}

/* Events are heard of chunk by chunk; those of the cell that is looked at are known better. */
static double cell_events_to_go(const struct watch_shown *s)
{
	const struct bs_progress *p = &s->progress;
	const double of = p->cells ? (double)p->of_events / p->cells : 0;

	return of > (double)s->view.events ? of - (double)s->view.events : 0;
}

/* What runs at a steady speed goes on at that; what runs as fast as it goes, at the rate of its events, or, if
 * nobody knows how many there will be, of its time. */
static double to_go(const struct watch_shown *s, double seconds, double events)
{
	const double rate = watch_real_rate(&s->rates), speed = watch_real_speed(&s->rates);

	if (!s->seen || watch_by_steps(s) || s->mode == WATCH_STOPS)
		return -1;
	if (s->speed > 0 && s->mode == WATCH_RUNS)
		return seconds / s->speed;
	if (!s->progress.of_events)
		return speed > 0 ? seconds / speed : -1;
	return rate > 0 ? events / rate : -1;
}

double watch_cell_to_go(const struct watch_shown *s)
{
	return to_go(s, virtual_to_go(s), cell_events_to_go(s));
}

double watch_all_to_go(const struct watch_shown *s)
{
	const struct bs_view *v = &s->view;
	const double more = v->cells > v->cell ? v->cells - v->cell - 1 : 0;

	/* One that is skipped says nothing about the others. */
	if (s->mode == WATCH_SKIPS && s->speed > 0)
		return more > 0 ? more * (double)v->end / 1e9 / s->speed : watch_cell_to_go(s);
	return to_go(s, virtual_to_go(s) + more * (double)v->end / 1e9, events_to_go(s));
}

/* ---- What runs ------------------------------------------------------------------------------------ */

static void put_title(const struct watch_shown *s, struct watch_page *p)
{
	const unsigned int cells = s->seen ? s->view.cells : s->progress.cells;
	const unsigned int cell = s->seen ? s->view.cell : s->progress.cell;
	const char *slash = strrchr(s->trace, '/');
	char head[64];

	watch_fill(p, 0, 0, p->cols, ' ', WATCH_TITLE);
	snprintf(head, sizeof(head), " buddysim %s  ", s->verb);
	watch_put(p, 0, 0, WATCH_TITLE, "%s", head);
	watch_put_cut(p, 0, (unsigned int)strlen(head), p->cols - 40, WATCH_TITLE,
		      slash ? slash + 1 : s->trace);
	if (cells && s->seen && s->view.guests > 1)
		watch_put_right(p, 0, p->cols - 1, WATCH_TITLE, "cell %u of %u, guest 1 of %u",
				cell < cells ? cell + 1 : cells, cells, s->view.guests);
	else if (cells)
		watch_put_right(p, 0, p->cols - 1, WATCH_TITLE, "cell %u of %u",
				cell < cells ? cell + 1 : cells, cells);
}

static void put_cell(const struct watch_shown *s, struct watch_page *p)
{
	const struct bs_view *v = &s->view;
	const unsigned int kernel = (unsigned int)strlen(v->kernel);
	const unsigned int edge = p->cols > kernel + 2 ? p->cols - kernel - 2 : 0;
	const unsigned int name = (unsigned int)strlen(v->label);
	/* A label has those parameters that were given; all of them stand beside it where there is room. */
	const unsigned int room = edge > 1 + name + 2 ? edge - 1 - name - 2 : 0;

	watch_put_cut(p, 1, 1, edge - 1, WATCH_STRONG, v->label);
	if (room > 10 && v->params[0])
		watch_put_cut(p, 1, 1 + name + 2, room - 1, WATCH_FAINT, v->params);
	watch_put_right(p, 1, p->cols - 1, WATCH_PLAIN, "%s", v->kernel);
}

static void put_time(const struct watch_shown *s, struct watch_page *p)
{
	const struct bs_view *v = &s->view;
	/* A step may be a nanosecond. */
	const int digits = watch_by_steps(s) ? 9 : s->speed > 0 && s->speed < 0.1 ? 6 : 3;
	const double share = v->end ? (double)s->now / (double)v->end : 1;
	unsigned int col, n, tail;

	col = watch_put(p, 2, 1, WATCH_PLAIN, "%.*f s of %.3f s, %3.0f %% ", digits,
			(double)s->now / 1e9, (double)v->end / 1e9, 100 * share);
	n = p->cols > col + 2 ? p->cols - col - 2 : 0;
	if (n < 8)
		return;
	/* Behind the mark the load is over, and only the reporter goes on. */
	tail = v->end ? (unsigned int)((double)(n - 2) * (double)v->load_end / (double)v->end) : 0;
	watch_fill(p, 2, col, 1, '[', WATCH_PLAIN);
	watch_fill(p, 2, col + 1, n - 2, '.', WATCH_FAINT);
	if (v->load_end < v->end)
		watch_fill(p, 2, col + 1 + tail, 1, '|', WATCH_FAINT);
	watch_fill(p, 2, col + 1, (unsigned int)((double)(n - 2) * share), '=', WATCH_STRONG);
	watch_fill(p, 2, col + n - 1, 1, ']', WATCH_PLAIN);
}

static void put_mode(const struct watch_shown *s, char *buf, size_t size)
{
	const double does = watch_real_speed(&s->rates);

	switch (s->mode) {
	case WATCH_STOPS:
		snprintf(buf, size, "stopping ...");
		return;
	case WATCH_STANDS:
		snprintf(buf, size, "PAUSED");
		return;
	case WATCH_STEPS:
		snprintf(buf, size, "a step");
		return;
	case WATCH_SKIPS:
		snprintf(buf, size, "to the end of this cell");
		return;
	case WATCH_RUNS:
		break;
	}
	if (s->speed <= 0)
		snprintf(buf, size, "as fast as it goes");
	else if (does >= 0 && does < 0.8 * s->speed && s->rates.nr > 8)
		snprintf(buf, size, "%g s per second (goes %.2g)", s->speed, does);
	else
		snprintf(buf, size, "%g s per second", s->speed);
}

static void put_pace(const struct watch_shown *s, struct watch_page *p)
{
	const double rate = watch_real_rate(&s->rates);
	const double cell = watch_cell_to_go(s), all = watch_all_to_go(s);
	char text[80], one[24], other[24];
	unsigned int col;

	put_mode(s, text, sizeof(text));
	col = watch_put(p, 3, 1, s->mode == WATCH_RUNS ? WATCH_PLAIN : WATCH_ALERT, "%s", text);
	watch_count_text(one, sizeof(one), (double)s->view.events);
	watch_count_text(other, sizeof(other), rate);
	col = watch_put(p, 3, col + 2, WATCH_PLAIN, "%s events", one);
	if (!watch_by_steps(s) && rate >= 0)
		col = watch_put(p, 3, col, WATCH_PLAIN, ", %s/s", other);
	if (cell < 0)
		return;
	watch_duration_text(one, sizeof(one), cell);
	watch_duration_text(other, sizeof(other), all);
	if (s->view.cells > 1 && all >= 0)
		snprintf(text, sizeof(text), "%s to go, all cells %s", one, other);
	else
		snprintf(text, sizeof(text), "%s to go", one);
	if (col + 2 + strlen(text) < p->cols)
		watch_put_right(p, 3, p->cols - 1, WATCH_PLAIN, "%s", text);
}

/* ---- Below memory --------------------------------------------------------------------------------- */

#define FREE_COL 1
#define SIDE_ROW 11
#define BESIDE 2

static void put_side(const struct watch_shown *s, struct watch_page *p)
{
	const unsigned int spare = p->cols - WATCH_COLS, free = 20 + spare / 3;
	const unsigned int reporter = FREE_COL + free + BESIDE;
	const unsigned int last = reporter + WATCH_REPORTER_COLS + BESIDE;
	const unsigned int room = p->cols > last + 1 ? p->cols - last - 1 : 0;
	const unsigned int below = SIDE_ROW + WATCH_REPORTER_ROWS + 1;

	watch_put_lists(s, p, SIDE_ROW, FREE_COL, free);
	watch_put_reporter(s, p, SIDE_ROW, reporter);
	if (s->view.cells < 2) {
		watch_put_stall(s, p, SIDE_ROW, last, room);
		return;
	}
	watch_put_rows(s, p, SIDE_ROW, last, room);
	if (below + WATCH_STALL_ROWS < p->rows)
		watch_put_stall(s, p, below, reporter, WATCH_REPORTER_COLS);
}

static void put_keys(const struct watch_shown *s, struct watch_page *p)
{
	static const char *const keys[][2] = {
		{"space", NULL},    {"s . p", "step"}, {"+ -", "speed"},
		{"n", "next cell"}, {"?", "help"},     {"q", "quit"},
	};
	unsigned int col = 1;

	watch_fill(p, p->rows - 1, 0, p->cols, ' ', WATCH_TITLE);
	for (unsigned int i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *does = keys[i][1];

		if (!does)
			does = watch_by_steps(s) ? "go on" : "pause";
		col = watch_put(p, p->rows - 1, col, WATCH_TITLE, "%s %s", keys[i][0], does) + 3;
	}
}

/* ---- Pages of their own --------------------------------------------------------------------------- */

static void put_help(struct watch_page *p)
{
	static const char *const lines[] = {
		"space    pause, and go on            s   step: until something happens",
		"+ -      faster, slower; the         .   step: a 500th of the window",
		"         fastest has no pace         p   step: to the reporter's next pass",
		"n        to the end of the cell      q   quit, as Ctrl-C: cells that are over",
		"         as fast as it goes              are written, status 130",
		"",
		"# used        it has an owner in the guest",
		"= raw         free, large enough to be reported, and not reported since",
		"- below       free, in blocks smaller than what is reported",
		": pcp         free, on a CPU's own list",
		"! hands       in the reporter's hands, or isolated: the host has not answered",
		". told        reported: the host has it back, or may take it",
		"* kept        of the host: reported, and held all the same",
		"+ rest        of the host: the rest of huge pages that the guest uses a part of",
		"? other       isolated for somebody else; of the host: what is left",
		"",
		"The host's row is what it holds, beside what is used by reason: why it is held.",
		"Rates are per second of virtual time, of about the last one; held is MiB x s.",
	};

	watch_put(p, 1, 1, WATCH_STRONG, "Keys and signs");
	for (unsigned int i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		watch_put(p, 3 + i, 1, WATCH_PLAIN, "%s", lines[i]);
	watch_put(p, p->rows - 2, 1, WATCH_FAINT, "any key: back; the run goes on meanwhile");
}

static void put_too_small(struct watch_page *p)
{
	watch_put(p, 0, 0, WATCH_PLAIN, "%u x %u is too small", p->cols, p->rows);
	watch_put(p, 1, 0, WATCH_PLAIN, "for the view: %u x %u", WATCH_COLS, WATCH_ROWS);
	watch_put(p, 2, 0, WATCH_PLAIN, "(it goes on; q quits)");
}

static void put_not_yet(const struct watch_shown *s, struct watch_page *p)
{
	const struct bs_progress *g = &s->progress;

	if (g->of_read && !g->events)
		watch_put(p, 2, 1, WATCH_PLAIN, "reading the trace: %.0f of %.0f MB",
			  (double)g->read / 1e6, (double)g->of_read / 1e6);
	else if (!g->events || !g->of_events)
		watch_put(p, 2, 1, WATCH_PLAIN, "getting ready ...");
	else
		watch_put(p, 2, 1, WATCH_PLAIN, "getting ready: %.0f %% of all events",
			  100 * (double)g->events / (double)g->of_events);
	if (s->mode == WATCH_STOPS)
		watch_put(p, 3, 1, WATCH_ALERT, "stopping ...");
}

void watch_layout(const struct watch_shown *s, struct watch_page *p)
{
	if (p->rows < WATCH_ROWS || p->cols < WATCH_COLS) {
		put_too_small(p);
		return;
	}
	put_title(s, p);
	if (s->help) {
		put_help(p);
		put_keys(s, p);
		return;
	}
	put_keys(s, p);
	if (!s->seen) {
		put_not_yet(s, p);
		return;
	}
	put_cell(s, p);
	put_time(s, p);
	put_pace(s, p);
	watch_put_memory(s, p, 5);
	put_side(s, p);
}
