// SPDX-License-Identifier: GPL-2.0-or-later
/* counsel_text.c - for people: the sentences, then what else is on the front. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counsel_units.h"
#include "advised.h"
#include "grid.h"
#include "json.h"
#include "wrap.h"

#define WIDE 100 /* columns of text */

static void put_setting(const struct bs_counsel *a, FILE *f)
{
	const struct bs_search *s = &a->s;
	char length[BS_WORD], weight[BS_WORD], *text;

	if (asprintf(&text,
		     "%s guest of %" PRIu64 " MiB, %" PRIu64
		     " CPU%s, %s; %u round%s, %s, tail %" PRIu64
		     " ms; costs %s, weight %s per MiB.s; seed %" PRIu64
		     "; %u settings tried in %u rounds%s",
		     s->kernel, bs_json_value(s->config, "memory_bytes") >> 20,
		     bs_json_value(s->config, "nr_cpus"),
		     bs_json_value(s->config, "nr_cpus") == 1 ? "" : "s", s->device, s->repeat,
		     s->repeat == 1 ? "" : "s", bs_word_time(s->length, length),
		     bs_json_value(s->config, "tail_ns") / BS_NS_PER_MS,
		     bs_json_words(s->config, "costs_preset"), bs_word_time(s->weight, weight),
		     s->asked->sim->seed, s->tried.points.nr, s->rounds,
		     s->limits.stock ? "; only what an unpatched kernel offers" : "") < 0)
		return;
	bs_wrap(f, text, WIDE);
	free(text);
}

/* ---- The table ---------------------------------------------------------------------------------- */

static bool is_on_front(const struct bs_counsel *a, unsigned int point)
{
	for (unsigned int i = 0; i < a->nr_front; i++)
		if (a->front[i] == point)
			return true;
	return false;
}

static bool is_over(const struct bs_counsel *a, unsigned int point)
{
	const struct bs_found *f = &bs_counsel_point(a, point)->f;

	return f->stall_per_minute > a->s.limits.stall_per_minute ||
	       f->held_bytes > a->s.limits.held_bytes;
}

static void add_row(struct bs_grid *g, const struct bs_counsel *a, unsigned int point,
		    const char *choice)
{
	const struct bs_point *p = bs_counsel_point(a, point);
	char grouped[BS_GROUPED], buf[BS_WORD], marks[4];

	bs_grid_add(g, "%s%s", p->label, p->f.stock ? " *" : "");
	bs_grid_add(g, "%s", bs_grouped(p->f.held_mib_s, grouped));
	bs_grid_add(g, "%s", bs_word_size(p->f.held_bytes, buf));
	bs_grid_add(g, "%s", bs_word_time(p->f.stall_per_minute, buf));
	bs_grid_add(g, "%s", p->f.t90 == BS_NO_TIME ? "-" : bs_word_time(p->f.t90, buf));
	bs_grid_add(g, "%s", bs_word_time(bs_point_cost(p, BS_OWN_WEIGHT), buf));
	snprintf(marks, sizeof(marks), "%s%s%s", is_on_front(a, point) ? "" : "f",
		 bs_counsel_is_told(a, point) ? "" : "d", is_over(a, point) ? "l" : "");
	bs_grid_add(g, "%s%s%s", point == a->choice ? choice : "",
		    point == a->choice && *marks ? " " : "", marks);
}

static const char *const heads[] = {"setting", "held", "mean", "stall/min", "t90", "cost", ""};
static const char *const units[] = {"", "MiB.s", "", "", "", "", ""};
#define NR_COLUMNS (sizeof(heads) / sizeof(heads[0]))

static int put_table(const struct bs_counsel *a, FILE *f)
{
	struct bs_grid g = {.columns = NR_COLUMNS, .left = "lrrrrrl"};
	bool no_memory;

	for (size_t i = 0; i < NR_COLUMNS; i++)
		bs_grid_add(&g, "%s", heads[i]);
	for (size_t i = 0; i < NR_COLUMNS; i++)
		bs_grid_add(&g, "%s", units[i]);
	for (unsigned int i = 0; i < a->nr_finalists; i++)
		add_row(&g, a, a->finalist[i], a->within ? "<- chosen" : "<- closest");
	bs_grid_print(&g, 0, f);
	no_memory = g.no_memory;
	bs_grid_clear(&g);
	return no_memory ? -ENOMEM : 0;
}

static void put_lines(const struct bs_counsel *a, FILE *f)
{
	for (unsigned int i = 0; i < a->nr_lines; i++)
		bs_wrap(f, a->line[i], WIDE);
}

/* What stands behind the rows, as far as it does. */
static void put_marks(const struct bs_counsel *a, FILE *f)
{
	bool off = false, late = false, over = false;
	char text[256];

	for (unsigned int i = 0; i < a->nr_finalists; i++) {
		off |= !is_on_front(a, a->finalist[i]);
		late |= !bs_counsel_is_told(a, a->finalist[i]);
		over |= is_over(a, a->finalist[i]);
	}
	snprintf(text, sizeof(text),
		 "* an unpatched kernel offers it%s%s%s; %u of %u settings are on the front",
		 off ? "; f: off the front of held against stall" : "",
		 late ? "; d: more delay than the load can tell" : "",
		 over ? "; l: over a limit" : "", a->nr_front, a->s.tried.points.nr);
	bs_wrap(f, text, WIDE);
}

int bs_counsel_text(const struct bs_counsel *a, FILE *f)
{
	int ret;

	fprintf(f, "%s\n", a->s.asked->sim->trace_path);
	put_lines(a, f);
	put_setting(a, f);
	ret = put_table(a, f);
	put_marks(a, f);
	return ret ? ret : ferror(f) ? -EIO : 0;
}

/* ---- Markdown ----------------------------------------------------------------------------------- */

int bs_counsel_markdown(const struct bs_counsel *a, FILE *f)
{
	char grouped[BS_GROUPED], mean[BS_WORD], stall[BS_WORD], t90[BS_WORD], cost[BS_WORD];

	for (unsigned int i = 0; i < a->nr_lines; i++)
		fprintf(f, "%s\n\n", a->line[i]);
	fputs("| setting | held (MiB.s) | mean | stall/min | t90 | cost |\n"
	      "|---|---:|---:|---:|---:|---:|\n",
	      f);
	for (unsigned int i = 0; i < a->nr_finalists; i++) {
		const struct bs_point *p = bs_counsel_point(a, a->finalist[i]);
		const char *bold = a->finalist[i] == a->choice ? "**" : "";

		fprintf(f, "| %s%s%s%s | %s | %s | %s | %s | %s |\n", bold, p->label, bold,
			p->f.stock ? " \\*" : "", bs_grouped(p->f.held_mib_s, grouped),
			bs_word_size(p->f.held_bytes, mean),
			bs_word_time(p->f.stall_per_minute, stall),
			p->f.t90 == BS_NO_TIME ? "-" : bs_word_time(p->f.t90, t90),
			bs_word_time(bs_point_cost(p, BS_OWN_WEIGHT), cost));
	}
	fputs("\n\\* an unpatched kernel offers it\n", f);
	return ferror(f) ? -EIO : 0;
}
