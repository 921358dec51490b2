// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Why memory is held, over every registered strategy, kernel and setting of huge pages, on hosts that do
 * what they are told and on others: the parts add up to what is held. And what each of four loads is about.
 */
#include "bs_run_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table.h" /* what a result is made of */

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S
#define MAX_STRATEGIES 32
#define NR_CPUS 2 /* of bs_run_setup()'s guest */
#define NR_BLOCKS 120

/* Blocks of all sizes on both CPUs come, and two of three go; the rest goes later. */
static size_t write_load(struct bs_trace_event *ev)
{
	static const uint8_t orders[] = {0, 10, 3, 0, 9, 5, 0, 9, 8, 1};
	size_t n = 0;

	for (unsigned int i = 0; i < NR_BLOCKS; i++)
		ev[n++] = (struct bs_trace_event){.time = i * MS,
						  .kind = BS_EV_ALLOC,
						  .cpu = i % NR_CPUS,
						  .order = orders[i % 10]};
	for (unsigned int late = 0; late < 2; late++)
		for (unsigned int i = 0; i < NR_BLOCKS; i++)
			if ((i % 3 == 0) == late)
				ev[n++] = (struct bs_trace_event){.time = (1 + 9 * late) * SEC +
									  i * MS,
								  .kind = BS_EV_FREE,
								  .cpu = i / 2 % NR_CPUS,
								  .order = orders[i % 10],
								  .arg = NR_BLOCKS - i};
	return n;
}

static const char *const parts[] = {"pcp",  "in_flight", "below_order", "raw",
				    "kept", "huge_rest", "other"};
#define NR_PARTS (sizeof(parts) / sizeof(parts[0]))

static uint64_t figure(const struct bs_result *r, unsigned int cell, const char *key)
{
	uint64_t v = 0;

	if (bs_result_metric(r, cell, key, &v))
		fail_msg("%s: no figure %s", bs_result_label(r, cell), key);
	return v;
}

/* MiB.s of the window; or bytes at its end. */
static uint64_t part(const struct bs_result *r, unsigned int cell, const char *name)
{
	char key[64];

	snprintf(key, sizeof(key), "held_split.%s_mib_s", name);
	return figure(r, cell, key);
}

static uint64_t part_at_end(const struct bs_result *r, unsigned int cell, const char *name)
{
	char key[64];

	snprintf(key, sizeof(key), "held_split_end.%s_bytes", name);
	return figure(r, cell, key);
}

static uint64_t sum_of_orders(const struct bs_result *r, unsigned int cell, const char *of)
{
	uint64_t sum = 0;
	char key[64];

	for (unsigned int o = 0; o < 11; o++) {
		snprintf(key, sizeof(key), "%s.by_order.%u", of, o);
		sum += figure(r, cell, key);
	}
	return sum;
}

static void check_cell(const struct bs_result *r, unsigned int cell, const char *where)
{
	const uint64_t held = figure(r, cell, "held_mib_s");
	uint64_t sum = 0;

	for (size_t i = 0; i < NR_PARTS; i++) {
		sum += part(r, cell, parts[i]);
		if (part(r, cell, parts[i]) > held)
			fail_msg("%s, %s: %s is more than all", where, bs_result_label(r, cell),
				 parts[i]);
	}
	if (sum != held)
		fail_msg("%s, %s: the parts are %llu MiB.s, held is %llu", where,
			 bs_result_label(r, cell), (unsigned long long)sum,
			 (unsigned long long)held);
	/* No memory here is in nobody's hands but the first pages, that no zone has. */
	if (part(r, cell, "other") > held / 100 + 1)
		fail_msg("%s, %s: %llu of %llu MiB.s are not explained", where,
			 bs_result_label(r, cell), (unsigned long long)part(r, cell, "other"),
			 (unsigned long long)held);
	assert_true(part_at_end(r, cell, "other") <= UINT64_C(4) << 20);
}

static void check_orders(const struct bs_result *r, unsigned int cell)
{
	assert_int_equal(sum_of_orders(r, cell, "held_split"), part(r, cell, "below_order"));
	assert_int_equal(sum_of_orders(r, cell, "held_split_end"),
			 part_at_end(r, cell, "below_order"));
}

/* Everything that is held was used by somebody: the last look, which is as it was seen, is exactly what was
 * held then, so that nothing had to be cut down because it was seen twice. */
