// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_meaning.c - the second pass of an import: events named by pfn become events named by age. What
 * each page's word in the map says decides what an event means; traces/README.md lists the cases.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "import_parts.h"
#include "import_state.h"
#include "pfnmap.h"
#include "reasons.h"
#include "result.h"

/* A page's word: LIVE | number << 10 | page within the block, so that the words of a piece of a
 * block are consecutive; or FREED | 1 + spool index of the plain free whose batched twin may come,
 * on the head page; or FREED; or WAS_FREE: never named, and free when the trace began, as a state has it; or
 * 0: never named. */
#define LIVE (UINT64_C(1) << 63)
#define FREED (UINT64_C(1) << 62)
#define WAS_FREE (UINT64_C(1) << 61)
#define PAGE_BITS 10
#define PAGE_MASK ((UINT64_C(1) << PAGE_BITS) - 1)

/* The same event printed twice is no further apart, and neither are the frees of one block's pages. */
#define TWICE_NS 10000
#define RUN_STEP_NS 2000
#define RECENT 4
#define AHEAD 12 /* events: a few hundred ns */

struct meaning {
	struct import *im;
	struct bs_trace_info *info;
	struct bs_pfnmap map;
	struct bs_import_pres pres;
	uint64_t numbers; /* without the PREs, which come before all */
	uint64_t t0, now; /* times as the source has them */
	bool started;
	bool saw_user; /* user memory was allocated: boot is over */
	bool coalesce;
	struct bs_import_start start;
	/* In old kernels the batched event came directly before the plain one: which page, + 1 */
	uint32_t batched_first[BS_MAX_CPUS];
	struct bs_raw_event recent[BS_MAX_CPUS][RECENT]; /* each CPU's last events */
	uint8_t next_recent[BS_MAX_CPUS];
	struct bs_error *err;
};

static int out_of_memory(struct meaning *m)
{
	return bs_error_set(m->err, BS_RESOURCE, ENOMEM, m->im->path, NULL, "importing");
}

/* ---- Events out ----------------------------------------------------------------------------- */

static int put(struct meaning *m, const struct bs_raw_event *e, enum bs_ev kind,
	       struct bs_spooled ev)
{
	ev.time = m->now - m->t0;
	ev.kind = (uint8_t)(kind & 7);
	ev.cpu = e->cpu;
	return bs_spool_add(&m->im->out, &ev, m->err);
}

static int put_pre(struct meaning *m, bs_pfn pfn, unsigned int order, bool batched)
{
	struct bs_import_pres *p = &m->pres;

	if (p->nr == p->cap) {
		uint64_t cap = p->cap ? p->cap * 2 : 1024;
		struct bs_import_pre *bigger = realloc(p->pre, cap * sizeof(*bigger));

		if (!bigger)
			return out_of_memory(m);
		p->pre = bigger;
		p->cap = cap;
	}
	p->pre[p->nr++] =
		(struct bs_import_pre){.pfn = pfn, .order = (uint8_t)order, .batched = batched};
	return 0;
}

/* ---- Pieces --------------------------------------------------------------------------------- */

/* Are the 2^order words one piece of one live block, or all never named, or all free? */
static bool is_uniform(const uint64_t *word, unsigned int order)
{
	const uint64_t first = word[0];

	if (first & LIVE && first & ((UINT64_C(1) << order) - 1))
		return false;
	for (unsigned int i = 1; i < 1u << order; i++)
		if (first & LIVE ? word[i] != first + i
				 : ((word[i] ^ first) & (LIVE | FREED | WAS_FREE)) != 0)
			return false;
	return true;
}

/* The largest aligned uniform piece at @at within @nr pages. */
static unsigned int piece_order(const uint64_t *word, unsigned int at, unsigned int nr)
{
	unsigned int order = 0;

	while (!(at & ((2u << order) - 1)) && at + (2u << order) <= nr &&
	       is_uniform(word + at, order + 1))
		order++;
	return order;
}

static void set_freed(uint64_t *word, unsigned int order)
{
	for (unsigned int i = 0; i < 1u << order; i++)
		word[i] = FREED;
}

