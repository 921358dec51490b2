// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * answer_words.c - the answer in sentences, as one would tell it to a colleague. What is not known is
 * said so, with what to add to know it; a difference below 1 % is a tie. What a user types stands between
 * backticks.
 */
#include "answer_words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer_kernels.h"
#include "answer_put.h"
#include "answer_rest.h"
#include "json.h"

/* ---- 1. What the kernel does by itself, against none --------------------------------------------- */

static void say_nothing_to_give(const struct bs_answer *a, FILE *f)
{
	const uint64_t used = bs_answer_figure(a, a->none, "used_mib_s");

	fputs("There is nothing to give back: without reporting the host holds ", f);
	bs_put_held(a, a->none, f);
	fputs(" beyond what the guest uses", f);
	if (used) {
		fputs(", ", f);
		bs_put_share(f, bs_answer_held(a, a->none), used);
		fputs(" of that", f);
	}
	fputs(".", f);
}

static void put_when(FILE *f, bs_ns t)
{
	if (t) {
		fputs("in ", f);
		bs_put_time(f, t);
	} else {
		fputs("at once", f);
	}
}

/* "; half of what is held at the load's end goes back in 2.47 s, 90 % in 4.47 s" */
static void say_how_soon(const struct bs_answer *a, FILE *f)
{
	const json_t *cell = bs_answer_cell(a, a->own);
	uint64_t t50, t90;

	/* Guests settle at different times. */
	if (json_is_array(json_object_get(cell, "guests")))
		return;
	if (bs_json_uint_at(cell, "settle_ns.t50", &t50)) {
		fputs("; not even half of what is held at the load's end goes back", f);
		return;
	}
	fputs("; half of what is held at the load's end goes back ", f);
	put_when(f, t50);
	fputs(", 90 % ", f);
	if (bs_json_uint_at(cell, "settle_ns.t90", &t90))
		fputs("never", f);
	else
		put_when(f, t90);
}

static void say_stall(const struct bs_answer *a, FILE *f)
{
	const uint64_t own = bs_answer_figure(a, a->own, "stall_per_minute");
	const uint64_t none = bs_answer_figure(a, a->none, "stall_per_minute");

	if (bs_answer_tie(own, none)) {
		fputs(", with no more stall than that", f);
		return;
	}
	fputs(own > none ? ", for " : ", with ", f);
	bs_put_time(f, own > none ? own - none : none - own);
	fprintf(f, " %s stall per minute of load", own > none ? "more" : "less");
}

/* "; it reported 1,470 MiB, of which the host had nothing" */
static void say_reported(const struct bs_answer *a, const char *what, FILE *f)
{
	fputs("; it reported ", f);
	bs_put_count(f, bs_answer_figure(a, a->own, "reported_bytes") >> 20);
	fprintf(f, " MiB, of which the host %s", what);
}

/* Why nothing came back, as far as it can be seen. */
static void say_why_nothing(const struct bs_answer *a, FILE *f)
{
	const uint64_t reported = bs_answer_figure(a, a->own, "reported_bytes");
	const uint64_t unanswered = bs_answer_figure(a, a->own, "unanswered_calls");

	if (!bs_answer_figure(a, a->own, "calls")) {
		fputs("; it made no request", f);
	} else if (unanswered) {
		fputs("; the host never answered ", f);
		bs_put_count(f, unanswered);
		fputs(" of its ", f);
		bs_put_count(f, bs_answer_figure(a, a->own, "calls"));
		fputs(" requests", f);
	} else if (reported && bs_answer_figure(a, a->own, "skipped_bytes") >= reported) {
		say_reported(a, "dropped nothing", f);
	} else if (bs_answer_figure(a, a->own, "lazyfree_bytes")) {
		say_reported(a, "takes nothing before it is short of memory", f);
	} else if (reported && bs_answer_figure(a, a->own, "redundant_bytes") >= reported) {
		say_reported(a, "had nothing", f);
	}
}

static void say_given_back(const struct bs_answer *a, FILE *f)
{
	const uint64_t held = bs_answer_held(a, a->own), base = bs_answer_held(a, a->none);

	fprintf(f, "%s, %s's default, ", bs_answer_label(a, a->own), bs_answer_kernel(a));
	if (bs_answer_tie(held, base)) {
		fprintf(f, "gives nothing back: it ties with %s, which holds ",
			bs_answer_label(a, a->none));
		bs_put_held(a, a->none, f);
		say_why_nothing(a, f);
	} else if (held > base) {
		fputs("makes it worse: with it the host holds ", f);
		bs_put_share(f, held - base, base);
		fprintf(f, " more than with %s", bs_answer_label(a, a->none));
		say_stall(a, f);
		say_why_nothing(a, f);
	} else {
		fputs("gives back ", f);
		bs_put_share(f, base - held, base);
		fprintf(f, " of what %s holds", bs_answer_label(a, a->none));
		say_stall(a, f);
		say_how_soon(a, f);
	}
	fputs(".", f);
}

