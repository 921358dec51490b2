/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctx_submit.h - requests that nobody has waited for. */
#ifndef BS_REPORT_CTX_SUBMIT_H
#define BS_REPORT_CTX_SUBMIT_H

#include "ctx_base.h"

void bs_ctx_tickets_free(struct bs_report_ctx *rc);

#endif
