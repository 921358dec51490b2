// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plain strategy: a free of order >= 9 wakes the worker; a pass goes through every list from
 * its head, takes raw blocks, reports them in batches and puts them back at the tail, marked unless
 * they merged or the request failed. Each bug is one deviation from that, beside an "if (bug == ".
 */
#include "bs_seeded.h"

#include <string.h>

#define MIN_ORDER 9
#define MAX_BATCH 8
#define FRAMES 64 /* of 2 MiB, enough for the schedule's guest */

const char *const bs_seeded_bugs[] = {
	"none",		 "forget-split", "behind-boundary", "wrong-type",
	"double-submit", "stale",	 "in-use",	    "lose",
	"put-twice",	 "under-lock",	 "mark-failed",	    "early-return",
	"no-watermark",	 "again",	 "lost-wake",	    "overfull",
	"restless",	 "misaligned",	 "remembers",	    "leave-out",
	"isolate-lists", NULL,
};

enum bug {
	NONE,
	FORGET_SPLIT,
	BEHIND_BOUNDARY,
	WRONG_TYPE,
	DOUBLE_SUBMIT,
	STALE,
	IN_USE,
	LOSE,
	PUT_TWICE,
	UNDER_LOCK,
	MARK_FAILED,
	EARLY_RETURN,
	NO_WATERMARK,
	AGAIN,
	LOST_WAKE,
	OVERFULL,
	RESTLESS,
	MISALIGNED,
	REMEMBERS,
	LEAVE_OUT,
	ISOLATE_LISTS,
};

static const struct bs_param params[] = {
	{.name = "bug", .type = BS_PARAM_ENUM, .names = bs_seeded_bugs, .help = "what is wrong"},
	{.name = "delay",
	 .role = BS_ROLE_DELAY,
	 .type = BS_PARAM_TIME,
	 .def = 100 * BS_NS_PER_MS,
	 .max = BS_NS_PER_S,
	 .runtime = true,
	 .help = "from a free to the pass"},
	{.name = NULL},
};

struct seeded {
	struct bs_range batch[MAX_BATCH];
	unsigned int n, capacity, batches;
	struct bs_range last; /* reported before */
	bool reported[FRAMES]; /* as the bug remembers it */
	bool woken;
};

static enum bug bug_of(const struct bs_report_ctx *rc)
{
	return (enum bug)bs_param_get(rc, 0);
}

static void wake(struct bs_report_ctx *rc)
{
	struct seeded *s = bs_state(rc);

	if (bug_of(rc) == LOST_WAKE && s->woken)
		return;
	s->woken = true;
	bs_wake(rc, bs_param_get(rc, 1));
}

static int start(struct bs_report_ctx *rc)
{
	struct seeded *s = bs_state(rc);

	s->capacity = bs_capacity(rc) < MAX_BATCH - 1 ? bs_capacity(rc) : MAX_BATCH - 1;
	if (bug_of(rc) == OVERFULL)
		s->capacity++;
	s->n = 0;
	wake(rc);
	return 0;
}

static void place(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		  struct bs_spot *at)
{
	(void)b;
	if (bug_of(rc) == BEHIND_BOUNDARY && why == BS_FREE)
		at->tail = true;
}

static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	(void)b;
	(void)merged;
	if (why == BS_FREE)
		wake(rc);
}

static void return_block(struct bs_report_ctx *rc, const struct bs_range *r, int err)
{
	struct seeded *s = bs_state(rc);
	const enum bug bug = bug_of(rc);
	unsigned int mt = BS_MT_NOW, order;

	if (bug == WRONG_TYPE)
		mt = (bs_block_type(rc, r->pfn) + 1) % BS_PCPTYPES;
	order = bs_put_back(rc, r->pfn, r->order, mt, BS_PUT_TAIL);
	if (bug == PUT_TWICE)
		bs_put_back(rc, r->pfn, r->order, mt, BS_PUT_TAIL);
	if ((err && bug != MARK_FAILED) || order != r->order)
		return;
	bs_mark(rc, r->pfn, r->order);
	s->reported[r->pfn >> 9 & (FRAMES - 1)] = true;
	s->last = *r;
}

static void drain(struct bs_report_ctx *rc, int err)
{
	struct seeded *s = bs_state(rc);
	unsigned int i = 0;

	if (bug_of(rc) == LOSE && ++s->batches % 3 == 0)
		i = 1;
	for (; i < s->n; i++)
		return_block(rc, &s->batch[i], err);
	s->n = 0;
}

