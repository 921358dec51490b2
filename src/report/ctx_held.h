/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctx_held.h - what a client of the guest took and has given to the host: it may be all of the guest's
 * memory, page by page, so that it is a bit each. */
#ifndef BS_REPORT_CTX_HELD_H
#define BS_REPORT_CTX_HELD_H

#include "ctx_base.h"

/* 0 or -1, out of memory. */
int bs_ctx_given_init(struct bs_report_ctx *rc);
/* The host has answered for a client's block; or the client lets go of it. */
void bs_ctx_given(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, bool given);

#endif
