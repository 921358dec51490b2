/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctx_hooks.h - who listens to the allocator. */
#ifndef BS_REPORT_CTX_HOOKS_H
#define BS_REPORT_CTX_HOOKS_H

#include "ctx_base.h"

/* What the strategy wants by itself: every hook that it has, from its lowest order on. */
void bs_ctx_hooks_init(struct bs_report_ctx *rc);
/* Tell the allocator, after anything that the wish depends on has changed. */
void bs_ctx_apply_listen(struct bs_report_ctx *rc);

#endif
