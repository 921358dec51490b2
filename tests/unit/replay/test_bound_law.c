// SPDX-License-Identifier: GPL-2.0-or-later
/* bound_law.c: what a row costs, and which rows are held against the bound, by how much. */
#include "bs_run_test.h"

#include <errno.h>
#include <unistd.h>

#include "bound_law.h"
#include "bound_run.h"
#include "cell.h"
#include "config.h"

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S
#define MIB (UINT64_C(1) << 20)

/* 4 MiB, left alone for 10 s and taken again. */
static const struct bs_trace_event gap[] = {
	{.kind = BS_EV_ALLOC, .order = 10},
	{.time = 1 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
	{.time = 11 * SEC, .kind = BS_EV_ALLOC, .order = 10},
};

/* The bound holds 4 MiB for 10 s, at 1 ms per MiB x s, or pays 4 x @fault. */
static struct bs_bound *make_bound(bs_ns fault)
{
	struct bs_bound *b = bs_bound_create(256 * MIB, fault, MS);

	assert_non_null(b);
	bs_bound_set(b, 0, 4 * MIB);
	bs_bound_set(b, 1 * SEC, 0);
	bs_bound_set(b, 11 * SEC, 4 * MIB);
	bs_bound_end(b, 20 * SEC);
	return b;
}

/* A cell that has run the trace: held 4 MiB for 10 s, and nobody waited. */
static void make_cell(struct bs_cell *c, struct bs_plan *plan, struct bs_guest *g)
{
	memset(c, 0, sizeof(*c));
	memset(plan, 0, sizeof(*plan));
	memset(g, 0, sizeof(*g));
	c->plan = plan;
	c->g = g;
	c->label = "made up";
	g->touch = true;
	c->ledger.tl = bs_timeline_create(20 * SEC);
	bs_timeline_set(c->ledger.tl, 0, 4 * MIB, 4 * MIB, 0);
	bs_timeline_set(c->ledger.tl, 1 * SEC, 0, 4 * MIB, 0);
	bs_timeline_set(c->ledger.tl, 11 * SEC, 4 * MIB, 4 * MIB, 0);
	bs_timeline_end(c->ledger.tl, 20 * SEC);
}

static void test_what_a_row_costs(void **state)
{
	struct bs_bound *b = make_bound(100 * MS);
	struct bs_guest g;
	struct bs_plan plan;
	struct bs_error err;
	struct bs_cell c;

	(void)state;
	make_cell(&c, &plan, &g);
	c.f.stall.total = 5 * MS;
	c.f.device.host_ns = 7;
	assert_ok(bs_bound_law(&c, b, &err), &err);
	assert_int_equal(bs_bound_cost_ns(b), 40 * MS);
	assert_int_equal(c.f.cost_ns, 45 * MS + 7);
	bs_timeline_destroy(c.ledger.tl);
	bs_bound_destroy(b);
}

/* A row that held nothing in the gap and never waited for what came back is not possible. */
static void test_who_is_below_is_found(void **state)
{
	struct bs_bound *b = make_bound(MS); /* 4 ms, for a fault each MiB */
	struct bs_plan plan;
	struct bs_guest g;
	struct bs_error err;
	struct bs_cell c;

	(void)state;
	make_cell(&c, &plan, &g);
	bs_timeline_destroy(c.ledger.tl);
	c.ledger.tl = bs_timeline_create(20 * SEC);
	bs_timeline_set(c.ledger.tl, 0, 4 * MIB, 4 * MIB, 0);
	bs_timeline_set(c.ledger.tl, 1 * SEC, 0, 0, 0);
	bs_timeline_set(c.ledger.tl, 11 * SEC, 4 * MIB, 4 * MIB, 0);
	bs_timeline_end(c.ledger.tl, 20 * SEC);
	c.f.stall.total = 4 * MS;
	assert_ok(bs_bound_law(&c, b, &err), &err);
	c.f.stall.total = 4 * MS - 1;
	assert_int_equal(bs_bound_law(&c, b, &err), -EUCLEAN);
	assert_int_equal(err.status, BS_INVARIANT);
	assert_says(err.text, "the bound of 4000000 ns");

	/* What would have been its time behind the window's end; a page's part of a ns. */
	c.cut = 1;
	assert_ok(bs_bound_law(&c, b, &err), &err);
	c.cut = 0;
	c.f.device.refault_bytes = 4096;
	assert_ok(bs_bound_law(&c, b, &err), &err);
	c.f.device.refault_bytes = 0;

	/* Who did not do all of it, or not on memory that is there, is not held against it. */
	c.f.stall.total = 0;
	c.f.unfinished_events = 1;
	assert_ok(bs_bound_law(&c, b, &err), &err);
	c.f.unfinished_events = 0;
	c.f.alloc_failed = 1;
	assert_ok(bs_bound_law(&c, b, &err), &err);
	c.f.alloc_failed = 0;
	c.f.pressed.by_kswapd = 1;
	assert_ok(bs_bound_law(&c, b, &err), &err);
	c.f.pressed.by_kswapd = 0;
	g.touch = false;
	assert_ok(bs_bound_law(&c, b, &err), &err);
	g.touch = true;
	assert_int_equal(bs_bound_law(&c, b, &err), -EUCLEAN);

	/* Late with 2 MiB: they may have been spared, and a level more. */
	c.stream.f.late_periods = 1;
	c.stream.f.late_alloc_bytes = 2 * MIB;
	assert_ok(bs_bound_law(&c, b, &err), &err);
	c.stream.f.late_alloc_bytes = 2 * MIB - 4096;
	assert_int_equal(bs_bound_law(&c, b, &err), -EUCLEAN);
	bs_timeline_destroy(c.ledger.tl);
	bs_bound_destroy(b);
}

/* While events wait, all of the guest may be in use: 258 MiB with the last level, 1 ms each a second. */
static void test_what_being_late_can_save(void **state)
{
	struct bs_bound *b = make_bound(100 * MS);

	(void)state;
	assert_int_equal(bs_bound_late_ns(b, 0, 0, 0), 0);
	assert_int_equal(bs_bound_late_ns(b, SEC, 0, 0), 258 * MS);
	assert_int_equal(bs_bound_late_ns(b, 0, 4 * MIB, 3), (4 + 3 * 2) * 100 * MS);
	bs_bound_destroy(b);
}

/* Whatever way back is cheapest is what the bound pays. */
static void test_the_price_of_the_bound(void **state)
{
	static const struct {
		enum bs_thp thp;
		bs_ns base, huge, install, price;
	} cases[] = {
		{BS_THP_NEVER, 5, 3, 9, 5},
		{BS_THP_ALWAYS, 5, 3, 9, 3},
		{BS_THP_ALWAYS, 5, 7, 9, 5}, /* some memory comes back as base pages */
		{BS_THP_NEVER, 5, 3, 4, 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_error err;
		struct bs_bound *b;
		struct bs_trace *t;
		struct bs_run run;
		bs_ns price;

		bs_run_setup(&run, "none", gap, 3);
		run.costs = (struct bs_device_costs){.refault_per_mib = cases[i].base,
						     .refault_thp_per_mib = cases[i].huge,
						     .install_per_mib = cases[i].install};
		run.cfg.host.device.thp = cases[i].thp;
		run.cfg.guest.machine.memory_bytes = 256 * MIB;
		assert_ok(bs_trace_open(run.path, &t, &err), &err);
		assert_ok(bs_trace_scan(t, false, &err), &err);
		assert_ok(bs_bound_run(&run.cfg, t, &b, &price, &err), &err);
		assert_int_equal(price, cases[i].price);
		bs_bound_destroy(b);
		bs_trace_close(t);
		unlink(run.path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_row_costs),
		cmocka_unit_test(test_who_is_below_is_found),
		cmocka_unit_test(test_what_being_late_can_save),
		cmocka_unit_test(test_the_price_of_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