/** What a free found. */
struct found {
	bool unknown; /* memory from before the trace */
	bool again; /* memory that was free */
};

/** Which pieces of a block are freed. */
enum pieces {
	ALL,
	OWNED, /* by a block of the trace, or, as far as a state tells, in use when it began */
};

/* What no block of the trace owns is no memory from before it, or none that has to be freed. */
static bool leaves_out(struct meaning *m, enum pieces which, uint64_t word, bs_pfn pfn,
		       struct found *found)
{
	if (which == OWNED)
		return word & (FREED | WAS_FREE) || !bs_import_start_takes(&m->start, pfn);
	if (!(word & FREED || (word & WAS_FREE && bs_import_start_is_fault(&m->start))) ||
	    m->im->config->keep_untraced)
		return false;
	found->again = true;
	return true;
}

/*
 * Free what @e names, in as many pieces as it is known by. Pieces that no event allocated become
 * PRE blocks, if they were never named; those that were freed before are left out: a
 * page can have been in use at the start once. *@found tells that there were some.
 */
static int free_pieces(struct meaning *m, const struct bs_raw_event *e, unsigned int flags,
		       enum pieces which, struct found *found)
{
	const bs_pfn pfn = (bs_pfn)e->pfn;
	uint64_t *word = bs_pfnmap_at(&m->map, pfn, e->order), first = m->im->out.nr;
	unsigned int nr = 1u << e->order;

	if (!word)
		return out_of_memory(m);
	*found = (struct found){0};
	for (unsigned int at = 0, order; at < nr; at += 1u << order) {
		struct bs_spooled ev = {.pfn = pfn + at, .flags = (uint8_t)flags};
		int ret;

		order = piece_order(word, at, nr);
		ev.order = (uint8_t)order;
		if (word[at] & LIVE) {
			ev.number = (word[at] & ~LIVE) >> PAGE_BITS;
			ev.offset = (uint32_t)(word[at] & PAGE_MASK);
		} else if (leaves_out(m, which, word[at], pfn + at, found)) {
			continue;
		} else {
			found->unknown = ev.of_pre = true;
			ev.number = m->pres.nr;
			ret = put_pre(m, pfn + at, order, flags & BS_EVF_BATCHED);
			if (ret)
				return ret;
		}
		if (m->im->out.nr > first)
			bs_spooled_at(&m->im->out, m->im->out.nr - 1)->more = true;
		ret = put(m, e, BS_EV_FREE, ev);
		if (ret)
			return ret;
		set_freed(word + at, order);
	}
	return 0;
}

/* ---- The three events ----------------------------------------------------------------------- */

static uint8_t mt_flags(const struct bs_raw_event *e, const struct bs_gfp_text *x)
{
	unsigned int mt;

	if (e->migratetype < 0)
		return 0;
	mt = bs_gfp_migratetype_of((unsigned int)e->migratetype, x->era);
	return mt == bs_gfp_migratetype(x->mask) ? 0 : (uint8_t)((mt + 1) << BS_EVF_MT_SHIFT);
}

static int do_alloc(struct meaning *m, const struct bs_raw_event *e)
{
	const struct bs_gfp_text *x = &m->im->texts.text[e->text];
	struct bs_spooled ev = {.gfp = x->mask, .order = e->order, .flags = mt_flags(e, x)};
	const uint64_t before = m->im->out.nr;
	struct found found;
	uint64_t *word;
	int ret;

	if (e->flags & BS_RAW_FAILED) {
		ev.pfn = BS_NO_PFN;
		m->numbers++;
		return put(m, e, BS_EV_FAILED, ev);
	}
	/* Live already, or in use when the trace began: its free was not seen. */
	ret = free_pieces(m, e, 0, OWNED, &found);
	if (ret)
		return ret;
	m->info->realloc_live += m->im->out.nr != before;
	word = bs_pfnmap_at(&m->map, (bs_pfn)e->pfn, e->order);
	for (uint64_t i = 0; i < UINT64_C(1) << e->order; i++)
		word[i] = LIVE | m->numbers << PAGE_BITS | i;
	m->saw_user |= bs_gfp_is_movable_user(x->mask);
	m->numbers++;
	ev.pfn = (bs_pfn)e->pfn;
	return put(m, e, BS_EV_ALLOC, ev);
}

