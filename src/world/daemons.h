/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemons.h - kswapd and kcompactd of a guest, in time of their own (MEANING.md, memory under pressure). */
#ifndef BS_DAEMONS_H
#define BS_DAEMONS_H

#include "pressure_parts.h"

/* Somebody's request for @order did not get what it wanted at once, on @cpu. */
void bs_kswapd_wake(struct bs_pressure *p, unsigned int cpu, unsigned int order);
/* Proactive compaction looks at the guest from time to time. */
void bs_kcompactd_start(struct bs_pressure *p);

#endif
