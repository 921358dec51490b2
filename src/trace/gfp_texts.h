/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gfp_texts.h - the different gfp masks that a recording printed. There are few of them, and what they
 * mean is decided once, when all have been seen: they show which kernel printed them.
 */
#ifndef BS_TRACE_GFP_TEXTS_H
#define BS_TRACE_GFP_TEXTS_H

#include <buddysim/types.h>

#include "gfp_eras.h"

#define BS_GFP_TEXTS_MAX 65535
#define BS_GFP_TEXT_BYTES 512

enum bs_gfp_fate {
	BS_GFP_MEANS, /* @mask */
	BS_GFP_NO_NAME, /* none of its names is known */
	BS_GFP_NO_LAYOUT, /* a number that more than one era may have printed */
};

struct bs_gfp_text {
	char *text;
	uint32_t len, value;
	bool is_number;
	unsigned int migratetypes; /* said of it, a bit each */
	unsigned int eras; /* that have all its names */
	unsigned int unknown; /* names */
	uint64_t count;
	uint32_t line; /* first seen */
	/* once settled */
	enum bs_gfp_fate fate;
	uint32_t mask;
	unsigned int era;
};

struct bs_gfp_texts {
	struct bs_gfp_text *text;
	uint32_t *slot; /* index + 1 */
	uint32_t nr, cap, nr_slots, last;
	unsigned int eras; /* once settled: what they may be of */
	const char *how; /* and how that is known */
};

void bs_gfp_texts_free(struct bs_gfp_texts *t);
/* Which one it is, counted; UINT32_MAX: one too many, or too long; *@ret: -ENOMEM. */
uint32_t bs_gfp_texts_see(struct bs_gfp_texts *t, const char *text, size_t len, int migratetype,
			  uint32_t line, int *ret);
/* @eras: those of the version that was said, 0: none was; @how: by whom. */
void bs_gfp_texts_settle(struct bs_gfp_texts *t, unsigned int eras, const char *how);

#endif
