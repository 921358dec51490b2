// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * madvise.c - the device that acts on real memory: blocks are stamped, reported ranges are given
 * to madvise(), and the effect is judged by the kernel's account, not by the return code.
 */
#include <errno.h>
#include <time.h>

#include "advice.h"
#include "arena_check.h"
#include "device_params.h"
#include "guard.h"

#define SAMPLE_EVERY 64

static uint64_t real_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * BS_NS_PER_S + (uint64_t)t.tv_nsec;
}

/* Pages that are given to the kernel's own judgement stay mapped until it wants them. */
static bool is_comparable(const struct bs_device *d)
{
	return d->advice == BS_ADVICE_DONTNEED || d->advice == BS_ADVICE_NONE;
}

static int madvise_create(struct bs_device *d, uint64_t peak_pages, struct bs_error *err)
{
	int ret = bs_guard_check(&bs_guard_proc, peak_pages, err);

	if (ret)
		return ret;
	ret = bs_account_open(&d->account, err);
	if (ret)
		return ret;
	ret = bs_arena_map(&d->arena, d->res.nr_pages, d->res.thp, err);
	if (ret) {
		bs_account_close(&d->account);
		return ret;
	}
	d->arena.advice = bs_advice_number(d->advice);
	d->arena.fill = d->touch == BS_TOUCH_ALL;
	d->collapses = bs_account_collapses();
	d->stats.content_checked = d->touch != BS_TOUCH_NONE;
	return 0;
}

static void madvise_destroy(struct bs_device *d)
{
	bs_arena_unmap(&d->arena);
	bs_account_close(&d->account);
}

static void madvise_touch(struct bs_device *d, bs_pfn pfn, unsigned int nr, uint32_t id,
			  bool faults)
{
	uint64_t start;

	/* Reading the clock costs more than a touch without a fault. */
	if (!faults) {
		bs_arena_stamp(&d->arena, pfn, nr, id);
		return;
	}
	start = real_ns();
	bs_arena_stamp(&d->arena, pfn, nr, id);
	d->stats.real_touch_ns += real_ns() - start;
}

static void madvise_move(struct bs_device *d, bs_pfn from, bs_pfn to, unsigned int nr, bool stamped)
{
	const uint64_t start = real_ns();

	bs_arena_move(&d->arena, from, to, nr, stamped);
	d->stats.real_touch_ns += real_ns() - start;
}

static void madvise_populate(struct bs_device *d, bs_pfn pfn, unsigned int nr)
{
	bs_arena_populate(&d->arena, pfn, nr);
}

static void madvise_install(struct bs_device *d, bs_pfn pfn, unsigned int nr)
{
	const uint64_t start = real_ns();

	bs_arena_install(&d->arena, pfn, nr);
	d->stats.real_touch_ns += real_ns() - start;
}

static void madvise_fill(struct bs_device *d, bs_pfn pfn, unsigned int nr, uint8_t byte)
{
	bs_arena_fill(&d->arena, pfn, nr, byte);
}

static bool madvise_is_filled(const struct bs_device *d, bs_pfn page, uint8_t byte)
{
	return bs_arena_is_filled(&d->arena, page, byte);
}

static uint64_t madvise_verify(struct bs_device *d, bs_pfn pfn, unsigned int nr, uint32_t id,
			       bs_pfn *first)
{
	const uint64_t word = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);
	uint64_t damaged = 0;

	for (uint64_t i = word; i < word + bs_nr_words(nr); i++) {
		bs_pfn page = BS_NO_PFN;
		const unsigned int found = bs_arena_verify(&d->arena, i * BS_WORD_PAGES,
							   d->res.words[i].owned & mask, id, &page);

		if (found && !damaged)
			*first = page;
		damaged += found;
	}
	return damaged;
}

static bool is_left_out(const uint64_t *failed, unsigned int i)
{
	return failed[i / 64] >> (i % 64) & 1;
}

/* Ranges from @i on that lie side by side, in either direction, are one call: how many, and where it begins. */
static unsigned int side_by_side(const struct bs_range *r, unsigned int i, unsigned int n,
				 const uint64_t *failed, bs_pfn *pfn, unsigned int *nr)
{
	unsigned int k = i + 1;
	bs_pfn end = r[i].pfn + (1U << r[i].order);

	*pfn = r[i].pfn;
	/* A smaller one may share a word of the arena's bitmap with others. */
	for (; k < n && r[k].order >= 6 && r[i].order >= 6 && !is_left_out(failed, k); k++) {
		const bs_pfn pages = (bs_pfn)1 << r[k].order;

		if (r[k].pfn == end)
			end += pages;
		else if (r[k].pfn + pages == *pfn)
			*pfn = r[k].pfn;
		else
			break;
	}
	*nr = end - *pfn;
	return k - i;
}

static int madvise_discard(struct bs_device *d, const struct bs_range *r, unsigned int n,
			   uint64_t *failed)
{
	const uint64_t start = real_ns();
	unsigned int done;
	int first = 0;

	for (unsigned int i = 0; i < n; i += done) {
		unsigned int nr;
		bs_pfn pfn;

		done = 1;
		if (is_left_out(failed, i))
			continue;
		done = side_by_side(r, i, n, failed, &pfn, &nr);
		if (!bs_arena_discard(&d->arena, pfn, nr))
			continue;
		/* Which of them is it? */
		for (unsigned int k = i; k < i + done; k++) {
			const int error = bs_arena_discard(&d->arena, r[k].pfn, 1U << r[k].order);

			if (!error)
				continue;
			failed[k / 64] |= UINT64_C(1) << (k % 64);
			if (!first)
				first = error;
		}
	}
	d->stats.real_madvise_ns += real_ns() - start;
	return first;
}

static void madvise_completed(struct bs_device *d, const struct bs_range *r, unsigned int n,
			      const uint64_t *failed)
{
	if (!is_comparable(d) || d->verify == BS_VERIFY_END)
		return;
	if (d->verify == BS_VERIFY_SAMPLE && d->stats.requests % SAMPLE_EVERY)
		return;
	for (unsigned int i = 0; i < n; i++)
		if (!(failed[i / 64] >> (i % 64) & 1))
			bs_arena_check_discarded(d, r[i]);
}

static int madvise_rss(struct bs_device *d, struct bs_rss *rss)
{
	return bs_account_rss(d->arena.base, (size_t)d->arena.nr_pages << BS_UNIT_SHIFT, rss);
}

static int madvise_check(struct bs_device *d, struct bs_error *err)
{
	int ret = 0;

	if (is_comparable(d))
		ret = bs_arena_check(d);
	if (ret)
		return bs_error_set(err, BS_RESOURCE, -ret, "the arena",
				    "use a --device without an arena, or mount /proc",
				    "the kernel's account of the arena cannot be read");
	if (!d->stats.residency_mismatches)
		return 0;
	if (err)
		*err = d->mismatch;
	return 1;
}

const struct bs_device_ops bs_device_madvise = {
	.traits =
		{
			.name = "madvise",
			.summary =
				"a real arena: blocks are stamped, reports are madvise()d and checked",
			.has_arena = true,
			.has_costs = true,
			.is_default = true,
			.preset = "default",
			.params = bs_device_all_params,
		},
	.create = madvise_create,
	.destroy = madvise_destroy,
	.touch = madvise_touch,
	.move = madvise_move,
	.populate = madvise_populate,
	.install = madvise_install,
	.fill = madvise_fill,
	.is_filled = madvise_is_filled,
	.verify = madvise_verify,
	.discard = madvise_discard,
	.completed = madvise_completed,
	.check = madvise_check,
	.rss = madvise_rss,
};
