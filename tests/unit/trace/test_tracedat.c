// SPDX-License-Identifier: GPL-2.0-or-later
/* trace-cmd's binary file: recorded by Linux 6.18, two CPUs, one page of events each. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tracedat.h"

#define DAT BS_SOURCE_DIR "/tests/import/binary/trace-cmd.dat"

static int import(const char *path, struct bs_trace_info *info, struct bs_error *err)
{
	const struct bs_import_config config = {0};

	memset(err, 0, sizeof(*err));
	return bs_trace_import(path, bs_test_path("out.cborseq"), &config, info, err);
}

/* The same as of what trace-cmd report prints: counted with grep. */
static void test_binary_file_is_read(void **state)
{
	struct bs_trace_info info;
	struct bs_error err;
	char *events;

	(void)state;
	assert_ok(import(DAT, &info, &err), &err);
	assert_int_equal(info.allocs, 184);
	assert_int_equal(info.frees, 18); /* of which 16 were not printed: realloc_live, by parts */
	assert_int_equal(info.nr_cpus, 2);
	assert_int_equal(info.unusable + info.lost_events + info.unknown_lines, 0);
	events = bs_test_trace_text(bs_test_path("out.cborseq"));
	assert_non_null(strstr(events, "0 alloc o0 GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP "
				       "pfn=2674763\n"));
	free(events);
}

/* Cut short, damaged, or of a clock without seconds: an error that says so, whatever the library makes
 * of it. */
static void test_what_cannot_be_read_is_named(void **state)
{
	const char *path = bs_test_path("bad.dat");
	struct bs_trace_info info;
	struct bs_error err;
	unsigned char *dat, *clock;
	size_t n;

	(void)state;
	dat = bs_test_read_file(DAT, &n);
	bs_test_write_file(path, dat, 3000);
	assert_true(import(path, &info, &err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_non_null(strstr(err.text, "trace.dat"));
	clock = memmem(dat, n, "[mono]", 6);
	assert_non_null(clock);
	memcpy(clock, " mono ", 6);
	clock = memmem(dat, n, " x86-tsc", 8);
	memcpy(clock - 2, "[x86-tsc]", 9);
	bs_test_write_file(path, dat, n);
	assert_true(import(path, &info, &err) < 0);
	assert_non_null(strstr(err.text, "not seconds"));
	free(dat);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_binary_file_is_read),
		cmocka_unit_test(test_what_cannot_be_read_is_named),
	};

	/* Built without libtracecmd: the import says how to make text of it (tests/import). */
	if (!bs_is_tracedat("\x17\x08\x44tracing", 10))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
