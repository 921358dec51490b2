/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctx_figures.h - where the services write down what happened. */
#ifndef BS_REPORT_CTX_FIGURES_H
#define BS_REPORT_CTX_FIGURES_H

#include "ctx_base.h"

/* The map of what was told, for a strategy without marks: 0 or -1, out of memory. */
int bs_ctx_told_init(struct bs_report_ctx *rc);
void bs_ctx_told(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n, bool told);
/* The smallest order that the strategy reports. */
unsigned int bs_ctx_min_order(const struct bs_report_ctx *rc);
/* A request is made; and it is over, with @ret. */
void bs_ctx_count_request(struct bs_report_ctx *rc, unsigned int n);
void bs_ctx_count_result(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n,
			 int ret);

#endif
