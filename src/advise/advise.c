// SPDX-License-Identifier: GPL-2.0-or-later
/* advise.c - from the trace to a setting: try, choose, ask again with another seed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "advised.h"
#include "outfile.h"

void bs_advise_defaults(struct bs_advise_config *c)
{
	*c = (struct bs_advise_config){.max_stall_per_minute = BS_NO_TIME,
				       .max_held_bytes = UINT64_MAX};
}

/* ---- What follows from what was found --------------------------------------------------------- */

static unsigned int choose(const struct bs_counsel *a, const struct bs_limits *l,
			   unsigned int halves)
{
	const unsigned int i = bs_front_choose(&a->s.tried.points, l, halves);

	return i != BS_NO_POINT ? i : bs_front_closest(&a->s.tried.points, l);
}

static void add_finalist(struct bs_counsel *a, unsigned int point)
{
	unsigned int at = a->nr_finalists;

	if (point == BS_NO_POINT)
		return;
	for (unsigned int i = 0; i < at; i++)
		if (a->finalist[i] == point)
			return;
	for (; at && bs_counsel_point(a, a->finalist[at - 1])->f.worth >
			     bs_counsel_point(a, point)->f.worth;
	     at--)
		a->finalist[at] = a->finalist[at - 1];
	a->finalist[at] = point;
	a->nr_finalists++;
}

static int take_front(struct bs_counsel *a, struct bs_error *err)
{
	const struct bs_points *all = &a->s.tried.points;
	unsigned int *thin, nr;

	a->front = calloc(all->nr + 1, sizeof(*a->front));
	thin = calloc(all->nr + 1, sizeof(*thin));
	if (!a->front || !thin) {
		free(thin);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "advice");
	}
	a->nr_front = nr = bs_front_list(all, &a->s.limits, a->front);
	memcpy(thin, a->front, nr * sizeof(*thin));
	nr = bs_front_thin(all, thin, nr, BS_MOST_FINALISTS, a->choice);
	for (unsigned int i = 0; i < nr; i++)
		add_finalist(a, thin[i]);
	free(thin);
	add_finalist(a, a->choice);
	add_finalist(a, a->stock);
	add_finalist(a, a->base);
	return 0;
}

static int decide(struct bs_counsel *a, struct bs_error *err)
{
	const struct bs_points *all = &a->s.tried.points;
	struct bs_limits stock = a->s.limits;

	stock.stock = true;
	a->base = bs_front_base(all);
	a->choice = choose(a, &a->s.limits, BS_OWN_WEIGHT);
	if (a->choice == BS_NO_POINT)
		return bs_error_set(err, BS_INPUT, 0, a->s.asked->sim->trace_path,
				    "give the guest more --memory, or use a longer --tail",
				    "no setting did all that the trace asks for");
	a->within = bs_point_allowed(&all->p[a->choice], &a->s.limits);
	a->stock = bs_front_choose(all, &stock, BS_OWN_WEIGHT);
	a->half = choose(a, &a->s.limits, BS_HALF_WEIGHT);
	a->twice = choose(a, &a->s.limits, BS_DOUBLE_WEIGHT);
	if (a->within)
		a->ties = bs_front_ties(all, &a->s.limits, a->choice);
	return take_front(a, err);
}

/* ---- Another seed ------------------------------------------------------------------------------ */

/* What might be named in place of the choice: what is shown, and whatever is hardly dearer. Return: how
 * many. */
static unsigned int rivals(const struct bs_counsel *a, unsigned int *list)
{
	const struct bs_points *all = &a->s.tried.points;
	const bs_ns cost = bs_point_cost(&all->p[a->choice], BS_OWN_WEIGHT);
	unsigned int nr = a->nr_finalists;

	memcpy(list, a->finalist, nr * sizeof(*list));
	for (unsigned int i = 0; i < all->nr && nr < BS_MOST_RETRIED; i++) {
		bool listed = !bs_point_counts(&all->p[i], &a->s.limits) ||
			      bs_point_cost(&all->p[i], BS_OWN_WEIGHT) > cost + cost / 20;

		for (unsigned int k = 0; k < nr; k++)
			listed |= list[k] == i;
		if (!listed)
			list[nr++] = i;
	}
	return nr;
}

/* The same points with what came of them now; all others have not run. */
static bool put_found(const struct bs_counsel *a, struct bs_points *to, const unsigned int *list,
		      unsigned int nr, const struct bs_found *found)
{
	const struct bs_points *all = &a->s.tried.points;

	*to = (struct bs_points){.p = calloc(all->nr, sizeof(*to->p)), .nr = all->nr};
	if (!to->p)
		return false;
	memcpy(to->p, all->p, all->nr * sizeof(*to->p));
	for (unsigned int i = 0; i < all->nr; i++)
		to->p[i].f = (struct bs_found){0};
	for (unsigned int i = 0; i < nr; i++)
		to->p[list[i]].f = found[i];
	return true;
}

