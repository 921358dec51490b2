// SPDX-License-Identifier: GPL-2.0-or-later
#include "answer.h"

#include <errno.h>
#include <string.h>

#include "answer_words.h"
#include "columns.h"
#include "json.h"
#include "timeline.h"

/* x/y in ten thousandths, 0 where there is no y. */
static json_int_t share(uint64_t x, uint64_t y)
{
	return y ? (json_int_t)((bs_u128)x * 10000 / y) : 0;
}

static void put_against_none(const struct bs_answer *a, unsigned int row, json_t *o)
{
	const unsigned int none = bs_answer_none(a, row);
	const uint64_t held = bs_answer_figure(a, row, "held_mib_s");
	const uint64_t stall = bs_answer_figure(a, row, "stall_per_minute");
	const uint64_t base = bs_answer_figure(a, none, "held_mib_s");

	if (base)
		json_object_set_new(o, "given_back_per_10000",
				    json_integer(10000 - share(held, base)));
	json_object_set_new(
		o, "stall_per_minute_over_none",
		json_integer((json_int_t)(stall - bs_answer_figure(a, none, "stall_per_minute"))));
	if (a->priced && bs_answer_cost(a, none))
		json_object_set_new(
			o, "cost_of_none_per_10000",
			json_integer(share(bs_answer_cost(a, row), bs_answer_cost(a, none))));
}

static json_t *row_json(const struct bs_answer *a, unsigned int row)
{
	static const char *const keys[] = {"label",   "held_mib_s",	  "settle_ns",
					   "cost_ns", "stall_per_minute", "stock_setting"};
	json_t *o;

	if (row == BS_NO_ROW)
		return json_null();
	o = json_object();
	bs_json_put_uint(o, "cell", row);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_object_set(o, keys[i], json_object_get(bs_answer_cell(a, row), keys[i]));
	if (bs_answer_none(a, row) != BS_NO_ROW && row != bs_answer_none(a, row))
		put_against_none(a, row, o);
	return o;
}

/* Rows whose cost ties with that of @row; of those that a stock kernel offers with @stock. */
static json_t *ties_json(const struct bs_answer *a, unsigned int row, bool stock)
{
	json_t *list = json_array();

	for (unsigned int i = 0; row != BS_NO_ROW && i < a->r->nr_rows; i++)
		if (i != row && bs_answer_is_in(a, i) && (!stock || bs_answer_is_stock(a, i)) &&
		    bs_answer_tie(bs_answer_cost(a, i), bs_answer_cost(a, row)))
			json_array_append(list, json_object_get(bs_answer_cell(a, i), "label"));
	return list;
}

static json_t *chosen_json(const struct bs_answer *a, unsigned int row, bool stock)
{
	json_t *o = row_json(a, row);

	if (json_is_object(o))
		json_object_set_new(o, "ties", ties_json(a, row, stock));
	return o;
}

static json_t *why_json(const struct bs_answer *a, unsigned int row)
{
	json_t *why = json_object();
	const char *key;

	if (a->r->rows[row].knows_future)
		bs_json_put_bool(why, "knows_future", true);
	for (unsigned int i = 0; (key = bs_row_fault(i)); i++)
		if (bs_answer_figure(a, row, key))
			bs_json_put_uint(why, key, bs_answer_figure(a, row, key));
	return why;
}

static json_t *left_out_json(const struct bs_answer *a)
{
	json_t *list = json_array(), *o;

	for (unsigned int i = 0; i < a->r->nr_rows; i++) {
		if (bs_answer_is_in(a, i))
			continue;
		o = json_object();
		bs_json_put_uint(o, "cell", i);
		json_object_set(o, "label", json_object_get(bs_answer_cell(a, i), "label"));
		json_object_set_new(o, "why", why_json(a, i));
		json_array_append_new(list, o);
	}
	for (unsigned int i = 0; i < a->r->nr_failures; i++) {
		o = json_object();
		bs_json_put_text(o, "label", a->r->failures[i].label);
		json_object_set_new(o, "why", json_pack("{s:b}", "did_not_run", 1));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *blocker_json(const struct bs_answer *a)
{
	json_t *o;

	if (a->held == BS_NO_ROW)
		return json_null();
	o = json_object();
	bs_json_put_uint(o, "cell", a->held);
	json_object_set(o, "label", json_object_get(bs_answer_cell(a, a->held), "label"));
	bs_json_put_text(o, "part", a->part);
	bs_json_put_uint(o, "mib_s", a->part_mib_s);
	json_object_set_new(
		o, "per_10000",
		json_integer(share(a->part_mib_s, bs_answer_figure(a, a->held, "held_mib_s"))));
	return o;
}

static void put_chosen(const struct bs_answer *a, json_t *o)
{
	json_object_set_new(o, "none", row_json(a, a->none));
	json_object_set_new(o, "default", row_json(a, a->own));
	json_object_set_new(o, "stock", chosen_json(a, a->stock, true));
	json_object_set_new(o, "best", chosen_json(a, a->best, false));
}

/* Of several kernels: the same of each alone, in the order given. */
static json_t *kernels_json(const struct bs_answer *a)
{
	json_t *list = json_array(), *o;
	struct bs_answer one;
	const char *kernel;

	for (unsigned int i = 0;
	     bs_answer_several_kernels(a) && (kernel = bs_answer_kernel_at(a, i)); i++) {
		bs_answer_choose(&one, a->r, kernel);
		o = json_object();
		bs_json_put_text(o, "kernel", kernel);
		put_chosen(&one, o);
		json_array_append_new(list, o);
	}
	return list;
}

int bs_answer_add(struct bs_result *r)
{
	json_t *o = json_object(), *lines = json_array();
	struct bs_answer a;

	bs_answer_choose(&a, r, NULL);
	if (bs_answer_words(&a, lines)) {
		json_decref(o);
		json_decref(lines);
		return -ENOMEM;
	}
	json_object_set_new(o, "lines", lines);
	put_chosen(&a, o);
	json_object_set_new(o, "kernels", kernels_json(&a));
	json_object_set_new(o, "left_out", left_out_json(&a));
	json_object_set_new(o, "blocker", blocker_json(&a));
	return json_object_set_new(r->record, "answer", o) ? -ENOMEM : 0;
}
