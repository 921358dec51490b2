/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * user.h - the memory of processes: what a fault, a part given back, a split, a collapse and an exit ask
 * of the page allocator, and in which order they give it back.
 *
 * A guest has one struct bs_user, each of its processes a struct bs_space. Where pages come from and go to
 * is the backend's (struct bs_user_ops): an allocator with memory behind it, or the log of a live kernel.
 * Kernels differ by the behaviours that RULES.md tells of under user memory.
 *
 *   table <- block <- space, split, swap, fault, collapse, moved <- zap, fork
 */
#ifndef BS_USER_H
#define BS_USER_H

#include <buddysim/types.h>

struct bs_user;
struct bs_space;

#define BS_USER_PAGE_SHIFT 12
#define BS_USER_HUGE_SHIFT 21
#define BS_USER_HUGE_ORDER 9
#define BS_USER_HUGE_PAGES 512

struct bs_user_page {
	bs_pfn pfn;
	uint8_t order;
};

/*
 * @alloc: BS_NO_PFN: there is none
 * @free: one block, at once
 * @hand_over: blocks that leave together, in this order
 * @later: page tables that are freed when no CPU can be reading them any more, in this order
 * @split: a block is as many pages of its own from now on; may be NULL
 * @unswapped: pages are in swap no more: they are about to be back (@in), or gone; needed where bs_user_evict() is used
 */
struct bs_user_ops {
	bs_pfn (*alloc)(void *arg, unsigned int order, unsigned int gfp);
	void (*free)(void *arg, bs_pfn pfn, unsigned int order);
	void (*hand_over)(void *arg, const struct bs_user_page *page, unsigned int n);
	void (*later)(void *arg, const struct bs_user_page *page, unsigned int n);
	void (*failed)(void *arg); /* no memory for the books */
	void (*split)(void *arg, bs_pfn pfn, unsigned int order);
	void (*unswapped)(void *arg, unsigned int pages, bool in);
};

enum bs_huge { BS_HUGE_NEVER, BS_HUGE_MADVISE, BS_HUGE_ALWAYS };
enum bs_huge_defrag {
	BS_HUGE_DEFRAG_ALWAYS,
	BS_HUGE_DEFRAG_DEFER,
	BS_HUGE_DEFRAG_DEFER_MADVISE,
	BS_HUGE_DEFRAG_MADVISE,
	BS_HUGE_DEFRAG_NEVER,
};
const char *const *bs_huge_words(void);
const char *const *bs_huge_defrag_words(void);

/* What /sys/kernel/mm/transparent_hugepage says. @middle_order: a size between a page and a huge page that is
 * enabled, or 0. */
struct bs_user_settings {
	enum bs_huge thp;
	enum bs_huge_defrag defrag;
	unsigned int max_ptes_none, middle_order;
	bool collapse_compacts; /* khugepaged/defrag */
	bool zero_page; /* a read of untouched memory maps the huge zero page */
};
extern const struct bs_user_settings bs_user_defaults;

/* Since the beginning. */
struct bs_user_counts {
	uint64_t thp_alloc, thp_failed; /* faults that got a huge page, or wanted one and did not */
	uint64_t collapse_alloc, collapse_failed;
	uint64_t split_mapping, split_page; /* a mapping went to small ones; a block into pages */
	uint64_t split_freed; /* pages that splits freed */
	uint64_t tables,
		tables_peak; /* that are in use now, of the last level; the most that were */
	uint64_t pages,
		huge_pages; /* pages that are mapped now; of them in huge pages that are whole */
};

/* @kernel: as bs_kernel_name() has it, or NULL for the default one. NULL: no memory. */
struct bs_user *bs_user_create(const char *kernel, const struct bs_user_ops *ops, void *arg);
void bs_user_destroy(struct bs_user *u);
struct bs_user_settings *bs_user_settings(struct bs_user *u);
const struct bs_user_counts *bs_user_counts(const struct bs_user *u);

/* Pages that wait together before they are on the LRU. */
unsigned int bs_user_lru_batch(const struct bs_user *u);
/* They are put there now. @told: from now on that happens only when this is called. */
void bs_user_lru_put(struct bs_user *u, bool told);

/* ---- Pages that move ------------------------------------------------------------------------- */

/* Is the block of @order at @pfn a page of a process, or a block of several as a whole? @nr_pages: of the guest. It
 * costs nothing until this is asked first. */
bool bs_user_has(struct bs_user *u, bs_pfn pfn, unsigned int order, bs_pfn nr_pages);
/* Such a block is at @to now. */
void bs_user_moved(struct bs_user *u, bs_pfn from, bs_pfn to, unsigned int order);

