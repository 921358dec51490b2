/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mm_user.h - what the allocator offers to those who model the rest of its kernel. */
#ifndef BS_MM_USER_H
#define BS_MM_USER_H

#include <buddysim/types.h>

struct bs_machine;

/* Is its LRU one of generations? */
bool bs_mm_lru_generations(const struct bs_machine *m);
/* A page is freed past the per-cpu lists, as one is whose lists another free holds. */
void bs_mm_free_past_pcp(struct bs_machine *m, unsigned int cpu, bs_pfn pfn);

#endif
