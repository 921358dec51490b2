/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * yardstick.h - the least that a buddy allocator can do, for `bench` to compare with: descriptors of 16 bytes
 * with 32-bit links, one list per order, merging and splitting, and if wanted one list of single pages in front
 * of it. No zones, no migratetypes, no watermarks, no hooks: nothing that a kernel's has beside.
 */
#ifndef BS_SIM_YARDSTICK_H
#define BS_SIM_YARDSTICK_H

#include <stdbool.h>
#include <stdint.h>

struct yardstick;

/* 2^@shift pages, all free; @list: with the list of single pages. NULL: out of memory. */
struct yardstick *yardstick_create(unsigned int shift, bool list);
void yardstick_destroy(struct yardstick *y);
/* The first page, or UINT32_MAX. */
uint32_t yardstick_alloc(struct yardstick *y, unsigned int order);
void yardstick_free(struct yardstick *y, uint32_t pfn, unsigned int order);

#endif
