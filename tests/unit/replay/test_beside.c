// SPDX-License-Identifier: GPL-2.0-or-later
/* beside.c: which file belongs to which trace, and which one counts where there are several. */
#include "bs_test.h"

#include <stdlib.h>
#include <unistd.h>

#include "beside.h"

static char dir[] = "/tmp/bs-beside-XXXXXX";

static void make(const char *name)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
}

static void drop(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(unlink(path), 0);
}

static void is_found(const char *trace, const char *want)
{
	struct bs_error err;
	char path[256], *found = NULL;

	snprintf(path, sizeof(path), "%s/%s", dir, trace);
	if (!want) {
		assert_true(bs_state_beside(path, &found, &err) < 0);
		assert_int_equal(err.status, BS_INPUT);
		assert_non_null(strstr(err.text, "a.state.txt.zst"));
		return;
	}
	assert_ok(bs_state_beside(path, &found, &err), &err);
	assert_string_equal(found + strlen(dir) + 1, want);
	free(found);
}

static void test_names(void **state)
{
	(void)state;
	is_found("a.cborseq.zst", NULL);
	is_found("a.cborseq", NULL);
	make("a.cborseq.state");
	is_found("a.cborseq.zst", NULL); /* the trace's own ending is no part of the name */
	make("a.state");
	is_found("a.cborseq.zst", "a.state");
	make("a.state.txt");
	is_found("a.cborseq", "a.state.txt");
	make("a.state.txt.gz");
	is_found("a.cborseq", "a.state.txt.gz");
	make("a.state.txt.zst");
	is_found("a.cborseq.zst", "a.state.txt.zst");
	is_found("a", "a.state.txt.zst"); /* a trace of any name */
	drop("a.cborseq.state");
	drop("a.state");
	drop("a.state.txt");
	drop("a.state.txt.gz");
	drop("a.state.txt.zst");
}

/* One ending is taken off, and never the whole name. */
static void test_only_an_ending(void **state)
{
	(void)state;
	make("b.cborseq.state");
	is_found("b.cborseq.cborseq.zst", "b.cborseq.state");
	make(".cborseq.state");
	is_found(".cborseq", ".cborseq.state");
	drop("b.cborseq.state");
	drop(".cborseq.state");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_only_an_ending),
	};
	int ret;

	if (!mkdtemp(dir))
		return 1;
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return ret;
}
