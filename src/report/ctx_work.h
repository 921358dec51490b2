/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctx_work.h - what a strategy has cost the lock of its zones so far, cheap enough to be asked at each
 * allocation. */
#ifndef BS_REPORT_CTX_WORK_H
#define BS_REPORT_CTX_WORK_H

#include <buddysim/report.h>

/* Nodes it has looked at, and hooks of it that ran under a lock. */
void bs_report_work(const struct bs_report_ctx *rc, uint64_t *nodes, uint64_t *hooks);

#endif
