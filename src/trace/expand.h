/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expand.h - a chunk's packed columns, where they lie in the file's item, made ready to use. All that
 * decoding costs is in these loops; where the CPU has vectors of 32 bytes they use them.
 */
#ifndef BS_TRACE_EXPAND_H
#define BS_TRACE_EXPAND_H

#include "format.h"

/** What the loops found out about the events, so that none of them needs a branch. */
struct bs_expanded {
	uint8_t most_kind, most_order, most_cpu;
	bool batched; /* some event was freed as part of a page list */
	bool numbers; /* some event takes a number */
	uint32_t most_gfp; /* of these: index of the gfp mask */
	bool no_age; /* some free has the age 0 */
};

/* Kind and order out of the op column. */
void bs_expand_ops(struct bs_expanded *x, const uint8_t *op, unsigned int n, uint8_t *kind,
		   uint8_t *order);
/* BS_EVF_BATCHED is bit 7 of op; the other flags are in their own column. */
void bs_expand_flags(const uint8_t *op, const uint8_t *column, unsigned int n, uint8_t *flags);
/* @n elements of 1, 2 or 4 bytes as words; bits 16 to 23 of them, from a column of their own. */
void bs_expand_words(const void *column, unsigned int width, unsigned int n, uint32_t *words);
void bs_expand_high(const uint8_t *high, unsigned int n, uint32_t *words);
/* The arg column holds the gfp index of events that take a number. @x is added to. */
void bs_expand_args(struct bs_expanded *x, const uint8_t *kind, const uint32_t *raw, unsigned int n,
		    uint32_t *arg, uint8_t *gfp);
void bs_expand_cpus(struct bs_expanded *x, const uint8_t *cpu, unsigned int n);
/*
 * Times of events whose steps are @dt (u16) ticks, those of BS_DT_ESCAPE the next of the @nr_esc in
 * @esc (u64), since @t0: NULL, or what is wrong.
 */
const char *bs_expand_times(const void *dt, const void *esc, unsigned int nr_esc, bs_ns t0,
			    uint64_t tick, unsigned int n, bs_ns *time);

#endif
