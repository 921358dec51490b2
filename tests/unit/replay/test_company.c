// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * company.c, compare.c, progress.c: cells side by side. What is told is the same however many run at a
 * time, and what is told of a cell is the same in any company and alone, whatever the options.
 */
#include "bs_run_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../record/result.h"
#include "rng.h"

#define NR_EVENTS 300
#define MOST 6
#define SEC BS_NS_PER_S

static const char *const cells[] = {
	"none",
	"rotation:delay=5ms",
	"rotation:order=4,delay=20ms",
	"bitmap",
	"boundary",
	"hypercall",
	"list-walk",
	"clairvoyant",
	"percpu-array",
	"scatterlist",
	"balloon",
	"bitmap:defects=stale",
	"bubble",
	"shared-state",
};
#define NR_CELLS (sizeof(cells) / sizeof(cells[0]))

struct known {
	const char *names[MOST];
	unsigned int nr;
};

static struct bs_run run;

/* Memory comes and goes on two CPUs. */
static void make_trace(struct bs_rng *rng)
{
	struct bs_trace_event ev[NR_EVENTS];
	uint32_t live[NR_EVENTS], number = 0;
	uint8_t order[NR_EVENTS];
	unsigned int n = 0;
	bs_ns now = 0;

	for (unsigned int i = 0; i < NR_EVENTS; i++) {
		struct bs_trace_event *e = &ev[i];

		now += bs_rng_below(rng, 20 * BS_NS_PER_MS);
		*e = (struct bs_trace_event){.time = now, .cpu = (uint8_t)bs_rng_below(rng, 2)};
		if (n && bs_rng_below(rng, 2)) {
			const unsigned int k = (unsigned int)bs_rng_below(rng, n);

			e->kind = BS_EV_FREE;
			e->arg = number - live[k];
			e->order = order[live[k]];
			live[k] = live[--n];
			continue;
		}
		e->kind = BS_EV_ALLOC;
		e->order = (uint8_t)bs_rng_below(rng, BS_NR_ORDERS);
		order[number] = e->order;
		live[n++] = number++;
	}
	bs_run_setup(&run, "none", ev, NR_EVENTS);
}

static void choose_options(struct bs_rng *rng)
{
	static const char *const kernels[] = {"linux-5.4", "linux-6.1", "linux-6.12"};
	static const char *const params[] = {NULL, "per_request=2ms", "error_every=3"};
	static const unsigned int capacities[] = {1, 8, 32};

	run.cfg.guest.machine.kernel = kernels[bs_rng_below(rng, 3)];
	run.cfg.guest.resident = (enum bs_resident)bs_rng_below(rng, 3);
	run.cfg.host.device.params = params[bs_rng_below(rng, 3)];
	run.cfg.host.device.thp = bs_rng_below(rng, 2) ? BS_THP_NEVER : BS_THP_AUTO;
	run.cfg.host.device.touch = bs_rng_below(rng, 2) ? BS_TOUCH_NONE : BS_TOUCH_PAGE;
	run.cfg.host.device.capacity = capacities[bs_rng_below(rng, 3)];
	run.cfg.window.repeat = 1 + (unsigned int)bs_rng_below(rng, 2);
	run.cfg.window.tail = bs_rng_below(rng, 2) * SEC;
	run.cfg.window.check_every = 100;
	run.cfg.seed = 1 + bs_rng_below(rng, 100);
}

static void choose_cells(struct bs_rng *rng, struct known *k)
{
	k->nr = 2 + (unsigned int)bs_rng_below(rng, MOST - 1);
	for (unsigned int i = 0; i < k->nr; i++)
		k->names[i] = cells[bs_rng_below(rng, NR_CELLS)];
}

static struct bs_result *compare(const char *const *names, unsigned int nr, unsigned int jobs)
{
	struct bs_result *r;
	struct bs_error err;

