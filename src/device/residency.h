/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * residency.h - the model of which guest pages the host holds, and of what it gets back.
 *
 * A page is resident (mapped) or not. With huge pages a 2 MiB region is in one of these states:
 *
 *   empty   nothing mapped, no page table: the next touch brings in one huge page, all 512 pages
 *   huge    one huge page, wholly mapped
 *   split   a page table: dropped in part at some time. What is left of the huge page stays
 *           mapped, what was dropped of it is "unmapped but not returned" until its last part
 *           goes; pages touched again are base pages of their own. Only a discard of the whole
 *           region removes the page table (Linux from 6.14; before, only khugepaged does).
 *
 * Blocks are naturally aligned, so that a block of less than 64 pages lies in one word, and one
 * of less than 512 in one region (MEANING.md, huge pages).
 */
#ifndef BS_DEVICE_RESIDENCY_H
#define BS_DEVICE_RESIDENCY_H

#include <buddysim/device.h>

#include "bits.h"
#include "cold.h"
#include "compiler.h"

#define BS_REGION_SHIFT 9 /* pages of 2 MiB */
#define BS_REGION_PAGES (1U << BS_REGION_SHIFT)
#define BS_WORD_PAGES 64U

/* The two bits the hot path looks at, of 64 pages, on one cache line. */
struct bs_page_word {
	uint64_t resident;
	uint64_t owned; /* allocated by the guest and not freed: the shadow map */
};

struct bs_region {
	bs_ns discarded; /* time of the latest discard that unmapped something here */
	uint16_t huge_left; /* pages of the huge page still mapped; 0: there is none, 512: all */
	uint16_t resident; /* pages mapped, of whatever kind */
	bool split, listed; /* listed: in populated[] */
	uint16_t swapped; /* pages that the host has swapped out */
};

struct bs_residency {
	struct bs_page_word *words;
	uint64_t *discarded; /* dropped, and not touched since */
	uint64_t *
		huge; /* mapped by the region's huge page; THP only, and only where that is in parts */
	uint64_t *swapped; /* swapped out; NULL unless the host may do that (swap.h) */
	uint64_t *
		saved; /* it lies in the snapshot that the guest was restored from; NULL: there is none (saved.h) */
	struct bs_cold cold; /* regions that hold memory, by their latest touch; only then */
	struct bs_region *regions;
	uint32_t *populated; /* regions of which anything was ever mapped, in that order */
	uint32_t nr_populated;
	uint64_t nr_pages;
	bool thp;
	/* levels and counts, in pages unless said */
	uint64_t resident, unmapped, swapped_out, saved_pages, peak;
	uint64_t redundant, discarded_total, returned;
	uint64_t came_back; /* out of a snapshot, because it was touched */
	uint64_t refaults; /* faults */
	uint64_t refault_pages, refault_1s, refault_10s, first_touch;
};

/* What one touch had to fault in, again or for the first time: for its cost. */
struct bs_refault {
	uint64_t base_pages, huge_pages; /* again; of 4 KiB, of 2 MiB */
	uint64_t first_base_pages, first_huge_pages; /* never discarded, no part of them */
	uint64_t swapped_pages; /* brought back */
	uint64_t restored_pages; /* ... out of the snapshot */
};

/* 0 or -ENOMEM with @err. A failed one needs no destroy. */
int bs_residency_init(struct bs_residency *r, uint64_t nr_pages, bool thp, struct bs_error *err);
void bs_residency_destroy(struct bs_residency *r);

/* Every page of [pfn, pfn+nr) becomes resident; @fault is added to. */
void bs_residency_touch(struct bs_residency *r, bs_pfn pfn, unsigned int nr, bs_ns now,
			struct bs_refault *fault);
void bs_residency_discard(struct bs_residency *r, bs_pfn pfn, unsigned int nr, bs_ns now);
/* From now on, before anything is resident, it is known which 2 MiB were touched longest ago, and they may
 * be swapped out. 0 or -ENOMEM with @err. */
int bs_residency_may_swap(struct bs_residency *r, struct bs_error *err);
/* A region of which something is resident goes to swap, until it is touched again: how many pages. */
unsigned int bs_residency_swap_out(struct bs_residency *r, uint32_t region);
/* The guest goes on from a snapshot that has those pages whose bit is set in @content: they come from it when they
 * are touched, and nothing is resident. */
