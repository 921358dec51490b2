/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm_test.h - small guests for allocator tests, and their lists compared as drawings.
 *
 * Unless a test says otherwise its guest is one NORMAL zone from pfn 0, pageblock_order 9, no
 * marks, one CPU whose per-cpu lists are transparent (high 0, batch 1), nothing booted.
 */
#ifndef BS_MM_TEST_H
#define BS_MM_TEST_H

#include "bs_test.h"

#define LINUX_5_4 "linux-5.4"
#define LINUX_6_1 "linux-6.1"
#define LINUX_6_12 "linux-6.12"

extern const char *const kernels[3];
#define for_each_kernel(k) for (unsigned int k = 0; k < 3; k++)

enum { U = BS_MIGRATE_UNMOVABLE, M = BS_MIGRATE_MOVABLE, R = BS_MIGRATE_RECLAIMABLE };

struct bs_machine *machine_with_pages(const char *kernel, bs_pfn pages);
/* The same with this pageblock_order. */
struct bs_machine *machine_with_blocks(const char *kernel, bs_pfn pages, unsigned int pbo);
/* Two zones: [0, edge) of @low, [edge, pages) NORMAL. */
struct bs_machine *machine_with_edge(const char *kernel, enum bs_zone_type low, bs_pfn edge,
				     bs_pfn pages);

void boot_range(struct bs_machine *m, bs_pfn start, bs_pfn end);
/* Allocate for the kernel (may sleep); -1 = failed. */
int64_t alloc(struct bs_machine *m, unsigned int mt, unsigned int order);
int64_t alloc_gfp(struct bs_machine *m, unsigned int gfp, unsigned int order);
void release(struct bs_machine *m, bs_pfn pfn, unsigned int order);
/* Break an allocated block into single pages, then free those of [start, end). */
void release_pages(struct bs_machine *m, bs_pfn start, bs_pfn end);

/* A guest of two CPUs, from a dump that holds the per-cpu lists of CPU 1 only. */
struct bs_machine *machine_from_half_a_dump(void);

/* Whole drawing; bs_machine_check() comes with it. */
#define assert_lists(m, text) assert_lists_at(m, text, __FILE__, __LINE__)
void assert_lists_at(struct bs_machine *m, const char *text, const char *file, int line);
/* Pageblock types from pfn 0, as letters. */
#define assert_types(m, text) assert_types_at(m, text, __FILE__, __LINE__)
void assert_types_at(struct bs_machine *m, const char *text, const char *file, int line);

uint64_t nr_free_pages(struct bs_machine *m, unsigned int zone);

#endif
