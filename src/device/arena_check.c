// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arena_check.c - the residency model against the kernel's own account of the arena (MEANING.md,
 * touching and residency).
 *
 * Base pages: equal, page by page. Huge pages: what was touched and not discarded since must be
 * there, and nothing may be there in a 2 MiB of which the model holds nothing; in between the
 * kernel is free (it may have no huge page to give, or make one later).
 */
#include "arena_check.h"

#define WINDOW_WORDS (BS_ACCOUNT_WINDOW / BS_WORD_PAGES)

struct window {
	bs_pfn pfn;
	unsigned int nr;
	uint64_t real[WINDOW_WORDS];
};

static void mismatch(struct bs_device *d, bs_pfn pfn, bool kernel_has_it, uint64_t pages)
{
	if (d->stats.residency_mismatches++)
		return;
	bs_error_set(&d->mismatch, BS_UNEQUAL, 0, "the arena",
		     "see which way it is with --verify each",
		     "residency differs at page %u: %s (%llu pages differ)", pfn,
		     kernel_has_it ? "discarded by the model, still held by the kernel"
				   : "resident by the model, not there for the kernel",
		     (unsigned long long)pages);
}

/* Does the model leave the kernel a choice about this word's region? */
static bool region_holds_something(const struct bs_residency *r, uint64_t word)
{
	const uint64_t per = BS_REGION_PAGES / BS_WORD_PAGES, first = word / per * per;

	for (uint64_t i = first; i < first + per && i * BS_WORD_PAGES < r->nr_pages; i++)
		if (r->words[i].resident)
			return true;
	return false;
}

/* khugepaged fills a partly used 2 MiB by itself: with it at work, what is in a region that was
 * ever taken apart is its business. */
static bool may_be_collapsed(const struct bs_device *d, uint64_t word)
{
	return d->res.regions[word * BS_WORD_PAGES >> BS_REGION_SHIFT].split &&
	       bs_account_collapses() != d->collapses;
}

/* Pages of a word that differ; @extra tells those the kernel has too much. */
static uint64_t compare_word(const struct bs_device *d, uint64_t word, uint64_t real,
			     uint64_t *extra)
{
	const uint64_t resident = d->res.words[word].resident;

	if (!d->res.thp) {
		*extra = real & ~resident;
		return real ^ resident;
	}
	*extra = 0;
	if (real && !resident && !region_holds_something(&d->res, word) &&
	    !may_be_collapsed(d, word))
		*extra = real;
	return *extra | (d->arena.touched[word] & ~real);
}

/* Pages that differ in a window; the first one is @first. */
static uint64_t compare_window(const struct bs_device *d, const struct window *w, bs_pfn *first,
			       bool *extra)
{
	uint64_t pages = 0;

	for (unsigned int i = 0; i < (w->nr + BS_WORD_PAGES - 1) / BS_WORD_PAGES; i++) {
		uint64_t too_much;
		const uint64_t word = w->pfn / BS_WORD_PAGES + i;
		const uint64_t differ = compare_word(d, word, w->real[i], &too_much);

		if (!differ)
			continue;
		if (!pages) {
			const unsigned int bit = (unsigned int)__builtin_ctzll(differ);

			*first = word * BS_WORD_PAGES + bit;
			*extra = too_much >> bit & 1;
		}
		pages += bs_weight(differ);
	}
	return pages;
}

static int verify_window(struct bs_device *d, struct window *w)
{
	const char *addr = bs_arena_page(&d->arena, w->pfn);
	int ret = bs_account_read(&d->account, addr, w->nr, d->res.thp, w->real);
	bs_pfn first = BS_NO_PFN;
	bool extra = false;
	uint64_t pages;

	if (ret)
		return ret;
	pages = compare_window(d, w, &first, &extra);
	/* Before it is called a difference: the host may have swapped pages out. */
	if (pages && !bs_account_read_swapped(&d->account, addr, w->nr, w->real))
		pages = compare_window(d, w, &first, &extra);
	if (pages)
		mismatch(d, first, extra, pages);
	return 0;
}

int bs_arena_check(struct bs_device *d)
{
	struct window w;
	int ret = 0;

	for (uint64_t pfn = 0; pfn < d->arena.nr_pages && !ret; pfn += BS_ACCOUNT_WINDOW) {
		const uint64_t left = d->arena.nr_pages - pfn;

		w.pfn = (bs_pfn)pfn;
		w.nr = left < BS_ACCOUNT_WINDOW ? (unsigned int)left : BS_ACCOUNT_WINDOW;
		ret = verify_window(d, &w);
	}
	d->stats.residency_checks += !ret;
	return ret;
}

/* Just now discarded, so it must be gone, whatever the size of the pages. */
int bs_arena_check_discarded(struct bs_device *d, struct bs_range r)
{
	uint64_t real[(1U << BS_MAX_UNIT_ORDER) / BS_WORD_PAGES];
	const unsigned int nr = 1U << r.order;
	uint64_t pages = 0;
	bs_pfn first = r.pfn;
	int ret;

	ret = bs_account_read(&d->account, bs_arena_page(&d->arena, r.pfn), nr, d->res.thp, real);
	if (ret)
		return ret;
	d->stats.residency_checks++;
	for (unsigned int i = 0; i < (nr + BS_WORD_PAGES - 1) / BS_WORD_PAGES; i++) {
		if (real[i] && !pages)
			first = r.pfn + i * BS_WORD_PAGES + (unsigned int)__builtin_ctzll(real[i]);
		pages += bs_weight(real[i]);
	}
	if (pages && !may_be_collapsed(d, r.pfn / BS_WORD_PAGES))
		mismatch(d, first, true, pages);
	return 0;
}
