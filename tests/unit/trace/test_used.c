// SPDX-License-Identifier: GPL-2.0-or-later
/* used.c: the steps that a scan keeps, against what is used behind every single event. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <stdlib.h>

#include "rng.h"
#include "used.h"

#define NR 20000

/* Random blocks come and go; several events at one time, and times without any. */
static struct bs_trace_event *random_load(uint64_t seed, uint64_t *used)
{
	struct bs_trace_event *ev = calloc(NR, sizeof(*ev));
	uint32_t *live = calloc(NR, sizeof(*live)), nr = 0, n = 0;
	uint8_t *order = calloc(NR, 1);
	uint64_t pages = 0;
	struct bs_rng rng;
	bs_ns now = 0;

	bs_rng_seed(&rng, seed);
	for (unsigned int i = 0; i < NR; i++) {
		struct bs_trace_event *e = &ev[i];

		now += bs_rng_below(&rng, 3) * 1000;
		*e = (struct bs_trace_event){.time = now, .pfn = BS_NO_PFN};
		if (!n || bs_rng_below(&rng, 10000) < 5000 + i / 50) {
			e->kind = BS_EV_ALLOC;
			e->order = order[nr] = (uint8_t)bs_rng_below(&rng, i % 1000 < 20 ? 11 : 2);
			live[n++] = nr++;
			pages += 1u << e->order;
		} else {
			const unsigned int k = (unsigned int)bs_rng_below(&rng, n);

			e->kind = BS_EV_FREE;
			e->order = order[live[k]];
			e->arg = nr - live[k];
			live[k] = live[--n];
			pages -= 1u << e->order;
		}
		used[i] = pages << 12;
	}
	free(live);
	free(order);
	return ev;
}

/* Is a level of it full, empty or neither in the one as in the other? */
static bool is_same(uint64_t a, uint64_t b)
{
	return a / BS_USED_GRAIN == b / BS_USED_GRAIN &&
	       !(a % BS_USED_GRAIN) == !(b % BS_USED_GRAIN);
}

static void test_no_step_is_lost(void **state)
{
	const char *path = bs_test_path("used.cborseq");
	uint64_t *used = calloc(NR, sizeof(*used));
	const struct bs_used_step *step;
	struct bs_trace *t, *again;
	struct bs_error err;
	size_t nr, at = 0;

	(void)state;
	for (uint64_t seed = 1; seed < 6; seed++, at = 0) {
		struct bs_trace_event *ev = random_load(seed, used);

		bs_test_write_trace(path, NULL, ev, NR);
		assert_ok(bs_trace_open(path, &t, &err), &err);
		assert_null(bs_trace_used(t, &nr));
		assert_ok(bs_trace_scan(t, false, &err), &err);
		step = bs_trace_used(t, &nr);
		assert_non_null(step);
		assert_true(nr > 10 && nr < NR / 4);
		for (unsigned int i = 0; i < NR; i++) {
			if (i + 1 < NR && ev[i + 1].time == ev[i].time)
				continue;
			/* The one in force behind this instant. */
			while (at + 1 < nr && step[at + 1].time <= ev[i].time)
				at++;
			if (step[at].time == ev[i].time)
				assert_int_equal(step[at].bytes, used[i]);
			assert_true(is_same(step[at].bytes, used[i]));
		}
		assert_int_equal(step[nr - 1].time, ev[NR - 1].time);
		/* The other reader did not scan. */
		assert_ok(bs_trace_open_again(t, &again, &err), &err);
		assert_null(bs_trace_used(again, &nr));
		bs_trace_close(again);
		bs_trace_close(t);
		free(ev);
	}
	free(used);
}

static void test_too_many_are_none(void **state)
{
	struct bs_used_steps u = {0};

	(void)state;
	for (bs_ns i = 0; i < UINT64_C(1) << 20; i++) {
		assert_true(bs_used_is_step(&u, i & 1 ? 512 : 0));
		bs_used_steps_add(&u, i, i & 1 ? 512 : 0, 12);
	}
	assert_int_equal(u.nr, 1u << 20);
	bs_used_steps_add(&u, UINT64_C(1) << 20, 0, 12);
	assert_int_equal(u.nr, 0);
	assert_false(bs_used_is_step(&u, 512));
	bs_used_steps_add(&u, UINT64_C(1) << 21, 512, 12);
	assert_int_equal(u.nr, 0);
	assert_null(u.step);
	bs_used_steps_free(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_step_is_lost),
		cmocka_unit_test(test_too_many_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
