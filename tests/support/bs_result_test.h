/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_result_test.h - what a run's result says, as a whole and figure by figure. */
#ifndef BS_RESULT_TEST_H
#define BS_RESULT_TEST_H

#include "bs_test.h"

#include <stdio.h>

#include <buddysim/sim.h>

/* The record; to be free()d. */
static inline char *bs_test_record(struct bs_result *r)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_int_equal(bs_result_print(r, BS_FORMAT_JSON, false, f), 0);
	fclose(f);
	return text;
}

/* A figure of the first cell, which must have it. */
static inline uint64_t bs_test_figure(const struct bs_result *r, const char *key)
{
	uint64_t v = 0;

	assert_int_equal(bs_result_metric(r, 0, key, &v), 0);
	return v;
}

#endif
