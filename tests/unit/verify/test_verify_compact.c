// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A log of compact_memory with one thing in it changed: the first difference is named by its event, its field and its
 * rule. What such a log cannot mean is refused.
 */
#include "bs_test.h"

#include <buddysim/verify.h>

#include <stdlib.h>
#include <string.h>

#include "bs_dump_test.h"
#include "textfile.h"

#define LOG BS_SOURCE_DIR "/tests/oracle/data/compaction/linux-7.3-d_dir_mem.txt.zst"

/* The log's text. */
static char *read_log(void)
{
	struct bs_textfile *t;
	struct bs_error err;
	size_t size = 0;
	char *text = NULL, *line;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_ok(bs_textfile_open(LOG, &t, &err), &err);
	while (bs_textfile_line(t, &line, &err) >= 0)
		fprintf(f, "%s\n", line);
	bs_textfile_close(t);
	fclose(f);
	return text;
}

/* The @nth line, from 1, that begins with @begin, has @old there, and @new instead of it. */
static char *change(unsigned int nth, const char *begin, const char *old, const char *new)
{
	char *text = read_log(), *at = text, *changed, *end;
	size_t size;

	for (;;) {
		if (!strncmp(at, begin, strlen(begin)) && !--nth)
			break;
		at = strchr(at, '\n');
		assert_non_null(at);
		at++;
	}
	end = strchr(at, '\n');
	at = strstr(at, old);
	assert_true(at && at < end);
	size = strlen(text) + strlen(new) + 1;
	changed = malloc(size);
	snprintf(changed, size, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
	free(text);
	return changed;
}

static void differs(char *text, const char *what, const char *expected, const char *got)
{
	struct bs_verify_result r;
	struct bs_error err;

	assert_int_equal(bs_test_verify(text, &r, &err), 1);
	if (!strstr(r.what, what) || strcmp(r.expected, expected) || strcmp(r.got, got))
		fail_msg("%s: expected %s, got %s", r.what, r.expected, r.got);
	free(text);
}

static void refused(char *text, const char *says)
{
	bs_test_refused(text, says);
	free(text);
}

static void test_as_it_is(void **state)
{
	struct bs_verify_result r;
	struct bs_error err;
	char *text = read_log();

	(void)state;
	assert_int_equal(bs_test_verify(text, &r, &err), 0);
	assert_int_equal(r.operations, 173);
	assert_int_equal(r.dumps, 1);
	free(text);
}

static void test_a_step_differs(void **state)
{
	(void)state;
	differs(change(1, "ci 1536", " 45 32", " 45 31"), "ci: taken (compaction sources)", "31",
		"32");
	differs(change(1, "ci 1536", " 1581 ", " 1580 "), "ci: end (compaction sources)", "1580",
		"1581");
	differs(change(1, "cf 2560", " 256 0", " 255 0"), "cf: scanned (compaction targets)", "255",
		"256");
	differs(change(1, "m 1580", "-", "2000"), "m: target (compaction targets)", "2000", "none");
	differs(change(1, "cm 32", "32 0", "32 1"), "cm: moved (compaction moves)", "1", "0");
	differs(change(1, "cd 0", " 4", " 3"), "cd: verdict (compaction verdicts)", "3", "4");
	differs(change(1, "ce 0", "free=1536", "free=1535"), "ce: free (compaction)", "1535",
		"1536");
	differs(change(1, "cb 1", "migrate=4096", "migrate=4097"), "cb: migrate (compaction)",
		"4097", "4096");
}

/* Another step than the guest's, or none. */
static void test_another_step(void **state)
{
	(void)state;
	differs(change(1, "ci 512", "ci 512 1024 512 0", "cm 1 1"), "(compaction sources)",
		"cm 1 1", "ci 512 1024 512 0");
	differs(change(1, "cm 32", "cm 32 0\n", ""), "(compaction moves)", "cd 0 -1 5", "cm 32 0");
	differs(change(1, "dump end", "dump end", "cd 0 -1 4\ndump end"), "event", "cd 0 -1 4",
		"nothing more");
}

static void test_the_end_differs(void **state)
{
	(void)state;
	differs(change(2, "zonec 0", "cached_free=", "cached_free=1"),
		"zone 0 cached_free (compaction state)", "13584", "3584");
	differs(change(2, "vmev", "migrate_scanned=", "migrate_scanned=1"),
		"pages scanned for sources", "194597", "94597");
	differs(change(2, "skip 0", " 512", ""), "skip bit of 512", "no", "yes");
	differs(change(2, "zonex 1", "vm_free_blocks=0", "vm_free_blocks=512"),
		"free pages in whole blocks", "512", "0");
}

static void test_refused(void **state)
{
	(void)state;
	refused(change(1, "ci 512", "ci 512", "cj 512"), "unknown event");
	refused(change(1, "ci 512", "ci 512", "ci x"), "malformed event");
	refused(change(1, "m 1580", "m 1580 -", "m"), "malformed event");
	refused(change(1, "cd 0", "cd 0", "cd 99"), "no such zone");
	refused(change(1, "skip 0", " 512", " 5x2"), "is no page");
	refused(change(1, "comp 0", ":1", "+1"), "is no page");
	refused(change(1, "zonec 0", "zonec 0", "zonec x"), "no zone");
	refused(change(1, "zonec 0", "defer_shift=", "defer_shift=9"), "defer_shift");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_it_is),     cmocka_unit_test(test_a_step_differs),
		cmocka_unit_test(test_another_step), cmocka_unit_test(test_the_end_differs),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
