// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All golden request sequences beside the checkout in ../shared, of which tests/golden has a
 * selection. Skipped (exit status 77) where it is absent.
 */
#include "bs_test.h"

#include "bs_vector_test.h"

static void test_whole_corpus(void **state)
{
	(void)state;
	assert_int_equal(bs_replay_vectors(BS_SHARED_DIR "/spec/strategy-vectors/small/*.ops"),
			 163);
	assert_int_equal(bs_replay_vectors(BS_SHARED_DIR "/spec/strategy-vectors/long/*.ops.gz"),
			 72);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_corpus),
	};

	if (!*BS_SHARED_DIR)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
