// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every strategy while memory goes and comes and owners take ranges, between requests and while they
 * are in flight, beside all that a guest of the fault matrix does: every law holds, so nothing of a block
 * that is out or marked is lost with a range, and no mark outlives it.
 */
#include "bs_test.h"

#include <stdio.h>

#include "bs_exempt.h"
#include "bs_watch.h"

#define STEPS 400
#define SEEDS 6

/* How often an owner took a range, a block went, and a request was made. */
struct happened {
	uint64_t taken, offline, requests;
};

static void run(const struct bs_strategy *s, const char *kernel, uint64_t seed, struct happened *h)
{
	char params[128];
	const struct bs_schedule sc = {.s = s,
				       .params = params,
				       .kind = seed == 1 ? "madvise" : "model",
				       .fault = "latency=uniform,latency_mean=20ms",
				       .laws = bs_laws_of(s),
				       .ranges = true,
				       .kernel = kernel,
				       .seed = seed,
				       .steps = STEPS};
	struct bs_verdict v;

	bs_small_params(s, params, sizeof(params));
	bs_schedule_run(&sc, &v);
	if (v.law != BS_NO_LAW)
		fail_msg("%s, %s, seed %u: law %s: %s", s->name, kernel ? kernel : "",
			 (unsigned int)seed, bs_law_name(v.law), v.text);
	h->taken += v.ranges[0];
	h->offline += v.ranges[1];
	h->requests += v.requests;
}

static void assert_happened(const char *whose, const struct happened *h)
{
	if (!h->taken || !h->offline)
		fail_msg("%s: %u ranges taken, %u blocks offline, %u requests", whose,
			 (unsigned int)h->taken, (unsigned int)h->offline,
			 (unsigned int)h->requests);
}

static void test_every_law_holds_while_memory_goes_and_comes(void **state)
{
	const struct bs_strategy *s;

	(void)state;
	for (unsigned int i = 0; (s = bs_strategy_at(i)) != NULL; i++) {
		struct happened h = {0};

		for (uint64_t seed = 1; seed <= SEEDS; seed++)
			run(s, NULL, seed, &h);
		assert_happened(s->name, &h);
	}
}

/* In each model a range is isolated, cut, undone and given back in its own way. */
static void test_it_does_on_every_kernel_model(void **state)
{
	const char *const *kernels = bs_kernel_names();
	const struct bs_strategy *s;

	(void)state;
	for (unsigned int k = 0; kernels[k]; k++) {
		struct happened h = {0};

		for (unsigned int i = 0; (s = bs_strategy_at(i)) != NULL; i++)
			run(s, kernels[k], SEEDS + 1 + k, &h);
		assert_happened(kernels[k], &h);
		assert_true(h.requests);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_law_holds_while_memory_goes_and_comes),
		cmocka_unit_test(test_it_does_on_every_kernel_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
