// SPDX-License-Identifier: GPL-2.0-or-later
/* A strategy is bound to a guest or the line is refused, and nothing starts a pass inside a pass. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strategy_run.h"

#define GUEST "pages 4096 9\nzone 2 0 4096\nboot 0 4096\npcp 2 0 1\n"
#define STRATEGY "strategy rotation61 capacity=2"

static int run(const char *text, char *out, size_t size, struct bs_error *err)
{
	char *copy = strdup(text), *save = NULL;
	FILE *f = fmemopen(out, size, "w");
	struct bs_strategy_run *r;
	struct bs_ops_line strategy;
	uint64_t n = 0;
	int ret;

	assert_non_null(copy);
	assert_non_null(f);
	assert_true(bs_ops_split(STRATEGY, &strategy));
	ret = bs_strategy_run_new("file", &strategy, &r, err);
	for (char *l = strtok_r(copy, "\n", &save); l && !ret; l = strtok_r(NULL, "\n", &save))
		ret = bs_strategy_run_line(r, "file", ++n, l, f);
	bs_strategy_run_free(r);
	fclose(f);
	free(copy);
	return ret;
}

static void test_what_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *text, *where, *says;
	} cases[] = {
		{"pages 4096 9\n" STRATEGY "\n", "file:2", "no guest yet"},
		{STRATEGY "\n", "file:1", "no guest yet"},
		{GUEST STRATEGY "\n" STRATEGY "\n", "file:6", "one strategy, once"},
		{GUEST STRATEGY "\nreport 2 9\n", "file:6", "reports in this file already"},
		{GUEST STRATEGY "\nduring 1 work\nwork\n", "file:7", "in flight"},
		{GUEST STRATEGY "\nduring 1 off\nwork\n", "file:7", "in flight"},
		{GUEST STRATEGY "\nduring 1 during 1 dump\nwork\n", "file:7", "in flight"},
		{GUEST STRATEGY "\nfly\n", "file:6", "unknown command"},
		{GUEST STRATEGY "\nrotate 2 10 4294967296 0\n", "file:6", "bad rotate"},
	};
	char out[512];

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

/* Allocating while the request is in flight is what `during` is for. */
static void test_a_command_runs_while_a_request_is_in_flight(void **state)
{
	struct bs_error err;
	char out[512];

	(void)state;
	assert_ok(run(GUEST STRATEGY "\nduring 1 alloc 10 1 2 3264\nduring 9 dump\nwork\n", out,
		      sizeof(out), &err),
		  &err);
	assert_non_null(strstr(out, "req 2 1024:10 0:10\nA "));
	assert_non_null(strstr(out, "skipped 9 dump\ndone\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_cannot_be_is_refused),
		cmocka_unit_test(test_a_command_runs_while_a_request_is_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
