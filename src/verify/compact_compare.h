/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compact_compare.h - a guest in the state of a dump of a kernel that compacts, and compared with one. */
#ifndef BS_COMPACT_COMPARE_H
#define BS_COMPACT_COMPARE_H

#include "compact_follow.h"

/* A guest in the state of dump @d of the run. 0, or negative with the error of @v. */
int bs_compact_guest(struct bs_logrun *v, const struct bs_compact_log *log,
		     const struct bs_compact_dump *d);
/* Compare all that dump @end tells with the guest of @f, which began in the state of @start. @live: a CPU that is
 * idle folded its counters when it liked. @considered: what is counted without a run is in the log, too. */
int bs_compact_compare(struct bs_compact_follow *f, const struct bs_compact_dump *start,
		       const struct bs_compact_dump *end, bool live, bool considered);

#endif
