/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctx.h - making a context from what is parsed and checked. */
#ifndef BS_REPORT_CTX_H
#define BS_REPORT_CTX_H

#include "ctx_base.h"

/* As bs_report_create(). @values: of the strategy's parameters; copied. */
int bs_ctx_create(struct bs_machine *m, const struct bs_strategy *s, const uint64_t *values,
		  const struct bs_env *env, struct bs_report_ctx **out, struct bs_error *err);

#endif
