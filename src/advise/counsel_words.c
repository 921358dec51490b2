// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * counsel_words.c - the advice in sentences: what to choose and what it does, what else would do, what the
 * choice depends on, and how far the trace can be trusted with it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counsel_units.h"
#include "advised.h"

struct words {
	struct bs_counsel *a;
	char *text;
	size_t size;
	FILE *f; /* of the sentence in the making */
	bool no_memory;
};

static bool begin(struct words *w)
{
	w->f = open_memstream(&w->text, &w->size);
	w->no_memory |= !w->f;
	return w->f;
}

static void end(struct words *w)
{
	char **more = realloc(w->a->line, (w->a->nr_lines + 1) * sizeof(*more));

	if (more)
		w->a->line = more;
	if (fclose(w->f) || !more) {
		free(w->text);
		w->no_memory = true;
		return;
	}
	w->a->line[w->a->nr_lines++] = w->text;
}

static const struct bs_space *space_of(const struct bs_counsel *a, unsigned int point)
{
	return &a->s.tried.spaces[bs_counsel_point(a, point)->space];
}

static const struct bs_param *param_of(const struct bs_space *s, unsigned int axis)
{
	return &s->spec.params[s->axis[axis].param];
}

/* ---- What it does ------------------------------------------------------------------------------ */

static void put_held(const struct bs_counsel *a, const struct bs_point *p, FILE *f)
{
	const struct bs_point *base = bs_counsel_point(a, a->base);
	char share[BS_WORD], buf[BS_WORD];

	fprintf(f, "on average %s held beyond what the guest uses",
		bs_word_size(p->f.held_bytes, buf));
	if (p != base)
		fprintf(f, " (%s of %s's %s)", bs_word_share(p->f.worth, base->f.worth, share),
			base->label, bs_word_size(base->f.held_bytes, buf));
}

static void put_stall(const struct bs_counsel *a, const struct bs_point *p, FILE *f)
{
	const struct bs_point *base = bs_counsel_point(a, a->base);
	char buf[BS_WORD];

	if (p->f.stall_per_minute == BS_NO_TIME) {
		fprintf(f, "CPUs blocked for %s", bs_word_time(p->f.stall, buf));
		return;
	}
	fprintf(f, "CPUs blocked for %s per minute of load",
		bs_word_time(p->f.stall_per_minute, buf));
	if (p != base)
		fprintf(f, " (%s: %s)", base->label, bs_word_time(base->f.stall_per_minute, buf));
}

static void put_cost(const struct bs_counsel *a, const struct bs_point *p, FILE *f)
{
	const struct bs_point *base = bs_counsel_point(a, a->base);
	char buf[BS_WORD];

	fprintf(f, "cost %s", bs_word_time(bs_point_cost(p, BS_OWN_WEIGHT), buf));
	if (p != base)
		fprintf(f, " against %s", bs_word_time(bs_point_cost(base, BS_OWN_WEIGHT), buf));
}

/* What one types to have it, where no patch is needed. */
static void put_setting(const struct bs_counsel *a, unsigned int point, FILE *f)
{
	struct bs_stock_setting s;

	if (!bs_search_setting(&a->s, point, &s))
		return;
	if (*s.boot)
		fprintf(f, "; kernel command line `%s`", s.boot);
	if (*s.running)
		fprintf(f, "%s `%s`", *s.boot ? " or" : "; in the running guest", s.running);
	if (*s.host)
		fprintf(f, "; QEMU `%s`", s.host);
	if (*s.monitor)
		fprintf(f, ", and in its monitor `%s`", s.monitor);
}

static void put_figures(const struct bs_counsel *a, const struct bs_point *p, FILE *f)
{
	char buf[BS_WORD];

	put_held(a, p, f);
	if (p->f.t90 != BS_NO_TIME)
		fprintf(f, ", 90 %% back after %s", bs_word_time(p->f.t90, buf));
	else if (p->f.t50 != BS_NO_TIME)
		fprintf(f, ", half back after %s", bs_word_time(p->f.t50, buf));
	fputs("; ", f);
	put_stall(a, p, f);
	fputs("; ", f);
	put_cost(a, p, f);
}

static void put_limits(const struct bs_counsel *a, FILE *f)
{
	const struct bs_limits *l = &a->s.limits;
	const bool stall = l->stall_per_minute != BS_NO_TIME;
	char buf[BS_WORD];

	if (stall)
		fprintf(f, "at most %s of stall per minute",
			bs_word_time(l->stall_per_minute, buf));
	if (l->held_bytes != UINT64_MAX)
		fprintf(f, "%sat most %s held on average", stall ? " and " : "",
			bs_word_size(l->held_bytes, buf));
}

/* ---- The recommendation -------------------------------------------------------------------------- */