/* What the bug makes of the request before it is sent. */
static void spoil(struct bs_report_ctx *rc)
{
	struct seeded *s = bs_state(rc);

	switch (bug_of(rc)) {
	case DOUBLE_SUBMIT:
		if (s->n < s->capacity && s->n)
			s->batch[s->n++] = s->batch[0];
		break;
	case STALE:
		if (s->n < s->capacity && s->last.order)
			s->batch[s->n++] = s->last;
		break;
	case IN_USE:
		if (s->n < s->capacity)
			s->batch[s->n++] = (struct bs_range){0, MIN_ORDER};
		break;
	case MISALIGNED:
		s->batch[0].pfn += 256;
		break;
	default:
		break;
	}
}

/* Called and returns with the zone locked. */
static int report(struct bs_report_ctx *rc, unsigned int zone)
{
	struct seeded *s = bs_state(rc);
	const enum bug bug = bug_of(rc);
	int err = 0, ticket;

	spoil(rc);
	if (bug == EARLY_RETURN) {
		bs_zone_unlock(rc, zone);
		ticket = bs_submit_async(rc, s->batch, s->n);
		bs_zone_lock(rc, zone);
		drain(rc, 0);
		bs_zone_unlock(rc, zone);
		if (ticket >= 0)
			bs_wait(rc, ticket);
		bs_zone_lock(rc, zone);
		return 0;
	}
	if (bug != UNDER_LOCK)
		bs_zone_unlock(rc, zone);
	err = bs_submit(rc, s->batch, s->n);
	if (bug != UNDER_LOCK)
		bs_zone_lock(rc, zone);
	drain(rc, err);
	return err;
}

static bool take(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	struct seeded *s = bs_state(rc);

	if (bug_of(rc) == NO_WATERMARK)
		bs_pull(rc, pfn, order);
	else if (!bs_isolate(rc, pfn, order))
		return false;
	s->batch[s->n++] = (struct bs_range){pfn, (uint8_t)order};
	return true;
}

/* One list from its head, or from its tail in every other run of a strategy that remembers. */
static int walk(struct bs_report_ctx *rc, unsigned int zone, unsigned int order, unsigned int mt)
{
	static unsigned int runs;
	struct seeded *s = bs_state(rc);
	const enum bug bug = bug_of(rc);
	const bool back = bug == REMEMBERS && runs++ % 3;
	bs_pfn pfn = back ? bs_last(rc, zone, order, mt) : bs_first(rc, zone, order, mt), next;
	unsigned int again = 0;
	int err = 0;

	while (pfn != BS_NO_PFN && !err) {
		bool marked = bs_is_marked(rc, pfn, order);

		/* The frame was reported once, and what was split off it since is forgotten. */
		if (bug == FORGET_SPLIT && !marked && s->reported[pfn >> 9 & (FRAMES - 1)]) {
			bs_mark(rc, pfn, order);
			marked = true;
		}
		next = back ? bs_prev(rc, order, pfn) : bs_next(rc, order, pfn);
		if (marked && bug == BEHIND_BOUNDARY)
			break;
		if ((!marked || (bug == AGAIN && !again++)) && !take(rc, pfn, order))
			break;
		pfn = next;
		if (s->n < s->capacity)
			continue;
		err = report(rc, zone);
		pfn = bs_first(rc, zone, order, mt);
	}
	return err;
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	/* ISOLATE comes last. */
	const unsigned int types = BS_MIGRATE_ISOLATE + (bug_of(rc) == ISOLATE_LISTS);
	struct seeded *s = bs_state(rc);
	int err = 0;

	(void)cpu;
	for (unsigned int zone = 0; zone < bs_zones(rc) && !err; zone++) {
		bs_zone_lock(rc, zone);
		for (unsigned int order = MIN_ORDER; order <= BS_MAX_ORDER && !err; order++)
			for (unsigned int mt = 0; mt < types && !err; mt++)
				err = walk(rc, zone, order, mt);
		if (s->n && !err && bug_of(rc) != LEAVE_OUT)
			err = report(rc, zone);
		bs_zone_unlock(rc, zone);
		s->n = 0;
	}
	if (bug_of(rc) == RESTLESS)
		wake(rc);
	return err;
}

const struct bs_strategy bs_seeded = {
	.name = "seeded",
	.summary = "a plain strategy with a bug put into it",
	.origin = "tests",
	.abi = BS_STRATEGY_ABI,
	.state_size = sizeof(struct seeded),
	.params = params,
	.start = start,
	.place = place,
	.block_in = block_in,
	.pass = pass,
};
