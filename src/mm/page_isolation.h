/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page_isolation.h - blocks and pageblocks out of circulation, and back. */
#ifndef BS_MM_PAGE_ISOLATION_H
#define BS_MM_PAGE_ISOLATION_H

#include "zone.h"

/* Take a free block, uncounted, and forget that it was taken: the caller counts and frees. */
void mm_take_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		   enum bs_why why);
void mm_untake_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order);
/* Take a free block as the kernel's isolate_free_page(); false: refused, nothing done. */
bool mm_isolate_free_page(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			  enum bs_why why);

/* One pageblock, whatever it holds and whatever reaches across its ends. 0 or -EBUSY. */
int mm_set_isolate(struct bs_machine *m, bs_pfn pfn);
void mm_unset_isolate(struct bs_machine *m, bs_pfn pfn, unsigned int mt);
/*
 * A range of whole pageblocks, as the kernel does it: whatever reaches across its ends.
 * @mt: what a failure restores, unless the model remembers the type
 * @parts: what merged with a pageblock that somebody else isolated is parted before a failure undoes
 * @keeps: does a page of [pfn, end), a pageblock, keep it from being isolated?
 */
struct mm_isolation {
	unsigned int mt;
	bool parts;
	bool (*keeps)(void *arg, bs_pfn pfn, bs_pfn end);
	void *arg;
};
int mm_isolate_range(struct bs_machine *m, bs_pfn start, bs_pfn end,
		     const struct mm_isolation *how);
void mm_unisolate_range(struct bs_machine *m, bs_pfn start, bs_pfn end, unsigned int mt);
/* Cut a free block at @offset pages, the pieces going to their pageblocks' types. */
void mm_split_free_page(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			bs_pfn offset);

#endif
