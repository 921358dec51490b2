// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every policy through the engine, on kernels that differ most, under loads of several CPUs and with a reporter at
 * work: the guest's invariants hold on the way, content survives, nothing is refused, and it happens twice in the
 * same way.
 */
#include "bs_result_test.h"

#include <stdlib.h>
#include <string.h>

#include <buddysim/policy.h>

static const char *const loads[] = {
	"memhog:size=48MiB,cycles=2,hold=2500ms,pause=2500ms,base=16MiB,spread=4",
	"churn:size=16MiB,tasks=3,time=1s,hold=20ms,pause=20ms,lead=300ms",
	"build:events=6000,live=1500,process=80,huge=30,cpus=3,gap=100us",
};

static const char *const cells[][2] = {
	{"linux-5.4", "rotation:order=9"},
	{"linux-6.1", "rotation:order=0"},
	{"linux-6.1", "boundary"},
	{"linux-7.3", "rotation:order=4"},
};

static char *run(const char *load, const char *const *cell, const char *policy)
{
	struct bs_sim_config cfg;
	struct bs_result *r = NULL;
	struct bs_error err = {0};
	char *text;

	bs_sim_defaults(&cfg);
	cfg.load = load;
	cfg.strategies = &cell[1];
	cfg.nr_strategies = 1;
	cfg.host.device.kind = "madvise"; /* content is there to be looked at */
	cfg.guest.machine.memory_bytes = UINT64_C(256) << 20;
	cfg.guest.machine.kernel = cell[0];
	cfg.guest.policy = policy;
	cfg.window.check_every = 500;
	cfg.window.tail = 5 * BS_NS_PER_S;
	cfg.output.jobs = 1;
	cfg.output.timeline = false;
	if (bs_compare(&cfg, &r, &err))
		fail_msg("%s, %s, %s, %s: %s %s", policy, load, cell[0], cell[1], err.where,
			 err.text);
	assert_int_equal(bs_test_figure(r, "content_loss"), 0);
	assert_int_equal(bs_test_figure(r, "finished"), 1);
	assert_int_equal(bs_test_figure(r, "alloc_failed"), 0);
	text = bs_test_record(r);
	bs_result_free(r);
	return text;
}

static void test_laws_hold_under_every_policy(void **state)
{
	const struct bs_policy *p;

	(void)state;
	for (unsigned int i = 0; (p = bs_policy_at(i)); i++)
		for (size_t k = 0; k < sizeof(cells) / sizeof(cells[0]); k++) {
			const char *load = loads[(i + k) % (sizeof(loads) / sizeof(loads[0]))];
			char *first = run(load, cells[k], p->name),
			     *second = run(load, cells[k], p->name);

			assert_string_equal(first, second);
			free(first);
			free(second);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_laws_hold_under_every_policy)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