static void check_last_look(const struct bs_result *r, unsigned int cell, const char *where)
{
	const json_t *cells = json_object_get(json_object_get(r->record, "timeline"), "cells");
	const json_t *looks = json_object_get(json_array_get(cells, cell), "held_split");

	for (size_t i = 0; i < NR_PARTS; i++) {
		const json_t *list;
		uint64_t seen;
		char key[64];

		snprintf(key, sizeof(key), "%s_bytes", parts[i]);
		list = json_object_get(looks, key);
		assert_in_range(json_array_size(list), 2, 202);
		seen = (uint64_t)json_integer_value(
			json_array_get(list, json_array_size(list) - 1));
		if (seen != part_at_end(r, cell, parts[i]))
			fail_msg("%s, %s: %s was seen as %llu bytes and is %llu", where,
				 bs_result_label(r, cell), parts[i], (unsigned long long)seen,
				 (unsigned long long)part_at_end(r, cell, parts[i]));
	}
}

static const struct host {
	const char *params;
	enum bs_advice advice;
} hosts[] = {
	{NULL, BS_ADVICE_DONTNEED},
	{NULL, BS_ADVICE_NONE},
	{"error_every=3,per_request=5ms", BS_ADVICE_DONTNEED},
	{"stall_at=3s,stall_for=1000s", BS_ADVICE_DONTNEED},
};

static void test_parts_add_up(void **state)
{
	static const enum bs_thp modes[] = {BS_THP_NEVER, BS_THP_ALWAYS};
	const char *const *kernels = bs_kernel_names();
	struct bs_trace_event ev[2 * NR_BLOCKS];
	const char *names[MAX_STRATEGIES];
	const struct bs_strategy *s;
	unsigned int n = 0;
	char where[200];

	(void)state;
	for (; (s = bs_strategy_at(n)); n++)
		names[n] = s->name;
	names[n++] = "rotation:order=0";
	names[n++] = "rotation:order=5";
	names[n++] = "hypercall:order=4";
	names[n++] = "balloon:page=huge,size=64MiB,at=2s";
	names[n++] = "balloon:size=64MiB,at=2s,until=12s";
	for (unsigned int k = 0; kernels[k]; k++)
		for (size_t i = 0; i < 2 * sizeof(hosts) / sizeof(hosts[0]); i++) {
			const struct host *h = &hosts[i / 2];
			struct bs_run run;

			bs_run_setup(&run, NULL, ev, write_load(ev));
			run.cfg.strategies = names;
			run.cfg.nr_strategies = n;
			run.cfg.guest.machine.kernel = kernels[k];
			run.cfg.host.device.thp = modes[i % 2];
			run.cfg.host.device.advice = h->advice;
			run.cfg.host.device.params = h->params;
			run.cfg.window.tail = 10 * SEC;
			run.cfg.window.check_every = 0;
			bs_run_go(&run);
			snprintf(where, sizeof(where), "%s, %s, %s%s", kernels[k],
				 i % 2 ? "huge pages" : "base pages", h->params ? h->params : "",
				 h->advice == BS_ADVICE_NONE ? "no advice" : "");
			assert_int_equal(bs_result_cells(run.r), n);
			assert_int_equal(bs_result_build_timeline(run.r), 0);
			for (unsigned int c = 0; c < n; c++) {
				check_cell(run.r, c, where);
				check_orders(run.r, c);
				check_last_look(run.r, c, where);
			}
			bs_result_free(run.r);
		}
}

/* ---- What each part looks like --------------------------------------------------------------- */

struct example {
	const char *generator, *params, *kernel, *device;
	enum bs_thp thp;
	const char *strategies[3];
};

static struct bs_result *run_example(const struct example *x)
{
	const struct bs_generator *g;
	struct bs_trace_info info;
	struct bs_sim_config cfg;
	struct bs_result *r;
	struct bs_error err;
	char path[64];

