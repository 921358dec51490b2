// SPDX-License-Identifier: GPL-2.0-or-later
/* Several files, side by side or in turn: the same results, told in the order of the files. */
#include "bs_test.h"

#include <stdio.h>

#include <buddysim/verify.h>

#define DATA BS_SOURCE_DIR "/tests/oracle/data/"

struct told {
	unsigned int results, files, stop_behind;
	uint64_t operations;
	int ret[4];
	char names[4][64];
};

static void result(void *arg, const struct bs_verify_result *r)
{
	struct told *t = arg;

	/* Those of a file stand before it is done. */
	assert_int_equal(t->results, t->files);
	snprintf(t->names[t->results++], sizeof(t->names[0]), "%s", r->name);
	t->operations += r->operations;
}

static bool done(void *arg, unsigned int i, int ret, const struct bs_error *err)
{
	struct told *t = arg;

	assert_int_equal(i, t->files);
	assert_int_equal(ret < 0, *err->text != '\0');
	if (ret < 0)
		t->results++;
	t->ret[t->files++] = ret;
	return t->files != t->stop_behind;
}

static struct told run(unsigned int jobs, unsigned int stop_behind)
{
	static const char *const paths[] = {
		DATA "linux-6.1-t_partial_lazy.txt.zst", DATA "nowhere.txt",
		DATA "linux-6.12-t_partial_fork.txt.zst", DATA "linux-6.1-t_partial_lazy.txt.zst"};
	struct told t = {.stop_behind = stop_behind};
	const struct bs_verify_config cfg = {.result = result, .arg = &t};
	struct bs_error err;

	assert_ok(bs_verify_files(paths, 4, jobs, &cfg, done, &err), &err);
	return t;
}

static void test_side_by_side(void **state)
{
	const struct told one = run(1, 0);

	(void)state;
	assert_int_equal(one.files, 4);
	assert_int_equal(one.ret[0], 0);
	assert_true(one.ret[1] < 0);
	assert_string_equal(one.names[2], "linux-6.12-t_partial_fork.txt.zst");
	assert_true(one.operations > 1000);
	for (unsigned int jobs = 0; jobs < 5; jobs++) {
		const struct told t = run(jobs, 0);

		assert_memory_equal(&t, &one, sizeof(t));
	}
}

/* Whoever has enough hears nothing more. */
static void test_enough(void **state)
{
	(void)state;
	for (unsigned int jobs = 1; jobs < 4; jobs++)
		assert_int_equal(run(jobs, 2).files, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_side_by_side),
		cmocka_unit_test(test_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