/* Boot's deferred initialisation hands over whole blocks that nobody allocated. */
static bool is_boot_free(const struct meaning *m, const struct bs_raw_event *e)
{
	return e->order >= 9 && e->flags & BS_RAW_EARLY && !m->saw_user;
}

static int do_free(struct meaning *m, const struct bs_raw_event *e, unsigned int flags)
{
	const uint64_t first = m->im->out.nr;
	uint64_t *word = bs_pfnmap_at(&m->map, (bs_pfn)e->pfn, e->order);
	const bool was_free = word && *word & WAS_FREE;
	struct found found;
	int ret = free_pieces(m, e, flags, ALL, &found);

	if (ret)
		return ret;
	m->info->freed_again += found.again;
	if (found.unknown) {
		bs_import_start_known(&m->start, (bs_pfn)e->pfn, was_free);
		m->info->unknown_frees++;
		if (is_boot_free(m, e)) {
			m->info->boot_frees++;
			for (uint64_t i = first; i < m->im->out.nr; i++)
				bs_spooled_at(&m->im->out, i)->flags |= BS_EVF_BOOT;
		}
	}
	if (m->im->out.nr == first)
		return 0;
	word[0] = flags & BS_EVF_BATCHED ? FREED : FREED | (first + 1);
	return 0;
}

/* The plain free was the first half of a page list's: it happens now. */
static int move_to_batched(struct meaning *m, const struct bs_raw_event *e, uint64_t index)
{
	bool more = true;

	for (; more; index++) {
		struct bs_spooled ev = *bs_spooled_at(&m->im->out, index);
		int ret;

		more = ev.more;
		bs_spooled_at(&m->im->out, index)->dropped = true;
		ev.flags |= BS_EVF_BATCHED;
		if (ev.of_pre)
			m->pres.pre[ev.number].batched = true;
		ret = put(m, e, BS_EV_FREE, ev);
		if (ret)
			return ret;
	}
	m->info->unused_batched_twins++;
	return 0;
}

static int do_batched(struct meaning *m, const struct bs_raw_event *e)
{
	uint64_t *word = bs_pfnmap_at(&m->map, (bs_pfn)e->pfn, e->order);
	uint64_t w;

	if (!word)
		return out_of_memory(m);
	w = *word;
	if (w & FREED && w & ~FREED) {
		*word = FREED;
		return move_to_batched(m, e, (w & ~FREED) - 1);
	}
	m->batched_first[e->cpu] = (uint32_t)e->pfn + 1;
	return do_free(m, e, BS_EVF_BATCHED);
}

/* ---- What is not one event of its own ------------------------------------------------------- */

/*
 * Some kernels print an event twice, and two buffers of one recording both have it: on one CPU, at nearly
 * one time, and the page is already as the event would leave it.
 */
static bool is_printed_again(struct meaning *m, const struct bs_raw_event *e)
{
	const struct bs_raw_event *seen = m->recent[e->cpu];
	const uint64_t *word;
	bool same = false;

	if (e->flags & BS_RAW_FAILED)
		return false;
	for (unsigned int i = 0; i < RECENT && !same; i++)
		same = seen[i].kind == e->kind && seen[i].pfn == e->pfn &&
		       seen[i].order == e->order && seen[i].text == e->text &&
		       seen[i].migratetype == e->migratetype && e->time - seen[i].time <= TWICE_NS;
	if (!same)
		return false;
	word = bs_pfnmap_at(&m->map, (bs_pfn)e->pfn, e->order);
	if (!word)
		return false;
	if (e->kind == BS_LINE_ALLOC)
		return *word & LIVE && !(*word & PAGE_MASK) && is_uniform(word, e->order);
	return *word & FREED;
}

static void remember(struct meaning *m, const struct bs_raw_event *e)
{
	m->recent[e->cpu][m->next_recent[e->cpu]++ % RECENT] = *e;
}

