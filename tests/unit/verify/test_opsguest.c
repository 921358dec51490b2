// SPDX-License-Identifier: GPL-2.0-or-later
/* A file may describe any guest, and what cannot be is refused where it stands. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opsfile.h"
#include "opsguest.h"

/* Run the lines of @text; the first error, whose where is "line N". What they printed in @out. */
static int run(const char *text, char *out, size_t size, struct bs_error *err)
{
	struct bs_ops_guest g = {.kernel = "linux-6.1"};
	char *copy = strdup(text), *save = NULL;
	FILE *f = fmemopen(out, size, "w");
	unsigned int n = 0;
	int ret = 0;

	assert_non_null(copy);
	assert_non_null(f);
	for (char *l = strtok_r(copy, "\n", &save); l && !ret; l = strtok_r(NULL, "\n", &save)) {
		struct bs_ops_line line;
		char where[32];

		snprintf(where, sizeof(where), "line %u", ++n);
		assert_true(bs_ops_split(l, &line));
		ret = bs_ops_command(&g, &line, f, where, err) != BS_OPS_DONE;
	}
	fclose(f);
	free(copy);
	bs_ops_guest_free(&g);
	return ret;
}

#define GUEST "pages 4096 9\nzone 2 0 4096\n"

/* Each of these once crashed, never ended, or handed one page out many times. */
static void test_what_no_guest_can_be_is_refused(void **state)
{
	static const struct {
		const char *text, *where, *says;
	} cases[] = {
		{"alloc 0 1 2 3264\n", "line 1", "no guest yet"},
		{"pages 4096 9\nboot 0 64\n", "line 2", "no guest yet"},
		{"pages 4096 9\npages 64 9\n", "line 2", "memory already"},
		{"pages 4096 0\n", "line 1", "out of range"},
		{"pages 999999999 9\n", "line 1", "out of range"},
		{"pages 18446744073709551617 9\n", "line 1", "numbers"},
		{GUEST "zone 2 0 512\n", "line 3", "there already"},
		{GUEST "zone 1 512 1024\n", "line 3", "there already"},
		{GUEST "boot 0 4096\nboot 0 4096\n", "line 4", "booted already"},
		{GUEST "boot 512 600\nboot 0 1024\n", "line 4", "booted already"},
		{GUEST "boot 64 8192\n", "line 3", "outside the memory"},
		{"pages 4096 9\nzone 2 1024 2048\nboot 0 64\n", "line 3", "in no zone"},
		{"pages 4096 9\nzone 2 1024 2048\niso 0\n", "line 3", "in no zone"},
		{GUEST "boot 0 64\nuniso 0 4\n", "line 4", "type out of range"},
		{GUEST "pcp 2 0 0\n", "line 3", "per-cpu lists"},
		{GUEST "wm 2 1 2 99999999999\n", "line 3", "watermark"},
		{GUEST "free 4294967296 0\n", "line 3", "not allocated"},
		{GUEST "alloc 0 one 2 3264\n", "line 3", "numbers"},
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_error err = {0};

		if (!run(cases[i].text, out, sizeof(out), &err))
			fail_msg("accepted: %s", cases[i].text);
		if (err.status != BS_INPUT || strcmp(err.where, cases[i].where) ||
		    !strstr(err.text, cases[i].says) || !err.advice[0])
			fail_msg("case %zu: %s: %s; %s", i, err.where, err.text, err.advice);
	}
}

/*
 * Boot in pieces that touch: nothing is handed over twice.
 *
 *   boot 0 8, boot 8 16   o4 M:[0]
 *   alloc o4 M            (nothing)
 */
static void test_boot_in_pieces(void **state)
{
	struct bs_error err;
	char out[64];

	(void)state;
	assert_ok(run(GUEST "boot 0 8\nboot 8 16\nalloc 4 1 2 3264\nalloc 0 1 2 3264\n", out,
		      sizeof(out), &err),
		  &err);
	assert_string_equal(out, "A 0\nA -1\n");
}

/* Whatever the allocator says: a page that is had already cannot be got, nor one that is not be given. */
static void test_a_page_has_one_owner(void **state)
{
	uint64_t owned[2] = {0};
	struct bs_ops_guest g = {.pages = 128, .owned = owned};

	(void)state;
	assert_true(bs_ops_own(&g, 56, 3, true));
	assert_true(bs_ops_own(&g, 64, 0, true));
	assert_false(bs_ops_own(&g, 64, 0, true));
	assert_true(bs_ops_own(&g, 60, 2, false));
	assert_false(bs_ops_own(&g, 56, 3, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_no_guest_can_be_is_refused),
		cmocka_unit_test(test_boot_in_pieces),
		cmocka_unit_test(test_a_page_has_one_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
