// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Laws that every registered strategy keeps, whatever the guest does (tests/README.md; the
 * number of each stands beside it). A small guest allocates and frees at random, between passes and
 * while requests are in flight; requests fail now and then; the strategy is switched off and on.
 *
 *   1   a marked block is free                  31  off: nothing is out, allocation works, on again
 *   4   no page is lost                         21  it settles, and what is then left raw is
 *   5-7 no page in use reaches the device           bounded as its series says
 *   30  no lock held at the device              34  same seed, same requests
 */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bs_report_world.h"
#include "rng.h"

#define PAGES (24 * 1024)
#define MAX_LIVE 512
#define STEPS 1500
#define SEEDS 6

struct guest {
	struct bs_rng rng;
	struct {
		bs_pfn pfn;
		unsigned int order;
	} live[MAX_LIVE];
	unsigned int nr_live;
	uint64_t hash; /* of all requests */
	bool in_call;
};

/* What is run for a strategy; NULL: its defaults. */
struct row {
	const char *name, *params;
};

static const struct row rows[] = {
	{"none", NULL},
	{"hypercall", NULL},
	{"hypercall", "hint=final"},
	{"bitmap", "capacity=4"},
	{"bitmap", "capacity=4,fixes=merge+watermark+cursor+unaligned"},
	{"percpu-array", "entries=8,threshold=4"},
	{"percpu-array", "entries=4,threshold=4,order=9"},
	{"april-sketch", "limit=16MiB,hwm=4"},
	{"bubble", "capacity=4,hwm=4"},
	{"scatterlist", "capacity=4,hwm=4"},
	{"boundary", "capacity=4,hwm=4"},
	{"boundary", "capacity=4,hwm=4,keep_raw=3"},
	{"bubble", "capacity=4,hwm=4,keep_raw=3"},
	{"list-walk", "capacity=4,hwm=4"},
	{"list-walk", "capacity=4,hwm=4,from=head,restart=batch"},
	{"list-walk", "capacity=4,hwm=4,from=head,put=head,dir=up,keep_raw=3"},
	{"rotation", "capacity=4"},
	{"rotation", "capacity=4,pull=tail,put=head,dir=down"},
	{"rotation", "capacity=4,pull=tail,budget=2"},
	{"rotation", "capacity=4,rev=5.7,budget=4"},
	{"rotation", "capacity=4,rev=2026,order=7"},
	{"rotation", "capacity=4,depth=3"},
	{"rotation", "capacity=2,depth=9,budget=0,pull=tail,zero_once=on"},
	{"rotation", "capacity=4,keep_raw=3"},
	{"hint-once", "at=0s"},
	{"balloon", "size=16MiB,at=0s"},
	{"balloon", "size=96MiB,at=0s,until=3s,page=huge"},
	{"balloon", "size=16MiB,at=0s,until=3s,deflate_on_oom=off"},
	{"virtio-mem", "size=32MiB,memory_block=16MiB,at=0s"},
	{"virtio-mem", "size=48MiB,memory_block=8MiB,block=8MiB,requested=8MiB,at=1s,until=9s"},
	{"shared-state", "batch=4"},
	{"clairvoyant", NULL},
	{"clairvoyant", "order=7"},
	{"template", NULL},
};

/* src/report/strategy_template.c, linked into this program. */
extern const struct bs_strategy bs_strategy;

static const struct bs_strategy *strategy_of(const struct row *row)
{
	struct bs_error err;

	return strcmp(row->name, "template") ? bs_strategy_find(row->name, &err) : &bs_strategy;
}

/* ---- A guest that does anything -------------------------------------------------------------- */

static void allocate(struct bs_world *w, struct guest *g)
{
	static const uint8_t orders[] = {0, 0, 3, 8, 9, 9, 10, 10};
	const unsigned int order = orders[bs_rng_below(&g->rng, 8)];
	bs_pfn pfn;

	if (g->nr_live == MAX_LIVE)
		return;
	pfn = bs_world_alloc(w, order, (unsigned int)bs_rng_below(&g->rng, 3));
	if (pfn == BS_NO_PFN) {
		bs_report_event(w->rc, BS_EVENT_SHRINK, UINT64_C(1) << order);
		return;
	}
	for (bs_pfn p = pfn; p < pfn + (1u << order); p += 256)
		assert_int_equal(bs_page_state(w->m, p), BS_PAGE_ALLOCATED);
	g->live[g->nr_live].pfn = pfn;
	g->live[g->nr_live++].order = order;
}