static void judge(struct bs_counsel *a, const struct bs_points *now)
{
	bs_ns here, there;

	a->again = bs_front_choose(now, &a->s.limits, BS_OWN_WEIGHT);
	if (a->again == BS_NO_POINT)
		a->again = bs_front_closest(now, &a->s.limits);
	if (a->again == BS_NO_POINT || a->again == a->choice)
		return;
	here = bs_point_cost(&now->p[a->choice], BS_OWN_WEIGHT);
	there = bs_point_cost(&now->p[a->again], BS_OWN_WEIGHT);
	a->again_tie = bs_point_allowed(&now->p[a->choice], &a->s.limits) == a->within &&
		       bs_costs_tie(there, here);
	a->again_saves = here > there ? (unsigned int)((here - there) / (here / 1000 + 1)) : 0;
}

static int ask_again(struct bs_counsel *a, struct bs_error *err)
{
	unsigned int list[BS_MOST_RETRIED];
	struct bs_found found[BS_MOST_RETRIED] = {0};
	struct bs_points now;
	int ret;

	a->retried = rivals(a, list);
	a->seed = a->s.asked->sim->seed + 1 ? a->s.asked->sim->seed + 1 : 1;
	ret = bs_search_again(&a->s, list, a->retried, a->seed, found, err);
	if (ret)
		return ret;
	if (!put_found(a, &now, list, a->retried, found))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "advice");
	judge(a, &now);
	free(now.p);
	return 0;
}

/* ---- The whole --------------------------------------------------------------------------------- */

static int advise(struct bs_counsel *a, const struct bs_advise_config *config, struct bs_error *err)
{
	int ret = bs_search_run(&a->s, config, err);

	if (!ret)
		ret = decide(a, err);
	if (!ret)
		ret = ask_again(a, err);
	if (!ret && bs_counsel_say(a))
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "advice");
	return ret;
}

int bs_advise(const struct bs_advise_config *config, struct bs_counsel **out, struct bs_error *err)
{
	struct bs_counsel *a;
	struct bs_error local;
	int ret;

	*out = NULL;
	err = err ? err : &local;
	if (!config->sim->host.weight_ns_per_mib_s)
		return bs_error_set(err, BS_USAGE, 0, "--weight", "say what it is worth",
				    "of 0 means that nothing is worth giving back");
	a = calloc(1, sizeof(*a));
	if (!a)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "advice");
	ret = advise(a, config, err);
	if (ret) {
		bs_counsel_free(a);
		return ret;
	}
	*out = a;
	return !a->within;
}

void bs_counsel_free(struct bs_counsel *a)
{
	if (!a)
		return;
	for (unsigned int i = 0; i < a->nr_lines; i++)
		free(a->line[i]);
	free(a->line);
	free(a->front);
	bs_search_free(&a->s);
	free(a);
}

/* ---- Looking at it ------------------------------------------------------------------------------ */

const char *bs_counsel_line(const struct bs_counsel *a, unsigned int index)
{
	return index < a->nr_lines ? a->line[index] : NULL;
}

const char *bs_counsel_choice(const struct bs_counsel *a)
{
	return bs_counsel_point(a, a->choice)->label;
}

const char *bs_counsel_stock(const struct bs_counsel *a)
{
	return a->stock == BS_NO_POINT ? NULL : bs_counsel_point(a, a->stock)->label;
}

const char *bs_counsel_base(const struct bs_counsel *a)
{
	return bs_counsel_point(a, a->base)->label;
}

const char *bs_counsel_finalist(const struct bs_counsel *a, unsigned int index)
{
	return index < a->nr_finalists ? bs_counsel_point(a, a->finalist[index])->label : NULL;
}

const char *bs_counsel_warning(const struct bs_counsel *a, unsigned int index)
{
	return index < a->s.nr_warnings ? a->s.warnings[index] : NULL;
}

int bs_counsel_print(const struct bs_counsel *a, enum bs_format format, bool headless, void *file)
{
	switch (format) {
	case BS_FORMAT_JSON:
		return bs_counsel_json(a, file);
	case BS_FORMAT_CSV:
		return bs_counsel_cells(a, true, ",", "\r\n", headless, file);
	case BS_FORMAT_TSV:
		return bs_counsel_cells(a, false, "\t", "\n", headless, file);
	case BS_FORMAT_MARKDOWN:
		return bs_counsel_markdown(a, file);
	default:
		return bs_counsel_text(a, file);
	}
}

int bs_counsel_write(const struct bs_counsel *a, enum bs_format format, bool headless,
		     const char *path, struct bs_error *err)
{
	struct bs_outfile o;
	int ret = bs_outfile_open(&o, path, err);

	if (ret)
		return ret;
	/* A failed write shows up in commit(), which knows the errno. */
	bs_counsel_print(a, format, headless, o.f);
	return bs_outfile_commit(&o, err);
}
