// SPDX-License-Identifier: GPL-2.0-or-later
#include "answer_rows.h"

#include <string.h>

#include "columns.h"
#include "json.h"
#include "timeline.h"

/* ---- Rows -------------------------------------------------------------------------------------- */

const json_t *bs_answer_cell(const struct bs_answer *a, unsigned int row)
{
	return json_array_get(json_object_get(a->r->record, "cells"), row);
}

uint64_t bs_answer_figure(const struct bs_answer *a, unsigned int row, const char *key)
{
	uint64_t v = 0;

	bs_json_uint_at(bs_answer_cell(a, row), key, &v);
	return v;
}

static bool has_figure(const struct bs_answer *a, unsigned int row, const char *key)
{
	uint64_t v;

	return !bs_json_uint_at(bs_answer_cell(a, row), key, &v);
}

static const char *kernel_of(const struct bs_answer *a, unsigned int row)
{
	const char *name = json_string_value(json_object_get(bs_answer_cell(a, row), "kernel"));

	return name ? name : "";
}

static bool is_on_kernel(const struct bs_answer *a, unsigned int row)
{
	return !a->kernel || !strcmp(kernel_of(a, row), a->kernel);
}

static bool is_first_on_kernel(const struct bs_answer *a, unsigned int row)
{
	for (unsigned int i = 0; i < row; i++)
		if (!strcmp(kernel_of(a, i), kernel_of(a, row)))
			return false;
	return true;
}

const char *bs_answer_kernel_at(const struct bs_answer *a, unsigned int index)
{
	for (unsigned int i = 0; i < a->r->nr_rows; i++)
		if (is_first_on_kernel(a, i) && !index--)
			return kernel_of(a, i);
	return NULL;
}

bool bs_answer_several_kernels(const struct bs_answer *a)
{
	return !a->kernel && bs_answer_kernel_at(a, 1);
}

bool bs_answer_is_in(const struct bs_answer *a, unsigned int row)
{
	return row < a->r->nr_rows && !a->r->rows[row].knows_future && is_on_kernel(a, row) &&
	       bs_row_whole(bs_answer_cell(a, row));
}

unsigned int bs_answer_none(const struct bs_answer *a, unsigned int row)
{
	const unsigned int base =
		row < a->r->nr_rows ? bs_row_base_of(a->r, bs_answer_cell(a, row)) : a->r->nr_rows;

	return bs_answer_is_in(a, base) ? base : BS_NO_ROW;
}

bool bs_answer_tie(uint64_t x, uint64_t y)
{
	const uint64_t low = x < y ? x : y, apart = x < y ? y - x : x - y;

	return !apart || (bs_u128)apart * 100 < low;
}

bool bs_answer_reports(const struct bs_answer *a, unsigned int row)
{
	return row < a->r->nr_rows && !a->r->rows[row].idle && !a->r->rows[row].client;
}

/* ---- Choosing ---------------------------------------------------------------------------------- */

bool bs_answer_is_stock(const struct bs_answer *a, unsigned int row)
{
	return json_is_true(json_object_get(bs_answer_cell(a, row), "stock"));
}

uint64_t bs_answer_cost(const struct bs_answer *a, unsigned int row)
{
	return bs_answer_figure(a, row, "cost_ns");
}

uint64_t bs_answer_held(const struct bs_answer *a, unsigned int row)
{
	return bs_answer_figure(a, row, "held_mib_s");
}

/* The cheapest row that is in; with @stock of those that an unpatched kernel offers. */
static unsigned int find_cheapest(const struct bs_answer *a, bool stock)
{
	unsigned int best = BS_NO_ROW;

	for (unsigned int i = 0; i < a->r->nr_rows; i++) {
		if (!bs_answer_is_in(a, i) || (stock && !bs_answer_is_stock(a, i)))
			continue;
		if (best == BS_NO_ROW || bs_answer_cost(a, i) < bs_answer_cost(a, best))
			best = i;
	}
	return best;
}

/* Of rows that tie, the one that takes less to get: @easy. */
static unsigned int prefer(const struct bs_answer *a, unsigned int best, unsigned int easy)
{
	return best != BS_NO_ROW && bs_answer_is_in(a, easy) &&
			       bs_answer_tie(bs_answer_cost(a, best), bs_answer_cost(a, easy))
		       ? easy
		       : best;
}

static bool has_agent(const struct bs_answer *a, unsigned int row)
{
	return json_is_string(json_object_get(bs_answer_cell(a, row), "agent"));
}