void bs_residency_restore(struct bs_residency *r, const uint64_t *content);
/* What is in use of the region comes from there: how many pages. */
unsigned int bs_residency_come_back(struct bs_residency *r, uint32_t region, bs_ns now);

/* The bits of [pfn, pfn+nr) in its words; all of each word if there are several. */
static inline uint64_t bs_word_mask(bs_pfn pfn, unsigned int nr)
{
	return nr >= BS_WORD_PAGES ? UINT64_MAX
				   : ((UINT64_C(1) << nr) - 1) << (pfn % BS_WORD_PAGES);
}

static inline unsigned int bs_nr_words(unsigned int nr)
{
	return nr > BS_WORD_PAGES ? nr / BS_WORD_PAGES : 1;
}

static inline bool bs_residency_test(const struct bs_residency *r, bs_pfn pfn)
{
	return r->words[pfn / BS_WORD_PAGES].resident >> (pfn % BS_WORD_PAGES) & 1;
}

static inline bool bs_residency_all(const struct bs_residency *r, bs_pfn pfn, unsigned int nr)
{
	const struct bs_page_word *w = &r->words[pfn / BS_WORD_PAGES];
	const uint64_t mask = bs_word_mask(pfn, nr);

	if (nr >= BS_REGION_PAGES) {
		for (unsigned int i = 0; i < nr / BS_REGION_PAGES; i++)
			if (r->regions[(pfn >> BS_REGION_SHIFT) + i].resident != BS_REGION_PAGES)
				return false;
		return true;
	}
	for (unsigned int i = 0; i < bs_nr_words(nr); i++)
		if ((w[i].resident & mask) != mask)
			return false;
	return true;
}

/* Pages whose bit is set in @map, which has one for each page. Who reports a block asks for it, so it is no call. */
static inline __attribute__((always_inline)) uint64_t bs_map_count(const uint64_t *map, bs_pfn pfn,
								   unsigned int nr)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	uint64_t pages = 0;

	for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
		pages += bs_weight(map[i] & mask);
	return pages;
}

/* How many pages of it are there. */
static inline unsigned int bs_residency_count(const struct bs_residency *r, bs_pfn pfn,
					      unsigned int nr)
{
	const struct bs_page_word *w = &r->words[pfn / BS_WORD_PAGES];
	const uint64_t mask = bs_word_mask(pfn, nr);
	unsigned int pages = 0;

	for (unsigned int i = 0; i < bs_nr_words(nr); i++)
		pages += bs_weight(w[i].resident & mask);
	return pages;
}

/* Pages of word @i that the huge page of its region maps. */
static inline uint64_t bs_residency_huge(const struct bs_residency *r, uint64_t i)
{
	const unsigned int left = r->regions[i / (BS_REGION_PAGES / BS_WORD_PAGES)].huge_left;

	return left == BS_REGION_PAGES ? UINT64_MAX : left ? r->huge[i] : 0;
}

/* First page of [pfn, pfn+nr) that the guest owns, or BS_NO_PFN. */
bs_pfn bs_shadow_find_owned(const struct bs_residency *r, bs_pfn pfn, unsigned int nr);

/* The guest owns [pfn, pfn+nr) now. False, and nothing changed, if it owns some of it already. */
static inline bool bs_shadow_own(struct bs_residency *r, bs_pfn pfn, unsigned int nr)
{
	struct bs_page_word *w = &r->words[pfn / BS_WORD_PAGES];
	const uint64_t mask = bs_word_mask(pfn, nr);

	for (unsigned int i = 0; i < bs_nr_words(nr); i++)
		if (unlikely(w[i].owned & mask))
			return false;
	for (unsigned int i = 0; i < bs_nr_words(nr); i++)
		w[i].owned |= mask;
	return true;
}

static inline void bs_shadow_disown(struct bs_residency *r, bs_pfn pfn, unsigned int nr)
{
	struct bs_page_word *w = &r->words[pfn / BS_WORD_PAGES];
	const uint64_t mask = bs_word_mask(pfn, nr);

	for (unsigned int i = 0; i < bs_nr_words(nr); i++)
		w[i].owned &= ~mask;
}

#endif
