/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pa_compact.h - what the parts that log compaction and reclaim share
 *
 * pa_cache.c         page cache of the module's own, and pages that cannot be moved
 * pa_compact.c       what sets compaction and reclaim off
 * pa_compact_dump.c  their state as text
 * pa_compact_log.c   what they do, event by event
 * pa_user.c          the same while programs run, and who did it
 */
#ifndef PA_COMPACT_H
#define PA_COMPACT_H

#include <linux/fs.h>

#include "pa_oracle.h"

#define PA_MAX_INDEX 400000U

struct pa_fixed {
	struct page *page;
	u32 order;
};

/* Page cache by kind: 0 clean file pages, 1 swap-backed (as tmpfs; never reclaimed without swap). */
extern struct inode *pa_ino[2];
extern u32 pa_nr_index[2];
extern unsigned long *pa_present[2];

/* Events are logged. */
extern bool pa_compacting;

bool pa_key_ulong(char *word, const char *key, unsigned long *v);
int pa_cache_init(void);
void pa_log_cached(int which);
void pa_cdump_all(const char *name);
int pa_compact_log_init(void);
void pa_who(void);

#endif
