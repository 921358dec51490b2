// SPDX-License-Identifier: GPL-2.0-or-later
/* A trace gets its name when it was read back, and not before. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "result.h"

static const struct bs_trace_info info = {.source = "test", .nr_cpus = 1};

/* A writer that has taken an allocation, and @frees frees of it. */
static struct bs_trace_writer *written(const char *path, unsigned int frees)
{
	struct bs_trace_event ev = {.kind = BS_EV_ALLOC, .pfn = BS_NO_PFN};
	struct bs_trace_writer *w;
	struct bs_error err;

	assert_ok(bs_trace_create(path, &info, &w, &err), &err);
	assert_ok(bs_trace_write(w, &ev, &err), &err);
	ev.kind = BS_EV_FREE;
	ev.arg = 1;
	while (frees--)
		assert_ok(bs_trace_write(w, &ev, &err), &err);
	return w;
}

static void test_figures_are_those_of_the_file(void **state)
{
	const char *path = bs_test_path("a.cborseq.zst");
	struct bs_trace_info result;
	struct bs_error err;

	(void)state;
	assert_ok(bs_trace_hand_over(written(path, 1), &info, NULL, &result, &err), &err);
	assert_int_equal(result.events, 2);
	assert_int_equal(result.peak_pages, 1);
	assert_string_equal(result.source, "test");
	assert_int_equal(strlen(result.sha256), 64);
	/* They belonged to a reader that is gone. */
	assert_null(result.gfp);
	assert_null(result.names);
	assert_int_equal(result.nr_gfp, 0);
	bs_assert_trace_text(path, "0 alloc o0 none\n0 free age=1 o0+0\n");
}

/* No writer sees that a block is freed twice: the reader does, before there is a file. */
static void test_what_cannot_be_read_gets_no_name(void **state)
{
	const char *path = bs_test_path("b.cborseq");
	struct bs_trace_info result;
	struct bs_error err;
	unsigned char *data;
	size_t len;

	(void)state;
	assert_true(bs_trace_hand_over(written(path, 2), &info, NULL, &result, &err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_string_equal(err.where, path);
	assert_non_null(strstr(err.text, "not live"));
	assert_int_not_equal(access(path, F_OK), 0);
	/* Nor does it take the place of what is there. */
	bs_test_write_file(path, "older", 5);
	assert_true(bs_trace_hand_over(written(path, 2), &info, NULL, &result, &err) < 0);
	data = bs_test_read_file(path, &len);
	assert_int_equal(len, 5);
	assert_memory_equal(data, "older", 5);
	free(data);
}

/* Nobody wants figures: nothing is read. A device has none to read. */
static void test_without_figures(void **state)
{
	const char *path = bs_test_path("c.cborseq");
	struct bs_trace_info result;
	struct bs_error err;

	(void)state;
	assert_ok(bs_trace_hand_over(written(path, 2), &info, NULL, NULL, &err), &err);
	assert_int_equal(access(path, F_OK), 0);
	memset(&result, 0xff, sizeof(result));
	assert_ok(bs_trace_hand_over(written("/dev/null", 1), &info, NULL, &result, &err), &err);
	assert_int_equal(result.events, 0);
	assert_int_equal(result.chunks, 0);
}

static void test_stopped_while_it_is_read_back(void **state)
{
	const char *path = bs_test_path("d.cborseq");
	const volatile int stop = 1;
	struct bs_trace_info result;
	struct bs_error err;

	(void)state;
	assert_true(bs_trace_hand_over(written(path, 1), &info, &stop, &result, &err) < 0);
	assert_int_equal(err.status, BS_INTERRUPTED);
	assert_int_not_equal(access(path, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figures_are_those_of_the_file),
		cmocka_unit_test(test_what_cannot_be_read_gets_no_name),
		cmocka_unit_test(test_without_figures),
		cmocka_unit_test(test_stopped_while_it_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