static void say_choice(struct words *w)
{
	const struct bs_counsel *a = w->a;
	const struct bs_point *p = bs_counsel_point(a, a->choice);

	if (!begin(w))
		return;
	if (!a->within) {
		fputs("Nothing that was tried keeps to ", w->f);
		put_limits(a, w->f);
		fprintf(w->f, "; %s comes closest: ", p->label);
	} else {
		fprintf(w->f, "Choose %s%s: ", p->label,
			p->f.idle ? " (let nothing be reported)" : "");
	}
	put_figures(a, p, w->f);
	put_setting(a, a->choice, w->f);
	fputc('.', w->f);
	end(w);
}

static void say_ties(struct words *w)
{
	const struct bs_counsel *a = w->a;
	const struct bs_ties *t = &a->ties;

	if (!t->nr || !begin(w))
		return;
	fprintf(w->f,
		"It is a tie with %u other setting%s, less than 1 %% apart in cost; %s is named %s.",
		t->nr, t->nr == 1 ? "" : "s", bs_counsel_point(a, a->choice)->label,
		t->patched   ? "because an unpatched kernel offers it"
		: t->changed ? "for having the fewest parameters changed"
			     : "as the cheapest of them");
	end(w);
}

/* What one has without patching a kernel. */
static void say_stock(struct words *w)
{
	const struct bs_counsel *a = w->a;
	const struct bs_point *p, *best = bs_counsel_point(a, a->choice);
	char buf[BS_WORD];

	if (a->stock == BS_NO_POINT || a->stock == a->choice || !begin(w))
		return;
	p = bs_counsel_point(a, a->stock);
	if (p->f.idle)
		fprintf(w->f, "An unpatched kernel offers nothing better than %s: ", p->label);
	else
		fprintf(w->f, "The best that an unpatched kernel offers is %s: ", p->label);
	put_figures(a, p, w->f);
	fprintf(w->f, ", %s",
		bs_word_change(bs_point_cost(best, BS_OWN_WEIGHT), bs_point_cost(p, BS_OWN_WEIGHT),
			       buf));
	put_setting(a, a->stock, w->f);
	fputc('.', w->f);
	end(w);
}

/* ---- What it depends on -------------------------------------------------------------------------- */

static void put_other(const struct bs_counsel *a, unsigned int point, unsigned int halves, FILE *f)
{
	const bs_ns here = bs_point_cost(bs_counsel_point(a, a->choice), halves);
	bs_ns there;
	char buf[BS_WORD];

	if (point == a->choice) {
		fputs("the same", f);
		return;
	}
	there = bs_point_cost(bs_counsel_point(a, point), halves);
	fputs(bs_counsel_point(a, point)->label, f);
	if (bs_costs_tie(there, here))
		fputs(" (a tie", f);
	else
		fprintf(f, " (%s", bs_word_change(here, there, buf));
	fputs(bs_counsel_is_told(a, point) ? ")" : "; more delay than the load can tell)", f);
}

static void say_weight(struct words *w)
{
	const struct bs_counsel *a = w->a;
	char half[BS_WORD], twice[BS_WORD];

	if (!begin(w))
		return;
	bs_word_time(a->s.weight / 2, half);
	bs_word_time(a->s.weight * 2, twice);
	if (a->half == a->choice && a->twice == a->choice) {
		fprintf(w->f,
			"The choice is the same whether holding 1 MiB for 1 s is worth half (%s) or "
			"double (%s).",
			half, twice);
	} else {
		fprintf(w->f, "If holding 1 MiB for 1 s were worth half (%s): ", half);
		put_other(a, a->half, BS_HALF_WEIGHT, w->f);
		fprintf(w->f, "; double (%s): ", twice);
		put_other(a, a->twice, BS_DOUBLE_WEIGHT, w->f);
		fputc('.', w->f);
	}
	end(w);
}

/* What a step of a parameter would cost instead. */
static const char *step_words(const struct bs_counsel *a, unsigned int axis, unsigned int step,
			      char *buf)
{
	const struct bs_point *p = bs_counsel_point(a, a->choice), *q;
	const unsigned int i = bs_tried_beside(&a->s.tried, a->choice, axis, step);

	if (i == a->choice)
		return "chosen";
	if (i == BS_NO_POINT || !(q = bs_counsel_point(a, i))->f.ran)
		return "not tried";
	if (!q->f.whole)
		return "does not finish";
	return bs_word_change(bs_point_cost(p, BS_OWN_WEIGHT), bs_point_cost(q, BS_OWN_WEIGHT),
			      buf);
}

