/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strategy_vectors.h - replay a golden request sequence of a reporting strategy: an .ops file and
 * the .out file that the historical code produced from it (VECTORS.md).
 */
#ifndef BS_STRATEGY_VECTORS_H
#define BS_STRATEGY_VECTORS_H

#include <buddysim/types.h>

struct bs_vector_result {
	uint64_t commands, lines, pfns, requests;
	bool equal;
	/* the first difference: the command's line number, the expected and the actual line */
	uint64_t at;
	char command[160];
	char *expected, *got;
};

/* True if the .ops file has a strategy line; -errno with @err if it cannot be read. */
int bs_is_strategy_vector(const char *ops, struct bs_error *err);

/**
 * bs_strategy_vector_run - replay @ops and compare what it prints with @out, line by line
 *
 * Stops at the first difference. @r: filled in both cases; bs_vector_result_free() it.
 * Return: 0 if all was compared (r->equal says how); negative with @err if a file cannot be read,
 * is malformed, or a law broke.
 */
int bs_strategy_vector_run(const char *ops, const char *out, struct bs_vector_result *r,
			   struct bs_error *err);
void bs_vector_result_free(struct bs_vector_result *r);

#endif
