// SPDX-License-Identifier: GPL-2.0-or-later
#include "arena.h"

#include <sys/mman.h>

#include <errno.h>
#include <string.h>

#include "lazy.h"
#include "residency.h"

#define ARENA_ALIGN (UINT64_C(4) << 20)
/* Set in every stamp, and never in a pfn (BS_MAX_PFN): a stamp cannot be mistaken for the zeroes
 * that a lost page reads as. */
#define STAMP_MARK UINT32_C(0xa0000000)
#define PAGE_WORDS (BS_UNIT_SIZE / sizeof(uint64_t))

static size_t touched_bytes(uint64_t nr_pages)
{
	return (nr_pages + BS_WORD_PAGES - 1) / BS_WORD_PAGES * sizeof(uint64_t);
}

static int map_failed(int error, uint64_t nr_pages, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, error, "the arena",
			    "use a --device without an arena, or a smaller --memory",
			    "cannot map an arena of %llu MiB",
			    (unsigned long long)(nr_pages >> (20 - BS_UNIT_SHIFT)));
}

int bs_arena_map(struct bs_arena *a, uint64_t nr_pages, bool thp, struct bs_error *err)
{
	const size_t bytes = nr_pages << BS_UNIT_SHIFT;
	/* Inaccessible pages on both sides: the kernel must not merge the arena with a neighbour,
	 * or its figures in smaps, and its huge pages, would reach beyond the guest. */
	const size_t whole = bytes + 2 * ARENA_ALIGN;
	char *p;
	int error;

	*a = (struct bs_arena){.nr_pages = nr_pages, .install = BS_POPULATE_WRITE};
	p = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return map_failed(errno, nr_pages, err);
	a->mapping = p;
	a->mapping_bytes = whole;
	a->base = (char *)(((uintptr_t)p + ARENA_ALIGN) & ~(uintptr_t)(ARENA_ALIGN - 1));
	a->touched = bs_lazy_map(touched_bytes(nr_pages));
	if (a->touched && mprotect(a->base, bytes, PROT_READ | PROT_WRITE) == 0) {
		/* Refused by kernels built without huge pages: then there are none to avoid, and
		 * for want of them the bracket of the check still holds. */
		madvise(a->base, bytes, thp ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
		return 0;
	}
	error = errno;
	bs_arena_unmap(a);
	return map_failed(error, nr_pages, err);
}

void bs_arena_unmap(struct bs_arena *a)
{
	bs_lazy_unmap(a->touched, touched_bytes(a->nr_pages));
	bs_lazy_unmap(a->mapping, a->mapping_bytes);
	memset(a, 0, sizeof(*a));
}

static uint64_t stamp_of(bs_pfn pfn, uint32_t id)
{
	return (uint64_t)id << 32 | (pfn ^ STAMP_MARK);
}

static void mark_touched(struct bs_arena *a, bs_pfn pfn, unsigned int nr)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);

	for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
		a->touched[i] |= mask;
}

void bs_arena_stamp(struct bs_arena *a, bs_pfn pfn, unsigned int nr, uint32_t id)
{
	const unsigned int words = a->fill ? PAGE_WORDS : 1;

	mark_touched(a, pfn, nr);
	for (unsigned int i = 0; i < nr; i++) {
		uint64_t *page = (uint64_t *)bs_arena_page(a, pfn + i);

		for (unsigned int w = 0; w < words; w++)
			page[w] = stamp_of(pfn + i, id);
	}
}

/* Of a stamp only the pfn changes: what was damaged before is so behind it. */
void bs_arena_move(struct bs_arena *a, bs_pfn from, bs_pfn to, unsigned int nr, bool stamped)
{
	const unsigned int words = a->fill ? PAGE_WORDS : 1;

	memcpy(bs_arena_page(a, to), bs_arena_page(a, from), (size_t)nr << BS_UNIT_SHIFT);
	mark_touched(a, to, nr);
	for (unsigned int i = 0; stamped && i < nr; i++) {
		uint64_t *page = (uint64_t *)bs_arena_page(a, to + i);

		for (unsigned int w = 0; w < words; w++)
			page[w] ^= (from + i) ^ (to + i);
	}
}

static bool stamp_is_whole(const struct bs_arena *a, bs_pfn pfn, uint32_t id)
{
	const uint64_t *page = (const uint64_t *)bs_arena_page(a, pfn);
	const uint64_t stamp = stamp_of(pfn, id);
	const unsigned int words = a->fill ? PAGE_WORDS : 1;
	uint64_t difference = 0;

	for (unsigned int w = 0; w < words; w++)
		difference |= page[w] ^ stamp;
	return !difference;
}

unsigned int bs_arena_verify(const struct bs_arena *a, bs_pfn pfn, uint64_t owned, uint32_t id,
			     bs_pfn *first)
{
	const bs_pfn base = pfn & ~(BS_WORD_PAGES - 1);
	unsigned int damaged = 0;

	for (; owned; owned &= owned - 1) {
		const bs_pfn page = base + (unsigned int)__builtin_ctzll(owned);

		if (stamp_is_whole(a, page, id))
			continue;
		if (!damaged++)
			*first = page;
	}
	return damaged;
}

void bs_arena_populate(struct bs_arena *a, bs_pfn pfn, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		const bs_pfn page = pfn + i;

		/* A write, for a read would map the shared zero page. What was touched is there
		 * already, perhaps with somebody's stamp. */
		if (!(a->touched[page / BS_WORD_PAGES] >> (page % BS_WORD_PAGES) & 1))
			*(volatile uint64_t *)bs_arena_page(a, page) = 0;
	}
	mark_touched(a, pfn, nr);
}

void bs_arena_install(struct bs_arena *a, bs_pfn pfn, unsigned int nr)
{
	if (madvise(bs_arena_page(a, pfn), (size_t)nr << BS_UNIT_SHIFT, a->install))
		bs_arena_populate(a, pfn, nr);
	else
		mark_touched(a, pfn, nr);
}

void bs_arena_fill(struct bs_arena *a, bs_pfn pfn, unsigned int nr, uint8_t byte)
{
	memset(bs_arena_page(a, pfn), byte, (size_t)nr << BS_UNIT_SHIFT);
	mark_touched(a, pfn, nr);
}

bool bs_arena_is_filled(const struct bs_arena *a, bs_pfn page, uint8_t byte)
{
	const char *p = bs_arena_page(a, page);

	/* The first byte is right, and each is like the one before it. */
	return (uint8_t)*p == byte && memcmp(p, p + 1, BS_UNIT_SIZE - 1) == 0;
}

int bs_arena_discard(struct bs_arena *a, bs_pfn pfn, unsigned int nr)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	int ret, tries = 10;

	/* EAGAIN: the kernel could not get what it needed at that moment. */
	do {
		ret = madvise(bs_arena_page(a, pfn), (size_t)nr << BS_UNIT_SHIFT, a->advice);
	} while (ret && errno == EAGAIN && --tries);
	if (ret)
		return errno;
	for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
		a->touched[i] &= ~mask;
	return 0;
}