/* With its parameters at their defaults its row is called by its name, on several kernels behind theirs. */
static bool default_failed(const struct bs_answer *a)
{
	for (unsigned int i = 0; i < a->r->nr_failures; i++) {
		const char *slash = strrchr(a->r->failures[i].label, '/');

		if (!strcmp(slash ? slash + 1 : a->r->failures[i].label, a->kernels->name))
			return true;
	}
	return false;
}

/* What is missing to say it. */
static void say_without(const struct bs_answer *a, FILE *f)
{
	const bool there = a->own != BS_NO_ROW && bs_answer_is_in(a, a->own);

	if (!a->kernels) {
		fprintf(f, "%s does not report free memory by itself", bs_answer_kernel(a));
		if (a->none == BS_NO_ROW)
			fprintf(f, "; add %s to see what others give back", bs_idle_name());
	} else if (there) {
		fprintf(f, "%s, %s's default, leaves ", bs_answer_label(a, a->own),
			bs_answer_kernel(a));
		bs_put_held(a, a->own, f);
		fprintf(f, " with the host; add %s to see what it gives back", bs_idle_name());
	} else if (a->own != BS_NO_ROW) {
		fprintf(f, "What %s, %s's default, gives back is not known: it is left out",
			bs_answer_label(a, a->own), bs_answer_kernel(a));
	} else if (default_failed(a)) {
		fprintf(f, "What %s, %s's default, gives back is not known: it did not run",
			a->kernels->name, bs_answer_kernel(a));
	} else {
		fprintf(f, "Add %s%s%s, %s's default, to see what that gives back",
			a->none == BS_NO_ROW ? bs_idle_name() : "",
			a->none == BS_NO_ROW ? " and " : "", a->kernels->name, bs_answer_kernel(a));
	}
	fputs(".", f);
}

static void say_default(const struct bs_answer *a, FILE *f)
{
	const bool there = a->own != BS_NO_ROW && bs_answer_is_in(a, a->own);

	if (bs_answer_nothing_held(a))
		say_nothing_to_give(a, f);
	else if (there && a->none != BS_NO_ROW)
		say_given_back(a, f);
	else
		say_without(a, f);
}

/* ---- 2. The cheapest that a stock kernel can be set to -------------------------------------------- */

/* " (tied with rotation:order=8)": rows whose cost differs by less than 1 %. */
static void put_ties(const struct bs_answer *a, unsigned int row, bool stock, FILE *f)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < a->r->nr_rows; i++) {
		if (i == row || !bs_answer_is_in(a, i) || (stock && !bs_answer_is_stock(a, i)) ||
		    !bs_answer_tie(bs_answer_cost(a, i), bs_answer_cost(a, row)))
			continue;
		if (n++ < BS_NAMED)
			fprintf(f, "%s%s", n == 1 ? " (tied with " : ", ", bs_answer_label(a, i));
	}
	if (n > BS_NAMED)
		fprintf(f, " and %u more", n - BS_NAMED);
	if (n)
		fputc(')', f);
}

/* Nobody needs to set anything for what does nothing, or is worth no more than that. */
static void say_stay_idle(const struct bs_answer *a, FILE *f)
{
	const unsigned int next = bs_answer_next_stock(a);

	if (!a->r->rows[a->stock].idle) {
		fputs(": by cost it makes no difference", f);
	} else if (next != BS_NO_ROW &&
		   !bs_answer_tie(bs_answer_cost(a, next), bs_answer_cost(a, a->none))) {
		fprintf(f, ": the others cost more than they give back, %s",
			bs_answer_label(a, next));
		bs_put_more_cost(a, next, f);
	}
}

static void say_stock(const struct bs_answer *a, FILE *f)
{
	fprintf(f, "Cheapest that a stock %s offers%s: %s", bs_answer_kernel(a),
		a->best == a->stock ? ", and of all rows" : "", bs_answer_label(a, a->stock));
	put_ties(a, a->stock, a->best != a->stock, f);
	fputs(", ", f);
	bs_put_cost(a, a->stock, f);
	if (bs_answer_as_idle(a, a->stock))
		say_stay_idle(a, f);
	else
		bs_put_setting(a, a->stock, f);
	fputs(".", f);
}

/* ---- 3. The cheapest of all ------------------------------------------------------------------------ */