/* The page of a process, or its huge page, at @pfn goes to swap: it is the caller's to free. False: it cannot, for
 * others have it, too. bs_user_has() has been asked before. */
bool bs_user_evict(struct bs_user *u, bs_pfn pfn, unsigned int order);

/* ---- A process ------------------------------------------------------------------------------- */

struct bs_space *bs_space_create(struct bs_user *u);
/* fork(): both have what @parent has. The tables are allocated through the backend. */
struct bs_space *bs_space_fork(struct bs_space *parent);
/* Whatever it still has is given back; @before: entries that what lies below its memory takes in the first
 * bundles. Then it is no more. */
void bs_space_exit(struct bs_space *s, unsigned int before);
/* ... without anything being given back. */
void bs_space_forget(struct bs_space *s);

/* [at, at + bytes), of which nothing was mapped, is its own memory from now on, with nothing there. */
void bs_space_map(struct bs_space *s, uint64_t at, uint64_t bytes);
/* The area that ends at @at goes on for so much: what a process has of memory from malloc() grows that way. */
void bs_space_grow(struct bs_space *s, uint64_t at, uint64_t bytes);
void bs_space_unmap(struct bs_space *s, uint64_t at, uint64_t bytes);
/* madvise(): what is there goes, the addresses stay. */
void bs_space_dontneed(struct bs_space *s, uint64_t at, uint64_t bytes);
/* madvise(): what is there may go when memory is short. */
void bs_space_lazy_free(struct bs_space *s, uint64_t at, uint64_t bytes);
/* madvise(): huge pages are wanted, or not. */
void bs_space_advise(struct bs_space *s, uint64_t at, uint64_t bytes, bool huge);
/* mprotect(), mlock() of a part: huge mappings that reach across its ends are split. */
void bs_space_cut(struct bs_space *s, uint64_t at, uint64_t bytes);
/* An access to @at finds nothing that it may use. False: there is no memory, or @at is nowhere. */
bool bs_space_fault(struct bs_space *s, uint64_t at, bool write);
/* Would it? */
bool bs_space_faults(const struct bs_space *s, uint64_t at, bool write);
/* The page is written with something: it holds not only zeros. */
void bs_space_written(struct bs_space *s, uint64_t at);
/* ... all of the huge page, if there is one. */
void bs_space_all_written(struct bs_space *s, uint64_t at);
/* The page at @at; BS_NO_PFN: there is none; BS_ZERO_PFN: only zeros. */
#define BS_ZERO_PFN (BS_NO_PFN - 1)
bs_pfn bs_space_page(const struct bs_space *s, uint64_t at, bool *huge);
/* The block that the page at @at is freed with. */
bs_pfn bs_space_block(const struct bs_space *s, uint64_t at);
/* The first address from @at on where something is; UINT64_MAX: none. */
uint64_t bs_space_next(const struct bs_space *s, uint64_t at);
bool bs_space_has(const struct bs_space *s, uint64_t at);

/* Spaces that are created from now on are @owner's; this one is nobody's. */
void bs_user_owner(struct bs_user *u, const void *owner);
void bs_space_disown(struct bs_space *s);
/* Pages that an owner has in memory; all of its spaces are given back, as at an exit. */
uint64_t bs_user_pages_of(const struct bs_user *u, const void *owner);
void bs_user_exit_of(struct bs_user *u, const void *owner);

/* ---- When memory is short -------------------------------------------------------------------- */

/* The shrinker of partly freed huge pages: the whole queue, the newest first. Returns the pages it freed. */
uint64_t bs_user_shrink(struct bs_user *u);

/* ---- khugepaged ------------------------------------------------------------------------------ */

/* The range at @at may be collapsed: how many pages of it are there; 0: it may not. @unlimited: whatever
 * max_ptes_none says. */
unsigned int bs_space_collapsible(const struct bs_space *s, uint64_t at, bool unlimited);
/* The first range from @at on that may be. UINT64_MAX: none. */
uint64_t bs_space_next_collapse(const struct bs_space *s, uint64_t at);
/*
 * One pass of the daemon, which looks at up to @ranges ranges with anything in them, huge or not: of each process
 * those with the lowest addresses first; the next pass goes on where this one has stopped. None is looked at twice.
 * @looked, @made: at so many, of which so many were collapsed; @failed: there was no block, which ended it
 */
struct bs_user_pass {
	unsigned int ranges, looked, made;
	bool failed;
};
void bs_user_khugepaged(struct bs_user *u, struct bs_user_pass *pass);
/* It is. @waiting: pages of others in the LRU batch. False: there was no block. */
bool bs_space_collapse(struct bs_space *s, uint64_t at, bool compacts, unsigned int waiting);

#endif
