// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_rows.c - measures and prints the rows of `bench`. Runs of all rows are interleaved, what is measured and
 * its yardstick next to each other, and the best of several counts: what else a machine does at
 * a moment then spoils neither a row nor a ratio.
 */
#include "bench_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define MOST_ROWS 64

struct measured {
	const struct bench_row *row;
	double now, yardstick;
	bool has_yardstick, missing;
};

static unsigned int collect(struct measured *m, const struct bench_row *const *parts,
			    unsigned int nr_parts, const char *group)
{
	unsigned int n = 0;

	for (unsigned int p = 0; p < nr_parts; p++)
		for (const struct bench_row *r = parts[p]; r->group && n < MOST_ROWS; r++)
			if (!group || !strcmp(group, r->group))
				m[n++] = (struct measured){.row = r};
	return n;
}

static bool is_better(const struct bench_row *r, double a, double b)
{
	return r->better > 0 ? a > b : a < b;
}

static int measure(struct bench_setting *b, struct measured *m, unsigned int run)
{
	const struct bench_row *r = m->row;
	int status = 0;
	double v;

	if (m->missing || (run && r->once))
		return 0;
	v = r->now(b, r->arg, &status);
	if (status)
		return status;
	m->missing = v < 0;
	if (!m->missing && (!run || is_better(r, v, m->now)))
		m->now = v;
	if (m->missing || !r->yardstick)
		return 0;
	v = r->yardstick(b, r->arg, &status);
	if (!status && v >= 0 && (!m->has_yardstick || is_better(r, v, m->yardstick))) {
		m->yardstick = v;
		m->has_yardstick = true;
	}
	return status;
}

static double ratio(const struct measured *m)
{
	return m->has_yardstick && m->yardstick > 0 ? m->now / m->yardstick : 0;
}

/* 1 met, 0 not, -1 there is no goal. */
static int is_met(const struct measured *m)
{
	const struct bench_row *r = m->row;
	int met = -1;

	if (m->missing)
		return -1;
	if (r->goal > 0)
		met = !is_better(r, r->goal, m->now);
	if (r->goal_ratio > 0 && m->has_yardstick && met)
		met = !is_better(r, r->goal_ratio, ratio(m));
	return met;
}

static void print_number(char *buf, size_t size, double v, const char *suffix)
{
	snprintf(buf, size, "%.*f%s", v < 10 ? 2 : v < 100 ? 1 : 0, v, suffix);
}

static void print_text(const struct measured *m, unsigned int n)
{
	printf("%-48s %9s %-8s %9s %6s  %-15s %s\n", "", "now", "", "yardstick", "ratio", "goal",
	       "met");
	for (unsigned int i = 0; i < n; i++) {
		const struct bench_row *r = m[i].row;
		const char *than = r->better > 0 ? ">=" : "<=";
		char now[32] = "-", yard[32] = "", rat[32] = "", goal[64] = "", part[32];
		const int met = is_met(&m[i]);

		if (!m[i].missing)
			print_number(now, sizeof(now), m[i].now, "");
		if (m[i].has_yardstick) {
			print_number(yard, sizeof(yard), m[i].yardstick, "");
			print_number(rat, sizeof(rat), ratio(&m[i]), "");
		}
		if (r->goal > 0) {
			print_number(part, sizeof(part), r->goal, "");
			snprintf(goal, sizeof(goal), "%s %s", than, part);
		}
		if (r->goal_ratio > 0) {
			print_number(part, sizeof(part), r->goal_ratio, "x");
			snprintf(goal + strlen(goal), sizeof(goal) - strlen(goal), "%s%s %s",
				 *goal ? ", " : "", than, part);
		}
		printf("%-48s %9s %-8s %9s %6s  %-15s %s\n", r->what, now, r->unit, yard, rat, goal,
		       m[i].missing ? "not here"
		       : met < 0    ? ""
		       : met	    ? "yes"
				    : "no");
	}
}

static int print_json(const struct measured *m, unsigned int n)
{
	json_t *rows = json_array();

	for (unsigned int i = 0; i < n; i++) {
		const struct bench_row *r = m[i].row;
		const int met = is_met(&m[i]);
		json_t *o = json_pack("{s:s, s:s, s:s, s:b}", "group", r->group, "what", r->what,
				      "unit", r->unit, "more_is_better", r->better > 0);

		if (!m[i].missing)
			json_object_set_new(o, "now", json_real(m[i].now));
		if (m[i].has_yardstick) {
			json_object_set_new(o, "yardstick", json_real(m[i].yardstick));
			json_object_set_new(o, "ratio", json_real(ratio(&m[i])));
		}
		if (r->goal > 0)
			json_object_set_new(o, "goal", json_real(r->goal));
		if (r->goal_ratio > 0)
			json_object_set_new(o, "goal_ratio", json_real(r->goal_ratio));
		if (met >= 0)
			json_object_set_new(o, "met", json_boolean(met));
		json_array_append_new(rows, o);
	}
	json_dumpf(rows, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(rows);
	return 0;
}

int bench_rows(struct bench_setting *b, const struct bench_row *const *parts, unsigned int nr_parts,
	       const char *group, enum bs_format format)
{
	struct measured m[MOST_ROWS];
	const unsigned int n = collect(m, parts, nr_parts, group);
	int status = 0;

	for (unsigned int run = 0; run < b->runs && !status; run++)
		for (unsigned int i = 0; i < n && !status; i++) {
			progress_tell(b->progress, "measuring", run * n + i, b->runs * n, "runs");
			status = measure(b, &m[i], run);
			if (!status && cli_stop() && *cli_stop())
				status = BS_INTERRUPTED;
		}
	progress_wipe(b->progress);
	bench_trace_remove(b->plain);
	bench_trace_remove(b->zstd);
	if (status)
		return status;
	if (format == BS_FORMAT_JSON)
		return print_json(m, n);
	print_text(m, n);
	return 0;
}