/* What the kernel does by default: the first such row that is in, else the first. */
static unsigned int find_own(const struct bs_answer *a)
{
	unsigned int own = BS_NO_ROW;

	for (unsigned int i = 0; i < a->r->nr_rows; i++) {
		if (!is_on_kernel(a, i) || has_agent(a, i) ||
		    !json_is_true(json_object_get(bs_answer_cell(a, i), "stock_default")))
			continue;
		if (own == BS_NO_ROW || (!bs_answer_is_in(a, own) && bs_answer_is_in(a, i)))
			own = i;
	}
	return own;
}

/* The row that its reader is most likely to have, and the largest part of what it holds. */
static void find_blocker(struct bs_answer *a)
{
	const unsigned int rows[] = {a->stock, a->own, a->best};
	const char *key, *words;

	for (size_t i = 0; i < 3 && a->held == BS_NO_ROW; i++)
		if (bs_answer_is_in(a, rows[i]) && bs_answer_reports(a, rows[i]))
			a->held = rows[i];
	for (unsigned int i = 0; a->held != BS_NO_ROW && bs_answer_part(i, &key, &words); i++) {
		const uint64_t v = bs_answer_figure(a, a->held, key);

		if (v <= a->part_mib_s)
			continue;
		a->part = key;
		a->part_mib_s = v;
	}
	if (!a->part)
		a->held = BS_NO_ROW;
}

/* The last idle row that is in; where the default is known, that of its kernel. */
static unsigned int find_none(const struct bs_answer *a)
{
	unsigned int none = BS_NO_ROW;

	for (unsigned int i = 0; i < a->r->nr_rows; i++)
		if (a->r->rows[i].idle && bs_answer_is_in(a, i))
			none = i;
	return bs_answer_is_in(a, a->own) ? bs_answer_none(a, a->own) : none;
}

void bs_answer_choose(struct bs_answer *a, const struct bs_result *r, const char *kernel)
{
	const json_t *config = json_object_get(r->record, "config");
	const char *touch = json_string_value(json_object_get(config, "touch"));
	const char *of = kernel ? kernel : json_string_value(json_object_get(config, "kernel"));

	*a = (struct bs_answer){
		.r = r,
		.kernel = kernel,
		.kernels = of ? bs_strategy_of_kernel(of) : NULL,
		.touched = !touch || strcmp(touch, "none"),
		.priced = true,
		.stock = BS_NO_ROW,
		.best = BS_NO_ROW,
		.held = BS_NO_ROW,
	};
	a->own = find_own(a);
	a->none = find_none(a);
	for (unsigned int i = 0; i < r->nr_rows; i++) {
		if (!bs_answer_is_in(a, i))
			continue;
		a->nr_in++;
		a->priced &= has_figure(a, i, "cost_ns");
	}
	if (a->priced && a->touched) {
		a->stock = prefer(a, find_cheapest(a, true), a->own);
		a->best = prefer(a, find_cheapest(a, false), a->stock);
	}
	find_blocker(a);
}

/* ---- What the sentences ask -------------------------------------------------------------------- */

/* None holds less than a hundredth of what is in use: there is nothing that anybody could give back. */
bool bs_answer_nothing_held(const struct bs_answer *a)
{
	const uint64_t held = a->none == BS_NO_ROW ? 0 : bs_answer_held(a, a->none);
	const uint64_t used = a->none == BS_NO_ROW ? 0 : bs_answer_figure(a, a->none, "used_mib_s");

	return a->none != BS_NO_ROW && (!held || held < used / 100);
}

/* The cheapest stock row that does something: what doing nothing is compared with. */
unsigned int bs_answer_next_stock(const struct bs_answer *a)
{
	unsigned int next = BS_NO_ROW;

	for (unsigned int i = 0; i < a->r->nr_rows; i++)
		if (bs_answer_is_in(a, i) && bs_answer_is_stock(a, i) && !a->r->rows[i].idle &&
		    (next == BS_NO_ROW || bs_answer_cost(a, i) < bs_answer_cost(a, next)))
			next = i;
	return next;
}

bool bs_answer_as_idle(const struct bs_answer *a, unsigned int row)
{
	const unsigned int none = bs_answer_none(a, row);

	return a->r->rows[row].idle ||
	       (none != BS_NO_ROW &&
		bs_answer_tie(bs_answer_cost(a, row), bs_answer_cost(a, none)));
}
