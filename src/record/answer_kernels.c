// SPDX-License-Identifier: GPL-2.0-or-later
#include "answer_kernels.h"

#include <string.h>

#include "answer_put.h"

/* Of the kernel number @i; false behind the last. */
static bool answer_on(const struct bs_answer *a, unsigned int i, struct bs_answer *one)
{
	const char *kernel = bs_answer_kernel_at(a, i);

	if (kernel)
		bs_answer_choose(one, a->r, kernel);
	return kernel;
}

static bool is_known(const struct bs_answer *one)
{
	return bs_answer_is_in(one, one->own) && one->none != BS_NO_ROW;
}

/* What the default gives back in per mille of what none holds, or why there is no such number. */
enum { REPORTS_NOTHING = 100000, NOT_KNOWN };

static int given_back(const struct bs_answer *one)
{
	uint64_t held, base;

	if (!one->kernels)
		return REPORTS_NOTHING;
	if (!is_known(one))
		return NOT_KNOWN;
	held = bs_answer_held(one, one->own);
	base = bs_answer_held(one, one->none);
	if (bs_answer_nothing_held(one) || bs_answer_tie(held, base))
		return 0;
	return (int)((1000 * ((double)base - (double)held)) / (double)base +
		     (held > base ? -0.5 : 0.5));
}

static void put_given_back(int permille, FILE *f)
{
	if (permille == REPORTS_NOTHING) {
		fputs(" nothing, for it does not report", f);
	} else if (permille == NOT_KNOWN) {
		fputs(" is not known", f);
	} else if (!permille) {
		fputs(" nothing", f);
	} else {
		fputs(permille < 0 ? " -" : " ", f);
		bs_put_share(f, (uint64_t)(permille < 0 ? -permille : permille), 1000);
	}
}

/* "What each kernel's default gives back of what none holds there: linux-6.1 nothing; linux-6.12 8.2 %." */
void bs_say_defaults(const struct bs_answer *a, FILE *f)
{
	struct bs_answer one, next;

	fprintf(f,
		"What each kernel's default gives back of what %s holds there: ", bs_idle_name());
	for (unsigned int i = 0; answer_on(a, i, &one); i++) {
		fputs(one.kernel, f);
		if (answer_on(a, i + 1, &next) && given_back(&next) == given_back(&one)) {
			fputs(", ", f);
			continue;
		}
		put_given_back(given_back(&one), f);
		fputs(bs_answer_kernel_at(a, i + 1) ? "; " : ".", f);
	}
}

/* " 11.0 % more", " 2.7 % less", " as much" */
static void put_difference(uint64_t now, uint64_t before, FILE *f)
{
	if (bs_answer_tie(now, before)) {
		fputs(" as much", f);
		return;
	}
	fputc(' ', f);
	bs_put_share(f, now > before ? now - before : before - now, before);
	fputs(now > before ? " more" : " less", f);
}

/* The part that at least half of the difference is in. */
static void put_part(const struct bs_answer *now, const struct bs_answer *before, unsigned int row,
		     unsigned int row_before, FILE *f)
{
	const int64_t all =
		(int64_t)(bs_answer_held(now, row) - bs_answer_held(before, row_before));
	const char *key, *words;

	for (unsigned int i = 0; bs_answer_part(i, &key, &words); i++) {
		const int64_t part = (int64_t)(bs_answer_figure(now, row, key) -
					       bs_answer_figure(before, row_before, key));

		if ((all > 0 && part >= (all + 1) / 2) || (all < 0 && part <= (all - 1) / 2)) {
			fprintf(f, ", most of it %s", words);
			return;
		}
	}
}

static void put_change(const struct bs_answer *now, const struct bs_answer *before, FILE *f)
{
	const bool own = bs_answer_is_in(now, now->own) && bs_answer_is_in(before, before->own);
	const bool idle = now->none != BS_NO_ROW && before->none != BS_NO_ROW;

	if (own) {
		const uint64_t v = bs_answer_held(now, now->own);
		const uint64_t w = bs_answer_held(before, before->own);

		fprintf(f, "with %s ", now->kernels ? now->kernels->name : "it");
		fputs("the host holds", f);
		put_difference(v, w, f);
		if (!bs_answer_tie(v, w))
			put_part(now, before, now->own, before->own, f);
	}
	if (idle) {
		fprintf(f, "%swith %s%s", own ? "; " : "", bs_idle_name(),
			own ? "" : " the host holds");
		put_difference(bs_answer_held(now, now->none), bs_answer_held(before, before->none),
			       f);
	}
}

