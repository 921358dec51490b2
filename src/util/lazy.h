/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lazy.h - arrays that are as long as the guest and cost only what is used of them: zeroed memory
 * that the host provides page by page at first touch.
 */
#ifndef BS_UTIL_LAZY_H
#define BS_UTIL_LAZY_H

#include <sys/mman.h>

#include <stddef.h>

/* NULL when out of address space. */
static inline void *bs_lazy_map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

#define BS_POPULATE_WRITE 23 /* MADV_POPULATE_WRITE: Linux 5.14, newer than the oldest headers */

/* All of it will be written before long: at once, for a fault on each page takes longer. A kernel that cannot
 * do that leaves it to the faults. */
static inline void bs_lazy_fill(void *p, size_t bytes)
{
	madvise(p, bytes, BS_POPULATE_WRITE);
}

static inline void bs_lazy_unmap(void *p, size_t bytes)
{
	if (p)
		munmap(p, bytes);
}

#endif