/* Steps with the same words are said together. Return: the first one behind them. */
static unsigned int put_steps(const struct words *w, unsigned int axis, unsigned int step)
{
	const struct bs_space *s = space_of(w->a, w->a->choice);
	const struct bs_param *p = param_of(s, axis);
	const uint64_t *value = s->axis[axis].value;
	char words[BS_WORD], buf[BS_WORD], from[64], to[64];
	unsigned int last = step;

	snprintf(words, sizeof(words), "%s", step_words(w->a, axis, step, buf));
	while (last + 1 < s->axis[axis].nr && !strcmp(words, step_words(w->a, axis, last + 1, buf)))
		last++;
	bs_param_format(p, value[step], from, sizeof(from));
	bs_param_format(p, value[last], to, sizeof(to));
	fprintf(w->f, " %s%s%s %s", from, last > step ? " to " : "", last > step ? to : "", words);
	return last + 1;
}

static void say_axis(struct words *w, unsigned int axis)
{
	const struct bs_space *s = space_of(w->a, w->a->choice);

	if (s->axis[axis].nr < 2 || !begin(w))
		return;
	fprintf(w->f, "Cost by its %s:", param_of(s, axis)->name);
	for (unsigned int i = 0; i < s->axis[axis].nr;) {
		i = put_steps(w, axis, i);
		fputc(i < s->axis[axis].nr ? ',' : '.', w->f);
	}
	end(w);
}

/* ---- How far to trust it ------------------------------------------------------------------------ */

/* The longest delay that was tried. */
static bs_ns longest_delay(const struct bs_counsel *a)
{
	bs_ns most = 0;

	for (unsigned int i = 0; i < a->s.tried.points.nr; i++)
		if (bs_counsel_point(a, i)->delay > most)
			most = bs_counsel_point(a, i)->delay;
	return most;
}

/* Rounds of the trace in which five of these delays fit. */
static uint64_t rounds_for(const struct bs_counsel *a, bs_ns delay)
{
	const bs_ns each = a->s.duration + a->s.gap;

	return each ? (5 * delay + a->s.gap + each - 1) / each : 0;
}

static void put_needed(const struct bs_counsel *a, bs_ns delay, FILE *f)
{
	const uint64_t rounds = rounds_for(a, delay);
	char buf[BS_WORD];

	fprintf(f, "%s", bs_word_time(5 * delay, buf));
	/* A load is no recording that could be played again. */
	if (rounds && !a->s.asked->sim->load)
		fprintf(f, " (--repeat %" PRIu64 ")", rounds);
}

static void say_length(struct words *w)
{
	const struct bs_counsel *a = w->a;
	const bs_ns named = bs_counsel_point(a, a->choice)->delay, most = longest_delay(a);
	const bs_ns told = a->s.length / 5;
	char length[BS_WORD], buf[BS_WORD];

	if (!most || !begin(w))
		return;
	bs_word_time(a->s.length, length);
	if (most <= told) {
		fprintf(w->f,
			"The load lasts %s, at least five times each delay that was tried: long "
			"enough to tell.",
			length);
	} else {
		fprintf(w->f,
			"The load lasts %s and can tell delays of up to %s, a fifth of that; ",
			length, bs_word_time(told, buf));
		if (named > told && named < most) {
			fprintf(w->f, "the one named, %s, needs ", bs_word_time(named, buf));
			put_needed(a, named, w->f);
			fputs(", ", w->f);
		}
		fprintf(w->f, "%s, %s, needs ",
			named < most ? "the longest tried" : "the one named",
			bs_word_time(most, buf));
		put_needed(a, most, w->f);
		fputc('.', w->f);
	}
	end(w);
}

static void say_seed(struct words *w)
{
	const struct bs_counsel *a = w->a;

	if (!begin(w))
		return;
	fprintf(w->f, "With seed %" PRIu64 ", among %u setting%s run again: ", a->seed, a->retried,
		a->retried == 1 ? "" : "s");
	if (a->again == a->choice)
		fputs("the same choice.", w->f);
	else if (a->again == BS_NO_POINT)
		fputs("none did all that the trace asks for.", w->f);
	else if (a->again_tie)
		fprintf(w->f, "%s, less than 1 %% apart: a tie.",
			bs_counsel_point(a, a->again)->label);
	else
		fprintf(w->f, "%s, %u.%u %% cheaper there: the choice hangs on chance.",
			bs_counsel_point(a, a->again)->label, a->again_saves / 10,
			a->again_saves % 10);
	end(w);
}

int bs_counsel_say(struct bs_counsel *a)
{
	struct words w = {.a = a};

	say_choice(&w);
	say_ties(&w);
	say_stock(&w);
	say_seed(&w);
	say_weight(&w);
	for (unsigned int i = 0; i < space_of(a, a->choice)->nr_axes; i++)
		say_axis(&w, i);
	say_length(&w);
	return w.no_memory ? -ENOMEM : 0;
}
