// SPDX-License-Identifier: GPL-2.0-or-later
/* cast.c: who stands in front, in whose colour, and in which part. */
#include "bs_test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddysim/picture.h>
#include <buddysim/report.h>

#include "cast.h"
#include "palette.h"

struct record {
	struct bs_stored in;
	struct bs_cast front;
};

static json_t *cell(const char *label, int held, int cost, int stock, int finished)
{
	return json_pack("{ss,si,si,sb,sb}", "label", label, "held_mib_s", held, "cost_ns", cost,
			 "stock", stock, "finished", finished);
}

/* A comparison of seven; the cheapest that finished is boundary, of stock ones rotation:order=5. */
static void make(struct record *r)
{
	r->in = (struct bs_stored){.path = "r.json", .root = json_object()};
	r->in.cells = json_array();
	json_array_append_new(r->in.cells, cell("none", 1000, 100, 1, 1));
	json_array_append_new(r->in.cells, cell("boundary", 30, 20, 0, 1));
	json_array_append_new(r->in.cells, cell("rotation", 240, 50, 1, 1));
	json_array_append_new(r->in.cells, cell("rotation:order=5,delay=2s", 200, 40, 1, 1));
	json_array_append_new(r->in.cells, cell("hypercall", 1, 1, 0, 0));
	json_array_append_new(r->in.cells, cell("clairvoyant", 5, 2, 0, 1));
	json_array_append_new(r->in.cells, cell("./mine.so:x=1", 500, 60, 0, 1));
	json_object_set(r->in.root, "cells", r->in.cells);
	json_object_set_new(r->in.root, "bound", json_object());
	r->in.nr_cells = json_array_size(r->in.cells);
}

static void drop(struct record *r)
{
	bs_cast_free(&r->front);
	json_decref(r->in.cells);
	json_decref(r->in.root);
}

static void assert_front(struct record *r, const char *highlight, const char *const *want,
			 bool bound)
{
	struct bs_error err = {0};
	size_t n = 0;

	assert_ok(bs_cast_make(&r->front, &r->in, highlight, &err), &err);
	for (; want[n]; n++) {
		assert_true(n < r->front.nr);
		assert_string_equal(r->front.front[n]->label, want[n]);
		assert_true(r->front.front[n]->in_front);
	}
	assert_int_equal(r->front.nr, n);
	assert_int_equal(r->front.bound, bound);
}

static void test_those_with_a_part_are_in_front(void **state)
{
	static const char *const want[] = {"none", "rotation", "rotation:order=5,delay=2s",
					   "boundary", NULL};
	struct record r;

	(void)state;
	make(&r);
	assert_front(&r, NULL, want, true);
	assert_string_equal(r.front.rows[0].role, "no reporting");
	assert_string_equal(r.front.rows[2].role, "kernel default");
	assert_string_equal(r.front.rows[3].role, "cheapest of stock kernels");
	assert_string_equal(r.front.rows[1].role, "cheapest");
	/* It did not do all of the load, however little it cost. */
	assert_string_equal(r.front.rows[4].role, "unfinished");
	assert_string_equal(r.front.rows[5].role, "");
	drop(&r);
}

static void test_the_records_own_answer_decides(void **state)
{
	static const char *const want[] = {"none", "rotation", "rotation:order=5,delay=2s", NULL};
	struct record r;

	(void)state;
	make(&r);
	json_object_set_new(r.in.root, "answer",
			    json_pack("{s{si},s{si},s{si},s{si}}", "none", "cell", 0, "default",
				      "cell", 2, "stock", "cell", 3, "best", "cell", 3));
	assert_front(&r, NULL, want, true);
	assert_string_equal(r.front.rows[3].role, "cheapest");
	drop(&r);
	/* What it does not name, or names wrongly, is nobody. */
	make(&r);
	json_object_set_new(r.in.root, "answer",
			    json_pack("{sn,s{si}}", "none", "best", "cell", 99));
	assert_front(&r, NULL, want + 3, true);
	drop(&r);
}

