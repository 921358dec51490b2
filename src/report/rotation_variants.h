/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rotation_variants.h - ideas of the threads that upstream never had: off unless asked for. */
#ifndef BS_ROTATION_VARIANTS_H
#define BS_ROTATION_VARIANTS_H

#include "rotation_state.h"

/* Its state, if a parameter wants any: 0 or -ENOMEM. Given back by the second. */
int bs_rotation_variants_begin(struct bs_report_ctx *rc);
void bs_rotation_variants_end(struct bs_report_ctx *rc);
/* Count marked blocks from now on: 0 or -ENOMEM. */
int bs_rotation_count_marks(struct bs_report_ctx *rc);
/* ... again from the start, where marks may have come and gone unheard. */
void bs_rotation_recount(struct bs_report_ctx *rc);
void bs_rotation_count_mark(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			    int change);
/* keep_raw: are so few raw blocks of @order left in @zone that they stay? */
bool bs_rotation_keeps(struct bs_report_ctx *rc, unsigned int zone, unsigned int order);
bool bs_rotation_gate_open(struct bs_report_ctx *rc);
/* zero_once: a block leaves its list, with or without a mark; one is handed out. */
void bs_rotation_zero_out(struct bs_report_ctx *rc, const struct bs_block *b);
void bs_rotation_zero_allocated(struct bs_report_ctx *rc, const struct bs_block *b);

#endif