	run.cfg.strategies = names;
	run.cfg.nr_strategies = nr;
	run.cfg.output.jobs = jobs;
	(void)bs_compare(&run.cfg, &r, &err);
	assert_non_null(r);
	return r;
}

/* Rows, failures and warnings, in their order. */
static char *everything(const struct bs_result *r)
{
	char *text, *record = json_dumps(r->record, 0);
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	fputs(record, f);
	for (unsigned int i = 0; i < r->nr_warnings; i++)
		fprintf(f, "\n%s", r->warnings[i]);
	fclose(f);
	free(record);
	return text;
}

static const json_t *of_label(const struct bs_result *r, const char *part, unsigned int nth)
{
	return json_array_get(json_object_get(r->record, part), nth);
}

/* Each cell of @r, by itself. */
static void assert_same_alone(const struct bs_result *r, const struct known *k)
{
	unsigned int rows = 0, failures = 0;

	for (unsigned int i = 0; i < k->nr; i++) {
		struct bs_result *alone = compare(&k->names[i], 1, 1);

		if (alone->nr_rows) {
			assert_string_equal(bs_result_label(r, rows), k->names[i]);
			assert_true(json_equal(of_label(alone, "cells", 0),
					       of_label(r, "cells", rows++)));
		} else {
			assert_true(json_equal(of_label(alone, "failed", 0),
					       of_label(r, "failed", failures++)));
		}
		bs_result_free(alone);
	}
	assert_int_equal(rows, r->nr_rows);
	assert_int_equal(failures, r->nr_failures);
}

static void one_trial(uint64_t seed, unsigned int *failures)
{
	struct bs_result *r[3];
	struct bs_rng rng;
	char *text[3];
	struct known k;

	bs_rng_seed(&rng, seed);
	make_trace(&rng);
	choose_options(&rng);
	choose_cells(&rng, &k);
	for (unsigned int i = 0; i < 3; i++) {
		r[i] = compare(k.names, k.nr, i + 1);
		text[i] = everything(r[i]);
	}
	*failures += r[0]->nr_failures;
	assert_string_equal(text[0], text[1]);
	assert_string_equal(text[0], text[2]);
	assert_same_alone(r[0], &k);
	for (unsigned int i = 0; i < 3; i++) {
		bs_result_free(r[i]);
		free(text[i]);
	}
	unlink(run.path);
}

static void test_company_changes_nothing(void **state)
{
	unsigned int failures = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 16; seed++)
		one_trial(seed, &failures);
	/* Or the trials are not about cells that fail. */
	assert_true(failures > 0);
}

/* ---- How far it is --------------------------------------------------------------------------- */

static struct {
	unsigned int calls, done, cells;
	uint64_t events, of_events;
} told;

static void progress(void *arg, const struct bs_progress *p)
{
	(void)arg;
	told.calls++;
	assert_true(p->done >= told.done);
	assert_true(p->events >= told.events && p->events <= p->of_events);
	told.done = p->done;
	told.cells = p->cells;
	told.events = p->events;
	told.of_events = p->of_events;
}

/* Every cell's events, those of one that knows the future twice. */
static void test_progress_adds_up(void **state)
{
	static const char *const names[] = {"none", "clairvoyant", "boundary"};
	struct bs_rng rng;

	(void)state;
	for (unsigned int jobs = 1; jobs <= 3; jobs++) {
		memset(&told, 0, sizeof(told));
		bs_rng_seed(&rng, 7);
		make_trace(&rng);
		run.cfg.output.progress = progress;
		bs_result_free(compare(names, 3, jobs));
		unlink(run.path);
		assert_true(told.calls >= 6);
		assert_int_equal(told.cells, 3);
		assert_int_equal(told.done, 3);
		assert_int_equal(told.events, 4 * NR_EVENTS);
		assert_int_equal(told.of_events, 4 * NR_EVENTS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_company_changes_nothing),
		cmocka_unit_test(test_progress_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