static void test_highlight_names_labels_with_commas(void **state)
{
	static const char *const want[] = {"rotation:order=5,delay=2s", "clairvoyant", NULL};
	static const char *const file[] = {"./mine.so:x=1", "rotation", NULL};
	struct record r;

	(void)state;
	make(&r);
	assert_front(&r, "rotation:order=5,delay=2s,clairvoyant", want, false);
	bs_cast_free(&r.front);
	/* A bare name is the first row of it; the bound may be asked for. */
	assert_front(&r, "./mine.so,bound,rotation", file, true);
	drop(&r);
}

static void assert_refused(const char *highlight, const char *text)
{
	static const char *const labels[] = {"none", "rotation:order=9", "a", "b", "c", "d"};
	struct bs_error err = {0};

	assert_true(bs_highlight_check(highlight, labels, 6, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_says(err.text, text);
}

static void test_what_is_no_row_is_refused(void **state)
{
	(void)state;
	assert_refused("nome", "did you mean \"none\"?");
	assert_refused("none,,a", "no row is called \"\"");
	assert_refused("none,", "no row is called \"\"");
	assert_refused("rotation:order=8", "rotation:order=8");
	assert_refused("none,a,b,c,d,rotation", "at most 5");
}

/* Whoever else is compared, and in whatever order. */
static void test_a_strategy_has_one_colour_everywhere(void **state)
{
	const struct bs_strategy *s;
	struct record r;
	struct bs_error err = {0};

	(void)state;
	make(&r);
	assert_ok(bs_cast_make(&r.front, &r.in, NULL, &err), &err);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(r.front.rows[i].colour,
				 bs_palette(bs_strategy_place(r.front.rows[i].label)));
	assert_int_equal(r.front.rows[2].colour, r.front.rows[3].colour);
	assert_int_equal(r.front.rows[2].variant, 0);
	assert_int_equal(r.front.rows[3].variant, 1);
	drop(&r);
	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++) {
		assert_int_equal(bs_strategy_place(s->name), i);
		for (unsigned int k = i > 13 ? i - 13 : 0; k < i; k++)
			assert_int_not_equal(bs_palette(i), bs_palette(k));
	}
}

/* Each kernel's default is in front, and compared with what reports nothing on the same kernel. */
static void test_several_kernels(void **state)
{
	static const char *const want[] = {"linux-6.1/none", "linux-6.1/rotation",
					   "linux-7.3/rotation", "linux-7.3/none", NULL};
	struct record r = {.in = {.path = "r.json", .root = json_object()}};
	static const int held[] = {1000, 500, 2000, 500};

	(void)state;
	r.in.cells = json_array();
	for (int i = 0; i < 4; i++) {
		const char *kernel = i < 2 ? "linux-6.1" : "linux-7.3",
			   *name = i & 1 ? "rotation" : "none";

		json_array_append_new(r.in.cells,
				      json_pack("{ss+++,ss,ss,si,si,sb,sb}", "label", kernel, "/",
						name, "", "kernel", kernel, "strategy", name,
						"held_mib_s", held[i], "cost_ns", held[i], "stock",
						1, "finished", 1));
	}
	json_object_set(r.in.root, "cells", r.in.cells);
	r.in.nr_cells = 4;
	json_object_set_new(r.in.root, "answer",
			    json_pack("{s{si}s{si}s{si}s{si}s[{s{si}}{s{si}}]}", "none", "cell", 0,
				      "default", "cell", 1, "stock", "cell", 1, "best", "cell", 1,
				      "kernels", "default", "cell", 1, "default", "cell", 3));
	assert_front(&r, NULL, want, false);
	assert_string_equal(r.front.rows[3].role, "kernel default");
	assert_string_equal(r.front.rows[1].role, "kernel default, cheapest");
	assert_int_equal(r.front.rows[3].colour, r.front.rows[1].colour);
	assert_int_not_equal(r.front.rows[3].variant, r.front.rows[1].variant);
	assert_true(bs_cast_returned(&r.front, &r.front.rows[1]) == 50);
	assert_true(bs_cast_returned(&r.front, &r.front.rows[3]) == 75);
	drop(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_those_with_a_part_are_in_front),
		cmocka_unit_test(test_the_records_own_answer_decides),
		cmocka_unit_test(test_highlight_names_labels_with_commas),
		cmocka_unit_test(test_what_is_no_row_is_refused),
		cmocka_unit_test(test_several_kernels),
		cmocka_unit_test(test_a_strategy_has_one_colour_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