static void release(struct bs_world *w, struct guest *g)
{
	unsigned int i;

	if (!g->nr_live)
		return;
	i = (unsigned int)bs_rng_below(&g->rng, g->nr_live);
	bs_world_free(w, g->live[i].pfn, g->live[i].order);
	g->live[i] = g->live[--g->nr_live];
}

static void act(struct bs_world *w, struct guest *g)
{
	/* waves: mostly allocating, then mostly freeing */
	if (bs_rng_below(&g->rng, 100) < (g->nr_live > 60 ? 30 : 55))
		allocate(w, g);
	else
		release(w, g);
}

static void during_call(struct bs_world *w, unsigned int call)
{
	struct guest *g = w->arg;

	if (g->in_call)
		return; /* a freeing CPU's own call: it does nothing else meanwhile */
	g->in_call = true;
	for (unsigned int n = (unsigned int)bs_rng_below(&g->rng, 4); n; n--)
		act(w, g);
	g->in_call = false;
	w->fail_call = bs_rng_below(&g->rng, 20) ? 0 : call;
}

/* ---- Looking at it --------------------------------------------------------------------------- */

static uint64_t pages_of(struct bs_world *w, const struct guest *g)
{
	struct bs_report_stats st;
	struct bs_zone_info zi;
	uint64_t n;

	bs_report_stats(w->rc, &st);
	bs_zone_info(w->m, 0, &zi);
	n = zi.nr_pcp_pages + (st.isolated_bytes + st.client_bytes) / BS_UNIT_SIZE;
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
		n += zi.nr_free[o] << o;
	for (unsigned int i = 0; i < g->nr_live; i++)
		n += UINT64_C(1) << g->live[i].order;
	return n;
}

static void check(struct bs_world *w, const struct guest *g)
{
	struct bs_error err;

	assert_ok(bs_machine_check(w->m, &err), &err); /* 1, 3, 4 from the inside */
	assert_int_equal(pages_of(w, g), PAGES); /* 4 from the outside */
	if (w->violations)
		fail_msg("law broken: %s", w->law);
	assert_false(w->not_taken);
}

static void hash_log(struct bs_world *w, struct guest *g)
{
	for (const char *c = bs_world_log(w); *c; c++)
		g->hash = (g->hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
	for (const char *c = bs_world_zero(w); *c; c++)
		g->hash = (g->hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
}

static struct bs_world *begin(const struct row *row, uint64_t seed, struct guest *g)
{
	struct bs_world *w = bs_world_create(seed & 1 ? "linux-6.1" : "linux-5.4", PAGES);

	*g = (struct guest){.hash = 1};
	bs_rng_seed(&g->rng, seed);
	w->arg = g;
	w->during = during_call;
	bs_zone_set_watermarks(w->m, 0, 64, 128, 192);
	bs_world_bind(w, strategy_of(row), row->params, 32);
	assert_int_equal(bs_report_start(w->rc), 0);
	return w;
}

static void toggle(struct bs_world *w)
{
	struct bs_report_stats st;

	bs_report_stop(w->rc);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolated_bytes, 0); /* 31 */
	assert_false(w->wake_armed);
	assert_int_equal(bs_report_start(w->rc), 0);
	assert_int_equal(bs_report_start(w->rc), -EBUSY);
}

/* Random events; a pass when one is due, about every tenth step. */
static uint64_t run(struct bs_world *w, struct guest *g)
{
	for (unsigned int step = 0; step < STEPS; step++) {
		const uint64_t dice = bs_rng_below(&g->rng, 1000);

		if (dice < 100)
			bs_world_work(w);
		else if (dice < 105)
			toggle(w);
		else
			act(w, g);
		if (step % 10 == 0)
			check(w, g);
		hash_log(w, g);
	}
	return g->hash;
}

/* ---- The laws -------------------------------------------------------------------------------- */

static void test_random_schedules(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			struct guest *g = malloc(2 * sizeof(*g));
			struct bs_world *a, *b;

			assert_non_null(g);
			a = begin(&rows[i], seed, &g[0]);
			b = begin(&rows[i], seed, &g[1]);
			if (run(a, &g[0]) != run(b, &g[1]))
				fail_msg("%s: seed %u gave two runs", rows[i].name,
					 (unsigned int)seed); /* 34 */
			bs_world_destroy(a);
			bs_world_destroy(b);
			free(g);
		}
}

