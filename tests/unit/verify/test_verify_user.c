// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs of processes: a log of a live kernel with one line changed says what is wrong there, and of whom.
 */
#include "bs_test.h"

#include <buddysim/verify.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bs_dump_test.h"
#include "textfile.h"

#define DATA BS_SOURCE_DIR "/tests/oracle/data/"

/* The log up to the first @from behind a line that begins with @behind, which becomes @to; NULL: as it is. */
static char *changed(const char *name, const char *behind, const char *from, const char *to)
{
	struct bs_textfile *t;
	struct bs_error err;
	char *line, *text;
	size_t size;
	bool armed = !behind, done = !from;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_ok(bs_textfile_open(name, &t, &err), &err);
	while (bs_textfile_line(t, &line, &err) >= 0) {
		const size_t n = from ? strlen(from) : 0;

		armed |= behind && !strncmp(line, behind, strlen(behind));
		if (armed && !done && !strncmp(line, from, n)) {
			fprintf(f, "%s%s\n", to, line + n);
			done = true;
		} else {
			fprintf(f, "%s\n", line);
		}
	}
	bs_textfile_close(t);
	fclose(f);
	assert_true(done);
	return text;
}

static void differs(const char *log, const char *behind, const char *from, const char *to,
		    const char *what, const char *expected, const char *got)
{
	char *text = changed(log, behind, from, to);
	struct bs_verify_result r;
	struct bs_error err;

	assert_int_equal(bs_test_verify(text, &r, &err), 1);
	if (!strstr(r.what, what) || !strstr(r.expected, expected) || !strstr(r.got, got))
		fail_msg("%s: expected %s, got %s", r.what, r.expected, r.got);
	assert_int_equal(r.differences[BS_DIFF_USER], 1);
	free(text);
}

#define LAZY DATA "linux-6.1-t_partial_lazy.txt.zst"
#define FORK DATA "linux-6.12-t_partial_fork.txt.zst"

/* As recorded it is exact, and its counters are compared. */
static void test_as_recorded(void **state)
{
	char *text = changed(LAZY, NULL, NULL, NULL);
	struct bs_verify_result r;
	struct bs_error err;

	(void)state;
	assert_ok(bs_test_verify(text, &r, &err), &err);
	assert_true(r.operations > 500 && r.checks > 5 && !*r.left);
	free(text);
}

static void test_faults(void **state)
{
	(void)state;
	/* The mask of a huge page's request, which `defrag` decides. */
	differs(FORK, "u touch", "pa 47104 9 0x3d20ca", "pa 47104 9 0x3d24ca", "u touch a",
		"order 9 with 0x3d24ca", "order 9 with 0x3d20ca");
	/* Nothing was mapped where the log has a huge page. */
	differs(FORK, NULL, "u map a 12288", "u map a 12284", "u touch a", "order 9", "order 0");
}

static void test_parts(void **state)
{
	(void)state;
	/* All of a huge page in place of one page of it: its deposited table would go at once. */
	differs(LAZY, NULL, "u adv a 2048 4 4", "u adv a 2048 2048 4", "u adv a 2048 2048",
		"nothing more", "page 38391, order 0, is freed");
}

static void test_where(void **state)
{
	(void)state;
	differs(FORK, NULL, "u at 0x100000000000 47104", "u at 0x100000000000 47616", "u at",
		"at 47616", "at 47104");
}

static void test_counters(void **state)
{
	(void)state;
	differs(LAZY, "u unmap a 0 16384", "vt pgfault=", "vt fault_alloc=999 pgfault=", "",
		"fault_alloc", "+");
}

/* What direct reclaim and compaction do is left out, and said to be. */
static void test_left_out(void **state)
{
	char *text = changed(LAZY, "u adv", "u adv", "rb 0 0x140dca\nu adv");
	struct bs_verify_result r;
	struct bs_error err;

	(void)state;
	assert_ok(bs_test_verify(text, &r, &err), &err);
	assert_non_null(strstr(r.left, "reclaim or compaction"));
	assert_true(r.operations > 10 && r.operations < 100);
	free(text);
}

/* kswapd at work is no end of it. */
static void test_kswapd(void **state)
{
	char *text = changed(LAZY, "u adv", "u adv",
			     "kq 0 1 0 0x140dca\nkw 0 1 0\nrs 0 0 0 12 1\nks 0\nu adv");
	struct bs_verify_result r;
	struct bs_error err;

	(void)state;
	assert_ok(bs_test_verify(text, &r, &err), &err);
	assert_true(r.operations > 500 && !*r.left);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_recorded), cmocka_unit_test(test_faults),
		cmocka_unit_test(test_parts),	    cmocka_unit_test(test_where),
		cmocka_unit_test(test_counters),    cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_kswapd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
