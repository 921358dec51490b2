/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_compact.h - a run of a kernel that compacted or reclaimed, replayed and compared. */
#ifndef BS_VERIFY_COMPACT_H
#define BS_VERIFY_COMPACT_H

#include "compact_log.h"

/* What runs of one file hand on: clean page cache in its order, for what was moved is young again. */
struct bs_compact_carry {
	struct bs_compact_settings settings;
	struct bs_state_pages cache;
};

void bs_compact_carry_init(struct bs_compact_carry *c);
void bs_compact_carry_free(struct bs_compact_carry *c);

/* Replay the run in @text. BS_LOG_GO_ON, BS_LOG_STOP, or negative with the error of @v. */
int bs_verify_compact(struct bs_logrun *v, const struct bs_live *text, const struct bs_state *head,
		      struct bs_compact_carry *carry);

#endif
