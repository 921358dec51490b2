// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every golden request sequence is reproduced line by line (invariant 34): the selection committed
 * here (the whole corpus: tests/shared/test_strategy_corpus.c). And a changed line is noticed.
 */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bs_vector_test.h"
#include "strategy_vectors.h"

#define DATA BS_SOURCE_DIR "/tests/golden/data/strategies"

static void test_selection(void **state)
{
	(void)state;
	assert_int_equal(bs_replay_vectors(DATA "/*.ops.gz"), 97);
}

static char *temp_file(const char *text)
{
	char *path = strdup("/tmp/bs-vector-XXXXXX");
	int fd;
	FILE *f;

	assert_non_null(path);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return path;
}

/* Two blocks of order 10, a batch of two: derived by hand from STRATEGIES.md, rotation. */
static const char ops_text[] = "pages 4096 9\n"
			       "zone 2 0 4096\n"
			       "boot 0 4096\n"
			       "pcp 2 0 1\n"
			       "strategy rotation61 capacity=2\n"
			       "pending\n"
			       "work\n"
			       "pending\n";
static const char out_text[] = "1\n"
			       "req 2 1024:10 0:10\n"
			       "req 2 3072:10 2048:10\n"
			       "done\n"
			       "0\n";

static void run_texts(const char *ops, const char *out, struct bs_vector_result *r)
{
	char *ops_path = temp_file(ops), *out_path = temp_file(out);
	struct bs_error err;

	assert_ok(bs_strategy_vector_run(ops_path, out_path, r, &err), &err);
	unlink(ops_path);
	unlink(out_path);
	free(ops_path);
	free(out_path);
}

static void test_a_difference_is_found(void **state)
{
	static const struct {
		const char *from, *to, *expected, *got;
		unsigned int at;
	} changes[] = {
		{"3072:10 2048:10", "2048:10 3072:10", "req 2 2048:10 3072:10",
		 "req 2 3072:10 2048:10", 7},
		{"done\n0", "done\n1", "1", "0", 8},
		{"done\n0\n", "done\n0\n0\n", "0", "(end)", 8},
		{"done\n0\n", "done\n", "(end of file)", "0", 8},
	};
	struct bs_vector_result r;

	(void)state;
	run_texts(ops_text, out_text, &r);
	assert_true(r.equal);
	assert_int_equal(r.requests, 2);
	bs_vector_result_free(&r);
	for (unsigned int i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *at = strstr(out_text, changes[i].from);
		char text[512];

		assert_non_null(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - out_text), out_text,
			 changes[i].to, at + strlen(changes[i].from));
		run_texts(ops_text, text, &r);
		assert_false(r.equal);
		assert_string_equal(r.expected, changes[i].expected);
		assert_string_equal(r.got, changes[i].got);
		assert_int_equal(r.at, changes[i].at);
		bs_vector_result_free(&r);
	}
}

static void test_malformed_files_are_refused(void **state)
{
	static const struct {
		const char *ops, *says;
	} cases[] = {
		{"pages 4096 9\nzone 2 0 4096\nboot 0 4096\n", "strategy needs a name"},
		{"pages 4096 9\nzone 2 0 4096\nboot 0 4096\nstrategy wishful\n",
		 "unknown strategy"},
		{"pages 4096 9\nzone 2 0 4096\nboot 0 4096\nstrategy bitmap speed=3\n", "speed"},
		{"pages 4096 9\nzone 2 0 4096\nwork\nstrategy bitmap\n", "before the strategy"},
		{"pages 4096 9\nzone 2 0 4096\nboot 0 4096\nstrategy bitmap\nduring x\n", "during"},
		{"pages 4096 9\nzone 2 0 4096\nboot 0 4096\nstrategy bitmap\nrotate 1 2\n",
		 "not the words"},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *ops = temp_file(cases[i].ops), *out = temp_file("");
		struct bs_vector_result r;
		struct bs_error err;

		assert_true(bs_strategy_vector_run(ops, out, &r, &err) < 0);
		if (!strstr(err.text, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
		bs_vector_result_free(&r);
		unlink(ops);
		unlink(out);
		free(ops);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_a_difference_is_found),
		cmocka_unit_test(test_malformed_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
