/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pageflags.h - /proc/kpageflags and /proc/kpagecount: 64 bits of each page frame, from 0 on. */
#ifndef BS_PAGEFLAGS_H
#define BS_PAGEFLAGS_H

#include <buddysim/types.h>

enum bs_page_is {
	BS_PAGE_IS_FREE = 1, /* on a free list */
	BS_PAGE_IS_LRU = 2, /* on an LRU list, or for a moment between two of them */
	BS_PAGE_IS_SLAB = 4,
	BS_PAGE_IS_COMPOUND = 8,
	BS_PAGE_IS_NONE = 16, /* no page there */
	BS_PAGE_IS_RESERVED = 32, /* the allocator never had it, or it is no memory */
};

/* @is: enum bs_page_is of each page */
struct bs_pageflags {
	uint8_t *is;
	uint64_t nr_pages;
};

/* Is it such a file? Looks at its beginning: what has bytes of 0 there is no text. "-" never is. */
bool bs_pageflags_is(const char *path);
/* @count: of kpagecount, or NULL. Both plain or .gz. 0, or negative with @err. */
int bs_pageflags_read(const char *path, const char *count, struct bs_pageflags *f,
		      struct bs_error *err);
void bs_pageflags_free(struct bs_pageflags *f);

/*
 * The free blocks in [start, end): what is free and aligned is one block, as large as can be, for that
 * is what the allocator makes of it. Stops when @block returns non-zero, and returns that.
 */
int bs_pageflags_blocks(const struct bs_pageflags *f, uint64_t start, uint64_t end,
			unsigned int max_order,
			int (*block)(void *arg, bs_pfn pfn, unsigned int order), void *arg);

#endif