/* Somebody who knows the trace is cheaper: that it is left out should surprise nobody. */
static bool is_beaten_by_the_future(const struct bs_answer *a)
{
	for (unsigned int i = 0; i < a->r->nr_rows; i++)
		if (a->r->rows[i].knows_future && bs_answer_cost(a, i) < bs_answer_cost(a, a->best))
			return true;
	return false;
}

static void say_best(const struct bs_answer *a, FILE *f)
{
	fprintf(f, "Cheapest of %s: %s",
		is_beaten_by_the_future(a) ? "those that do not know the trace" : "all",
		bs_answer_label(a, a->best));
	put_ties(a, a->best, false, f);
	fputs(", ", f);
	bs_put_cost(a, a->best, f);
	if (a->stock != BS_NO_ROW) {
		fputs(", ", f);
		bs_put_share(f, bs_answer_cost(a, a->stock) - bs_answer_cost(a, a->best),
			     bs_answer_cost(a, a->stock));
		fprintf(f, " less than %s", bs_answer_label(a, a->stock));
	}
	if (!bs_answer_is_stock(a, a->best))
		fprintf(f, "; no stock %s offers it", bs_answer_kernel(a));
	fputs(".", f);
}

/* ---- All of it ------------------------------------------------------------------------------------- */

static void say_untouched(const struct bs_answer *a, FILE *f)
{
	(void)a;
	fputs("What is held was not measured: with --touch none the guest touches no page, and a host "
	      "holds only what was touched.",
	      f);
}

static bool all_know_the_future(const struct bs_answer *a)
{
	bool all = a->r->nr_rows;

	for (unsigned int i = 0; i < a->r->nr_rows; i++)
		all &= a->r->rows[i].knows_future;
	return all;
}

static void say_nobody(const struct bs_answer *a, FILE *f)
{
	if (all_know_the_future(a)) {
		fprintf(f, "%s knows the trace and leaves ", bs_answer_label(a, 0));
		bs_put_held(a, 0, f);
		fprintf(f, " with the host; add %s to see what it gives back.", bs_idle_name());
		return;
	}
	fputs(a->r->nr_rows ? "No row is the answer: none did all that the trace asks for."
			    : "No row was finished.",
	      f);
}

static void say_unpriced(const struct bs_answer *a, FILE *f)
{
	(void)a;
	fputs("No row is the cheapest: with --weight 0 held memory has no price; compare what is held "
	      "with the stall.",
	      f);
}

typedef void (*say_fn)(const struct bs_answer *a, FILE *f);

/* What one of them says, to be free()d: "" for nothing; NULL: out of memory. */
static char *said(const struct bs_answer *a, say_fn say)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	say(a, f);
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

/* What they say becomes one line; no line, where they have nothing to say. */
static int add_line(const struct bs_answer *a, const say_fn *say, unsigned int nr, json_t *lines)
{
	char *line = strdup(""), *more, *both;

	for (unsigned int i = 0; i < nr && line; i++) {
		more = said(a, say[i]);
		if (!more || asprintf(&both, "%s%s%s", line, *line && *more ? " " : "", more) < 0)
			both = NULL;
		free(more);
		free(line);
		line = both;
	}
	if (!line || (*line && json_array_append_new(lines, bs_json_text(line)))) {
		free(line);
		return -ENOMEM;
	}
	free(line);
	return 0;
}

int bs_answer_words(const struct bs_answer *a, json_t *lines)
{
	static const say_fn rest[] = {bs_say_traps, bs_say_worse, bs_say_left_out, bs_say_blocker,
				      bs_say_trust};
	static const say_fn unmeasured[] = {bs_say_left_out, bs_say_trust};
	static const say_fn kernels[] = {bs_say_defaults, bs_say_changed};
	const bool several = bs_answer_several_kernels(a);
	say_fn say[3] = {say_default};
	unsigned int n = 1;
	int ret = 0;

	if (!a->touched)
		say[0] = say_untouched;
	else if (!a->nr_in)
		say[0] = say_nobody;
	else if (!a->priced)
		say[n++] = say_unpriced;
	if (a->nr_in > 1 && a->stock != BS_NO_ROW)
		say[n++] = several ? bs_say_stocks : say_stock;
	if (a->nr_in > 1 && a->best != BS_NO_ROW && (several || a->best != a->stock))
		say[n++] = several ? bs_say_bests : say_best;
	for (unsigned int i = 0; i < n && !ret; i++)
		ret = several && say[i] == say_default ? add_line(a, kernels, 2, lines)
						       : add_line(a, &say[i], 1, lines);
	if (ret)
		return ret;
	return a->touched
		       ? add_line(a, rest, sizeof(rest) / sizeof(rest[0]), lines)
		       : add_line(a, unmeasured, sizeof(unmeasured) / sizeof(unmeasured[0]), lines);
}
