/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arena.h - the real memory behind a guest: its mapping, the stamps in it, its discards.
 */
#ifndef BS_DEVICE_ARENA_H
#define BS_DEVICE_ARENA_H

#include <buddysim/device.h>

struct bs_arena {
	char *base; /* of page 0; aligned to 4 MiB, which huge pages are a part of */
	uint64_t nr_pages;
	uint64_t *touched; /* written and not discarded since: what is surely there */
	void *mapping; /* the arena with a guard on each side */
	size_t mapping_bytes;
	int advice; /* MADV_DONTNEED, MADV_FREE */
	int install; /* MADV_POPULATE_WRITE, newer than the oldest headers */
	bool fill; /* stamp the whole page, not only its start */
};

/* 0; -ENOMEM with @err. A failed one needs no unmap. */
int bs_arena_map(struct bs_arena *a, uint64_t nr_pages, bool thp, struct bs_error *err);
void bs_arena_unmap(struct bs_arena *a);

static inline char *bs_arena_page(const struct bs_arena *a, bs_pfn pfn)
{
	return a->base + ((size_t)pfn << BS_UNIT_SHIFT);
}

/* Stamp every page of a block. */
void bs_arena_stamp(struct bs_arena *a, bs_pfn pfn, unsigned int nr, uint32_t id);
/* Copy a block; @stamped: its stamps, damaged or not, become those of the other place. */
void bs_arena_move(struct bs_arena *a, bs_pfn from, bs_pfn to, unsigned int nr, bool stamped);
/* Pages of the block whose bit in @owned (indexed by pfn / 64) is set and whose stamp is not what
 * bs_arena_stamp() wrote; @first receives the first one. */
unsigned int bs_arena_verify(const struct bs_arena *a, bs_pfn pfn, uint64_t owned, uint32_t id,
			     bs_pfn *first);
/* Make a block resident without a stamp; stamps in it survive. */
void bs_arena_populate(struct bs_arena *a, bs_pfn pfn, unsigned int nr);
/* The same in one call, as a host does it; page by page where the kernel does not know how. */
void bs_arena_install(struct bs_arena *a, bs_pfn pfn, unsigned int nr);
/* Overwrite a block with one byte; does a page read as nothing but that byte? */
void bs_arena_fill(struct bs_arena *a, bs_pfn pfn, unsigned int nr, uint8_t byte);
bool bs_arena_is_filled(const struct bs_arena *a, bs_pfn page, uint8_t byte);
/* 0, or the errno of madvise(). */
int bs_arena_discard(struct bs_arena *a, bs_pfn pfn, unsigned int nr);

#endif
