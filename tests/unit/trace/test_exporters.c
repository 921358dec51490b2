// SPDX-License-Identifier: GPL-2.0-or-later
/* exporters.c, export_operations.c, export_llfree.c: what other programs get of a trace. */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <buddysim/gfp.h>

#include "bs_trace_test.h"
#include "llfree.h"

/* A block from before; a user's huge page, of which a half goes; a request that failed; one in a hurry; the rest. */
static const struct bs_trace_event events[] = {
	{.kind = BS_EV_PRE, .order = 1, .gfp = BS_GFP_KERNEL, .pfn = 6},
	{.time = 1000,
	 .kind = BS_EV_ALLOC,
	 .order = 9,
	 .cpu = 1,
	 .gfp = BS_GFP_HIGHUSER_MOVABLE,
	 .pfn = 512},
	{.time = 2000, .kind = BS_EV_FAILED, .order = 10, .gfp = BS_GFP_KERNEL, .pfn = BS_NO_PFN},
	{.time = 2500, .kind = BS_EV_ALLOC, .gfp = BS_GFP_ATOMIC, .pfn = 17},
	{.time = 3000, .kind = BS_EV_FREE, .order = 8, .cpu = 1, .arg = 3, .offset = 256},
	{.time = 4000, .kind = BS_EV_FREE, .order = 1, .arg = 4},
	{.time = 5000, .kind = BS_EV_ALLOC, .order = 2, .gfp = BS_GFP_RECLAIMABLE, .pfn = 8},
};
#define NR_EVENTS (sizeof(events) / sizeof(events[0]))

static struct bs_trace *open_trace(bool has_pfn)
{
	const struct bs_trace_info info = {.nr_cpus = 2, .has_pfn = has_pfn};
	const char *path = bs_test_path("trace.cborseq");
	struct bs_trace *t;
	struct bs_error err;

	bs_test_write_trace(path, &info, events, NR_EVENTS);
	assert_ok(bs_trace_open(path, &t, &err), &err);
	assert_ok(bs_trace_scan(t, false, &err), &err);
	return t;
}

static unsigned char *exported(struct bs_trace *t, const char *form, size_t *len)
{
	struct bs_error err;

	assert_ok(bs_trace_export(t, form, bs_test_path("out"), &err), &err);
	return bs_test_read_file(bs_test_path("out"), len);
}

static void test_operations(void **state)
{
	struct bs_trace *t = open_trace(false);
	size_t len;
	char *text = (char *)exported(t, NULL, &len);

	(void)state;
	assert_string_equal(text, "# buddysim operations 1 cpus=2 ids=5 events=7 peak=515\n"
				  "a 1 1 W c0\n"
				  "a 2 9 V c1\n"
				  "a 4 0 A c0\n"
				  "f 2 +256 8 c1\n"
				  "f 1 c0\n"
				  "a 5 2 R c0\n");
	free(text);
	bs_trace_close(t);
}

static void test_llfree(void **state)
{
	struct bs_trace *t = open_trace(true);
	size_t len;
	unsigned char *out = exported(t, "llfree", &len);
	struct bs_llfree_event e;

	(void)state;
	/* The header and a page for each CPU; what failed has no place. */
	assert_int_equal(len, 3 * BS_LLFREE_PAGE);
	assert_int_equal(bs_llfree_get32(out), 2);
	assert_int_equal(bs_llfree_get32(out + 4), 2);
	assert_int_equal(bs_llfree_get32(out + 8), 1024);
	e = bs_llfree_unpack(out + BS_LLFREE_PAGE + BS_LLFREE_EVENT);
	assert_true(e.alloc && e.pfn == 6 && e.order == 1 && e.gfp == BS_GFP_KERNEL);
	e = bs_llfree_unpack(out + BS_LLFREE_PAGE + 5 * BS_LLFREE_EVENT);
	assert_true(!e.alloc && !e.us);
	assert_int_equal(bs_llfree_get32(out + 2 * BS_LLFREE_PAGE), 1);
	e = bs_llfree_unpack(out + 2 * BS_LLFREE_PAGE + 2 * BS_LLFREE_EVENT);
	assert_true(!e.alloc && e.pfn == 768 && e.order == 8 && e.us == 3);
	free(out);
	bs_trace_close(t);
}

static void test_what_cannot_be_exported(void **state)
{
	struct bs_trace *t = open_trace(false);
	struct bs_error err;

	(void)state;
	assert_true(bs_trace_export(t, "llfree", bs_test_path("none"), &err) < 0);
	assert_string_equal(err.text, "the trace has no pfns");
	assert_true(bs_trace_export(t, "llfre", bs_test_path("none"), &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_non_null(strstr(err.advice, "llfree"));
	assert_true(access(bs_test_path("none"), F_OK));
	bs_trace_close(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_llfree),
		cmocka_unit_test(test_what_cannot_be_exported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
