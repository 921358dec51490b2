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

static void test_every_law_holds_while_memory_goes_and_comes(void **state)
{
	const struct bs_strategy *s;

	(void)state;
	for (unsigned int i = 0; (s = bs_strategy_at(i)) != NULL; i++) {
		char params[128];
		uint64_t taken = 0, offline = 0, requests = 0;

		bs_small_params(s, params, sizeof(params));
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			const struct bs_schedule sc = {.s = s,
						       .params = params,
						       .kind = seed == 1 ? "madvise" : "model",
						       .fault = "latency=uniform,latency_mean=20ms",
						       .laws = bs_laws_of(s),
						       .ranges = true,
						       .seed = seed,
						       .steps = STEPS};
			struct bs_verdict v;

			bs_schedule_run(&sc, &v);
			if (v.law != BS_NO_LAW)
				fail_msg("%s, seed %u: law %s: %s", s->name, (unsigned int)seed,
					 bs_law_name(v.law), v.text);
			taken += v.ranges[0];
			offline += v.ranges[1];
			requests += v.requests;
		}
		if (!taken || !offline)
			fail_msg("%s: %u ranges taken, %u blocks offline, %u requests", s->name,
				 (unsigned int)taken, (unsigned int)offline,
				 (unsigned int)requests);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_law_holds_while_memory_goes_and_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
