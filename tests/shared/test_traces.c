// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every shared trace that has a start dump, imported from its text and replayed: on one CPU all
 * requests agree and the final dumps are identical; on two CPUs, of which the dumps know one's
 * lists, as many as are decidable. (MEANING.md, agreement.)
 */
#include "bs_test.h"

#include <stdio.h>

#include "bs_agreement_test.h"
#include "bs_trace_test.h"

#define TRACES BS_SHARED_DIR "/traces/"

static void replay(const char *name, struct bs_agreed *a)
{
	struct bs_import_config cfg = {.keep_untraced = true};
	struct bs_trace_info info;
	char text[4096], state[4096], native[64];
	const char *path;
	struct bs_error err;

	snprintf(text, sizeof(text), TRACES "%s.ftrace.txt.zst", name);
	snprintf(state, sizeof(state), TRACES "%s.state.txt.gz", name);
	snprintf(native, sizeof(native), "%s.cborseq.zst", name);
	path = bs_test_path(native);
	assert_ok(bs_trace_import(text, path, &cfg, &info, &err), &err);
	bs_agree_on(path, state, "none", a);
	remove(path);
}

static void assert_agrees(const char *name, uint64_t total)
{
	struct bs_agreed a;

	replay(name, &a);
	assert_int_equal(a.total, total);
	assert_int_equal(a.strict + a.inferred, total);
	assert_int_equal(a.forced, 0);
	assert_int_equal(a.unexplained_frees, 0);
	assert_int_equal(a.final_state, BS_AGREED_EQUAL);
}

static void test_one_cpu(void **state)
{
	(void)state;
	assert_agrees("memhog_thp", 5326);
	assert_agrees("memhog_nothp", 123326);
	assert_agrees("churn_gcc", 25216);
}

/*
 * Two CPUs, memory pressure, reclaim and compaction, of which the trace says nothing; CPU 0's lists
 * are in no dump. How many agree (298834 when this was written) hangs on how quickly the guest is
 * put right after a miss: less than nine in ten would mean that it is not. Every request is counted.
 */
static void test_two_cpus(void **state)
{
	struct bs_agreed a;

	(void)state;
	replay("press_smp2", &a);
	assert_int_equal(a.total, 319522);
	assert_true(a.strict > a.total / 10 * 9);
	assert_true(a.inferred > 50);
	assert_int_equal(a.reasons, a.lost);
	assert_true(a.forced <= a.lost);
	assert_int_equal(a.alloc_failed, 0);
	assert_int_equal(a.skipped_frees, 0);
	assert_int_equal(a.final_state, BS_AGREED_DIFFERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_cpu),
		cmocka_unit_test(test_two_cpus),
	};

	if (!*BS_SHARED_DIR)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