/* Bytes that may stay raw when all is quiet and the series keeps its promises. */
static uint64_t may_stay_raw(const struct row *row)
{
	const uint64_t largest = BS_UNIT_SIZE << 10;

	/* What they take they take; the rest is none of their business. */
	if (!strcmp(row->name, "none") || strategy_of(row)->caps & BS_CAP_CLIENT)
		return UINT64_MAX;
	if (row->params && strstr(row->params, "keep_raw=3"))
		return 3 * (largest + largest / 2); /* of each order, as asked for */
	if (!strcmp(row->name, "rotation") || !strcmp(row->name, "hypercall") ||
	    !strcmp(row->name, "shared-state") || !strcmp(row->name, "clairvoyant") ||
	    !strcmp(row->name, "template"))
		return 0;
	return 3 * (largest + largest / 2); /* fewer than 4 of each order */
}

/*
 * All is freed with no error and nothing else going on: it goes idle within a bounded number of
 * passes, and then stays idle. hypercall and bitmap as posted never look at what was free before
 * they were switched on, and bitmap loses hints by its defects: for them, everything was allocated
 * once, and bitmap has its mends. (21)
 */
static void test_it_settles(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *g = malloc(sizeof(*g));
		struct bs_world *w;
		struct bs_error err;

		if (!strcmp(rows[i].name, "bitmap") && !strstr(rows[i].params, "fixes")) {
			free(g);
			continue;
		}
		assert_non_null(g);
		w = begin(&rows[i], 2, g);
		w->during = NULL;
		bs_zone_set_watermarks(w->m, 0, 0, 0, 0); /* every block was allocated once */
		for (; g->nr_live < PAGES / 1024; g->nr_live++) {
			g->live[g->nr_live].pfn = bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE);
			g->live[g->nr_live].order = 10;
			/* (a driver may have some memory of its own from the beginning) */
			if (g->live[g->nr_live].pfn == BS_NO_PFN &&
			    strategy_of(&rows[i])->caps & BS_CAP_CLIENT)
				break;
			assert_int_not_equal(g->live[g->nr_live].pfn, BS_NO_PFN);
		}
		while (g->nr_live) {
			release(w, g);
			if (g->nr_live % 4 == 0)
				bs_world_work(w);
		}
		bs_world_settle(w, 64);
		assert_false(w->wake_armed);
		assert_ok(bs_machine_check(w->m, &err), &err);
		if (bs_report_raw_bytes(w->rc) > may_stay_raw(&rows[i]))
			fail_msg("%s:%s left %llu bytes raw", rows[i].name,
				 rows[i].params ? rows[i].params : "",
				 (unsigned long long)bs_report_raw_bytes(w->rc));
		bs_world_log(w);
		assert_false(bs_world_work(w));
		bs_world_destroy(w);
		free(g);
	}
}

/* Nobody is left out: every line of strategies.def has a row above. */
static void test_every_strategy_has_a_row(void **state)
{
	const struct bs_strategy *s;

	(void)state;
	for (unsigned int i = 0; (s = bs_strategy_at(i)) != NULL; i++) {
		bool found = false;

		for (unsigned int k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
			found |= !strcmp(rows[k].name, s->name);
		if (!found)
			fail_msg("strategy %s has no row in the law table", s->name);
	}
}

/* The suite can see: resent stale entries (bitmap:defects=stale) are a page in use at the
 * device. */
static void test_a_seeded_bug_is_seen(void **state)
{
	static const struct row bug = {"bitmap", "capacity=4,defects=stale"};
	unsigned int seen = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct guest *g = malloc(sizeof(*g));
		struct bs_world *w;

		assert_non_null(g);
		w = begin(&bug, seed, g);
		for (unsigned int step = 0; step < STEPS && !w->not_taken; step++) {
			act(w, g);
			if (step % 10 == 0)
				bs_world_work(w);
			bs_world_log(w);
		}
		seen += w->not_taken && w->violations;
		bs_world_destroy(w);
		free(g);
	}
	assert_int_equal(seen, SEEDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_strategy_has_a_row),
		cmocka_unit_test(test_random_schedules),
		cmocka_unit_test(test_it_settles),
		cmocka_unit_test(test_a_seeded_bug_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
