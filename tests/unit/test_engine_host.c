// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay.c and env.c: what the host's side of memory costs the guest's CPUs, on traces of a few
 * events whose figures can be worked out by hand.
 */
#include "bs_test.h"

#include "bs_run_test.h"

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * The host evicts all that is free at its tick at 5 s. CPU 0 then takes 4 MiB: two frames are
 * installed, 5 ms per MiB, so that its next event, recorded at 6.004 s, happens at 6.020 s. CPU 1's
 * is on time.
 *
 *   CPU 0   |== install 2 x 2 MiB ==| alloc, 16 ms late
 *   CPU 1      alloc
 */
static void test_an_install_blocks_who_allocates(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_ALLOC, .order = 10},
		{.time = 1 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
		{.time = 6 * SEC, .kind = BS_EV_ALLOC, .order = 10},
		{.time = 6 * SEC + 3 * MS, .kind = BS_EV_FREE, .order = 10, .cpu = 1, .arg = 1},
		{.time = 6 * SEC + 4 * MS, .kind = BS_EV_ALLOC, .order = 10},
	};
	struct bs_run run;

	(void)state;
	for (int real = 0; real <= 1; real++) {
		bs_run_setup(&run, "shared-state", ev, COUNT(ev));
		run.cfg.tail = 1 * SEC;
		run.costs.install_per_mib = 5 * MS;
		run.costs.refault_per_mib = 1; /* not the fault's price */
		if (real)
			run.cfg.device.kind = "madvise";
		bs_run_go(&run);
		assert_int_equal(bs_run_metric(&run, "cpu_lag_ns"), 16 * MS);
		assert_int_equal(bs_run_metric(&run, "installs"), 2);
		assert_int_equal(bs_run_metric(&run, "install_bytes"), 4 << 20);
		/* needed again, so that the bound's law stands */
		assert_int_equal(bs_run_metric(&run, "refault_bytes.total"), 4 << 20);
		assert_int_equal(bs_run_metric(&run, "discarded_bytes"), 4 << 20);
		bs_result_free(run.r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_install_blocks_who_allocates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