	snprintf(path, sizeof(path), "/tmp/bs-split-%d.cborseq", (int)getpid());
	g = bs_generator_find(x->generator, &err);
	assert_non_null(g);
	assert_ok(bs_trace_generate(g, x->params, 1, NULL, path, NULL, &info, &err), &err);
	bs_sim_defaults(&cfg);
	cfg.trace_path = path;
	cfg.strategies = x->strategies;
	while (cfg.nr_strategies < 3 && x->strategies[cfg.nr_strategies])
		cfg.nr_strategies++;
	cfg.guest.machine.kernel = x->kernel;
	cfg.host.device.kind = "model";
	cfg.host.device.params = x->device;
	cfg.host.device.thp = x->thp;
	assert_ok(bs_compare(&cfg, &r, &err), &err);
	unlink(path);
	return r;
}

/* @name's share of what cell @cell holds, in percent, rounded down. */
static unsigned int percent(const struct bs_result *r, unsigned int cell, const char *name)
{
	return (unsigned int)(part(r, cell, name) * 100 / figure(r, cell, "held_mib_s"));
}

/* Single pages of half the guest come and go: its per-cpu lists keep many of them, and of what rotation
 * leaves that is the most. */
static void test_single_pages_are_on_per_cpu_lists(void **state)
{
	const struct example x = {.generator = "memhog",
				  .params = "size=512MiB,order=0,memory=1GiB,cycles=1",
				  .kernel = "linux-6.12",
				  .strategies = {"none", "rotation"}};
	struct bs_result *r = run_example(&x);

	(void)state;
	check_cell(r, 0, "memhog");
	check_cell(r, 1, "memhog");
	assert_in_range(percent(r, 0, "pcp"), 5, 40);
	assert_true(percent(r, 0, "raw") > 50);
	assert_int_equal(part(r, 0, "below_order"), 0); /* nobody reports: no order is too small */
	assert_true(percent(r, 1, "pcp") > 40);
	assert_true(part(r, 1, "pcp") > part(r, 1, "raw"));
	assert_true(part_at_end(r, 1, "pcp") > UINT64_C(32) << 20);
	bs_result_free(r);
}

/*
 *   |UUUUUUUU        UUUUUUUU        |  each second 1 MiB is free, of 2 MiB
 *
 * At order 9 nothing of it can be reported; at order 8 all of it can, and the host gets nothing while it has
 * huge pages, and everything while it has not.
 */
static void test_stripes(void **state)
{
	struct example x = {.generator = "stripe",
			    .params = "size=100MiB,memory=512MiB",
			    .thp = BS_THP_ALWAYS,
			    .strategies = {"none", "rotation:order=9", "rotation:order=8"}};
	struct bs_result *r = run_example(&x);

	(void)state;
	assert_int_equal(percent(r, 0, "raw"), 100);
	assert_int_equal(percent(r, 1, "below_order"), 100);
	assert_int_equal(figure(r, 1, "held_split.by_order.8"), figure(r, 1, "held_mib_s"));
	assert_true(percent(r, 2, "huge_rest") > 80);
	assert_int_equal(part(r, 2, "huge_rest") + part(r, 2, "raw"), figure(r, 2, "held_mib_s"));
	assert_int_equal(part_at_end(r, 2, "huge_rest"), UINT64_C(50) << 20);
	bs_result_free(r);

	x.thp = BS_THP_NEVER;
	r = run_example(&x);
	assert_int_equal(percent(r, 1, "below_order"), 100);
	assert_int_equal(percent(r, 2, "raw"), 100); /* until the first pass */
	assert_int_equal(part_at_end(r, 2, "raw"), 0);
	bs_result_free(r);
}

/* A host that hangs: what is with it stays there, as much as a request carries, and nobody takes the rest. */
static void test_a_host_that_hangs(void **state)
{
	const struct example x = {.generator = "burst",
				  .params = "size=512MiB,memory=1GiB",
				  .device = "stall_at=5s,stall_for=1000s",
				  .thp = BS_THP_ALWAYS,
				  .strategies = {"rotation", "balloon:at=5s,size=8MiB"}};
	struct bs_result *r = run_example(&x);

	(void)state;
	assert_true(percent(r, 0, "in_flight") > 10);
	assert_int_equal(part_at_end(r, 0, "in_flight"), UINT64_C(32) << (BS_UNIT_SHIFT + 10));
	assert_true(part_at_end(r, 0, "raw") > 0);
	assert_int_equal(part(r, 0, "kept"), 0);
	bs_result_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_add_up),
		cmocka_unit_test(test_single_pages_are_on_per_cpu_lists),
		cmocka_unit_test(test_stripes),
		cmocka_unit_test(test_a_host_that_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