/* Is what is held the same, as far as both are known? */
static bool is_same(const struct bs_answer *now, const struct bs_answer *before)
{
	const unsigned int rows[][2] = {{now->own, before->own}, {now->none, before->none}};

	for (size_t i = 0; i < 2; i++)
		if (bs_answer_is_in(now, rows[i][0]) && bs_answer_is_in(before, rows[i][1]) &&
		    !bs_answer_tie(bs_answer_held(now, rows[i][0]),
				   bs_answer_held(before, rows[i][1])))
			return false;
	return true;
}

void bs_say_changed(const struct bs_answer *a, FILE *f)
{
	struct bs_answer before, now;
	bool any = false;

	answer_on(a, 0, &before);
	for (unsigned int i = 1; answer_on(a, i, &now); i++) {
		if (!is_same(&now, &before)) {
			fprintf(f, "%s%s against %s: ", any ? " " : "", now.kernel, before.kernel);
			put_change(&now, &before, f);
			fputc('.', f);
			any = true;
		}
		before = now;
	}
	if (!any)
		fputs("Between them nothing changes for it: less than 1 % of what is held.", f);
}

static unsigned int stock_of(const struct bs_answer *one)
{
	return one->stock;
}

/* The best, where that is another one. */
static unsigned int best_of(const struct bs_answer *one)
{
	return one->best == one->stock ? BS_NO_ROW : one->best;
}

/* Is it the same strategy at the same cost, both for itself and against none? */
static bool is_alike(const struct bs_answer *x, unsigned int row, const struct bs_answer *y,
		     unsigned int other)
{
	const char *label = strrchr(bs_answer_label(x, row), '/');
	const char *label_of_other = strrchr(bs_answer_label(y, other), '/');

	return label && label_of_other && !strcmp(label, label_of_other) &&
	       bs_answer_tie(bs_answer_cost(x, row), bs_answer_cost(y, other)) &&
	       bs_answer_tie(bs_answer_cost(x, x->none), bs_answer_cost(y, y->none));
}

/* The kernels behind number @i whose choice is like its own: how many. */
static unsigned int put_alike(const struct bs_answer *a, unsigned int i,
			      unsigned int (*pick)(const struct bs_answer *one), FILE *f)
{
	struct bs_answer one, next;
	unsigned int n = 0;

	answer_on(a, i, &one);
	while (answer_on(a, i + n + 1, &next) && pick(&next) != BS_NO_ROW &&
	       is_alike(&one, pick(&one), &next, pick(&next)))
		fprintf(f, "%s%s", n++ ? ", " : " (", next.kernel);
	if (n)
		fputs(" alike)", f);
	return n;
}

static void put_choices(const struct bs_answer *a, const char *begin,
			unsigned int (*pick)(const struct bs_answer *one), FILE *f)
{
	struct bs_answer one;
	unsigned int n = 0, row;

	for (unsigned int i = 0; answer_on(a, i, &one); i++) {
		row = pick(&one);
		if (row == BS_NO_ROW)
			continue;
		fprintf(f, "%s%s, ", n++ ? "; " : begin, bs_answer_label(&one, row));
		bs_put_cost(&one, row, f);
		i += put_alike(a, i, pick, f);
		if (pick == stock_of && !bs_answer_as_idle(&one, row) &&
		    !bs_answer_kernel_at(a, i + 1))
			bs_put_setting(&one, row, f);
	}
	if (n)
		fputc('.', f);
}

void bs_say_stocks(const struct bs_answer *a, FILE *f)
{
	put_choices(a, "Cheapest that a stock kernel offers: ", stock_of, f);
}

void bs_say_bests(const struct bs_answer *a, FILE *f)
{
	put_choices(a, "Cheapest of all: ", best_of, f);
}