/* From 7.2 on the kernel frees neighbouring pages as blocks, but prints each page: how many events from
 * @i on are such frees of one CPU at one time. */
static uint64_t run_length(const struct import *im, uint64_t i)
{
	uint64_t n = 1;

	for (; i + n < im->raw.nr; n++) {
		const struct bs_raw_event *a = bs_raw_at(&im->raw, i + n - 1);
		const struct bs_raw_event *b = bs_raw_at(&im->raw, i + n);

		if (a->kind != BS_LINE_FREE || b->kind != BS_LINE_FREE || a->order || b->order ||
		    a->cpu != b->cpu || b->pfn != a->pfn + 1 || b->time - a->time > RUN_STEP_NS)
			break;
	}
	return n;
}

static int do_event(struct meaning *m, const struct bs_raw_event *e)
{
	uint32_t twin = m->batched_first[e->cpu];

	m->now = e->time;
	m->batched_first[e->cpu] = 0;
	if (e->kind == BS_LINE_FREE && twin == (uint32_t)e->pfn + 1 && !e->order) {
		m->info->unused_batched_twins++;
		return 0;
	}
	if (is_printed_again(m, e)) {
		m->info->duplicates++;
		return 0;
	}
	remember(m, e);
	m->info->clamped_times += e->flags & BS_RAW_CLAMPED ? 1 : 0;
	if (e->kind == BS_LINE_ALLOC)
		return do_alloc(m, e);
	if (e->kind == BS_LINE_BATCHED)
		return do_batched(m, e);
	return do_free(m, e, 0);
}

/* A run of frees as the blocks that it is: each as large as its place allows. */
static int do_run(struct meaning *m, uint64_t i, uint64_t n)
{
	int ret = 0;

	while (n && !ret) {
		struct bs_raw_event e = *bs_raw_at(&m->im->raw, i);
		bs_pfn pfn = bs_pfnspace_at(&m->im->space, e.pfn);
		unsigned int order = 0;

		while (order < BS_TRACE_MAX_ORDER && !(pfn & ((2u << order) - 1)) &&
		       2u << order <= n)
			order++;
		e.pfn = pfn;
		e.order = (uint8_t)order;
		m->info->coalesced += order ? UINT64_C(1) << order : 0;
		ret = do_event(m, &e);
		i += UINT64_C(1) << order;
		n -= UINT64_C(1) << order;
	}
	return ret;
}

/* NULL, or why the event cannot be used after all. */
static const char *settle(struct meaning *m, struct bs_raw_event *e)
{
	const enum bs_gfp_fate fate =
		e->kind == BS_LINE_ALLOC ? m->im->texts.text[e->text].fate : BS_GFP_MEANS;

	if (fate != BS_GFP_MEANS)
		return fate == BS_GFP_NO_NAME ? bs_why_gfp_names : bs_why_gfp_layout;
	if (e->flags & BS_RAW_FAILED)
		return NULL;
	if (e->flags & BS_RAW_BEYOND)
		return bs_why_pfn;
	e->pfn = bs_pfnspace_at(&m->im->space, e->pfn);
	if (e->pfn == BS_NO_PFN)
		return bs_why_spread;
	return e->pfn & ((UINT64_C(1) << e->order) - 1) ? bs_why_aligned : NULL;
}

static void unusable(struct meaning *m, const struct bs_raw_event *e, const char *why)
{
	char example[96];
	const struct bs_gfp_text *x;

	snprintf(example, sizeof(example), "pfn=%#" PRIx64 " order=%u", (uint64_t)e->pfn,
		 (unsigned int)e->order);
	if (e->kind == BS_LINE_ALLOC) {
		x = &m->im->texts.text[e->text];
		snprintf(example, sizeof(example), "gfp_flags=%.*s",
			 (int)(x->len < 80 ? x->len : 80), x->text);
	}
	m->info->unusable++;
	bs_import_note_add(&m->im->notes, "unusable", why, 1, e->line, example);
}

