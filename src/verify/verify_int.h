/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_int.h - between verify.c and the two kinds of replays. */
#ifndef BS_VERIFY_INT_H
#define BS_VERIFY_INT_H

#include <buddysim/verify.h>

#include <stdio.h>

/* One difference found at operation @at. */
struct bs_found {
	enum bs_difference kind; /* or BS_DIFF_DUMP + part */
	uint64_t at, line;
	const char *what, *expected, *got;
};

/* Count it; the first is kept in the result. */
void bs_verify_note(struct bs_verify_result *r, const struct bs_found *f);

/*
 * Replay a file of dumps and operations.
 * @stop_before: 0, or leave operation number @stop_before undone and draw the lists it concerns
 *               into @drawn instead; nothing is noted in @r
 */
int bs_verify_dumps(const char *path, const struct bs_verify_config *cfg,
		    struct bs_verify_result *r, uint64_t stop_before, FILE *drawn,
		    struct bs_error *err);

/* Replay a vector against one .out file; @stop_before is a line number. */
int bs_verify_vector(const char *ops, const char *out, const char *kernel,
		     const struct bs_verify_config *cfg, struct bs_verify_result *r,
		     uint64_t stop_before, FILE *drawn, struct bs_error *err);

/* "zone 1 (DMA32): pcp L1[7,6] o0 M:[8,64r,..+12] o3 U:[0]": the lists that a request of @order and
 * @mt looks at; at most a few blocks of each. */
void bs_verify_draw(const struct bs_machine *m, unsigned int cpu, unsigned int order,
		    unsigned int mt, FILE *f);

#endif