/* The map is large, and pages come in any order. */
static void prefetch(const struct meaning *m, uint64_t i)
{
	const struct bs_spool *raw = &m->im->raw;

	if (i < raw->nr && bs_raw_at(raw, i)->pfn < BS_MAX_PFN)
		bs_pfnmap_prefetch(&m->map, (bs_pfn)bs_raw_at(raw, i)->pfn);
}

static int read_raw(struct meaning *m)
{
	struct import *im = m->im;
	int ret = 0;

	im->raw.cold = 0;
	for (uint64_t i = 0, n; i < im->raw.nr && !ret; i += n) {
		struct bs_raw_event e = *bs_raw_at(&im->raw, i);
		const char *why;

		n = 1;
		prefetch(m, i + AHEAD);
		if (!(i & 0xffff)) {
			bs_spool_drop(&im->raw, i);
			ret = bs_import_stopped(im, im->path);
			if (ret)
				break;
		}
		if (e.time < im->window_from) {
			im->info.overwritten++;
			continue;
		}
		why = settle(m, &e);
		if (!why && m->started && e.time - m->t0 >= BS_TIME_MAX)
			why = bs_why_far;
		if (why) {
			unusable(m, &e, why);
			continue;
		}
		if (!m->started)
			m->t0 = e.time;
		m->started = true;
		n = m->coalesce && e.kind == BS_LINE_FREE ? run_length(im, i) : 1;
		ret = n > 1 ? do_run(m, i, n) : do_event(m, &e);
	}
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static int take_free(void *arg, bs_pfn pfn, unsigned int order)
{
	struct meaning *m = arg;
	uint64_t *word;

	/* What is nowhere near the trace says nothing of it. */
	if (!bs_pfnspace_is_low(&m->im->space, pfn))
		return 0;
	word = bs_pfnmap_at(&m->map, pfn & ~((1u << order) - 1), order);
	for (unsigned int i = 0; word && i < 1u << order; i++)
		word[i] = WAS_FREE;
	return word ? 0 : out_of_memory(m);
}

static int begin(struct meaning *m)
{
	const struct bs_state *s = m->im->config->state;

	if (!s || !bs_import_start_from(&m->start, s))
		return 0;
	return bs_import_state_free(s, take_free, m);
}

/* Only now it is known what gfp masks mean: nothing may be left. */
static int check_used(struct meaning *m)
{
	const struct bs_import_note *why = bs_import_note_most(&m->im->notes, "unusable");

	if (m->started)
		return 0;
	if (!why)
		return bs_error_set(
			m->err, BS_INPUT, 0, m->im->path, "record longer",
			"no event in it is of the time in which all CPUs were recorded");
	return bs_error_set(m->err, BS_INPUT, 0, m->im->path, bs_reason_advice(why->what),
			    "no event in it can be used, of %" PRIu64 ": %s (first in line %" PRIu64
			    ": %s)",
			    m->info->unusable, why->what, why->line, why->example);
}

int bs_import_write(struct import *im, struct bs_trace_info *result)
{
	struct meaning *m = calloc(1, sizeof(*m));
	unsigned int major = 0, minor = 0;
	int ret;

	if (!m)
		return bs_error_set(im->err, BS_RESOURCE, ENOMEM, im->path, NULL, "importing");
	m->im = im;
	m->info = &im->info;
	m->err = im->err;
	m->coalesce = im->config->coalesce == BS_COALESCE_ON;
	if (im->config->coalesce == BS_COALESCE_AUTO &&
	    sscanf(im->kernel, "%3u.%3u", &major, &minor) == 2)
		m->coalesce = major > 7 || (major == 7 && minor >= 2);
	bs_pfnmap_init(&m->map);
	ret = begin(m);
	if (!ret)
		ret = read_raw(m);
	bs_spool_close(&im->raw);
	if (!ret)
		ret = check_used(m);
	bs_import_start_note(&m->start, &im->notes);
	if (!ret)
		ret = bs_import_put(im, &m->pres, result);
	bs_pfnmap_free(&m->map);
	free(m->pres.pre);
	free(m);
	return ret;
}
