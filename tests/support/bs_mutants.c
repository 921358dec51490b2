// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_mutants.h"

#include "bitmap.h"
#include "boundary_slots.h"
#include "bs_schedule.h"
#include "rotation_state.h"

/* The strategy that was spoilt: it still goes by its name. */
static const struct bs_strategy *base(const struct bs_report_ctx *rc)
{
	struct bs_error err;

	return bs_strategy_find(bs_report_strategy(rc)->name, &err);
}

/* ---- bubble to list-walk --------------------------------------------------------------------- */

static void forget_it_left(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	(void)rc;
	(void)b;
	(void)why;
}

static void count_it_twice(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	base(rc)->block_out(rc, b, why);
	base(rc)->block_out(rc, b, why);
}

static bool keep_the_mark(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int to_mt,
			  enum bs_why why, struct bs_spot *at)
{
	base(rc)->block_move(rc, b, to_mt, why, at);
	return true;
}

static void leave_boundary_there(struct bs_report_ctx *rc, const struct bs_block *b,
				 enum bs_why why)
{
	struct bs_hwm_zone *z = bs_zone_state(rc, b->zone);

	(void)why;
	if (b->reported)
		bs_hwm_count(z, b->order, -1);
}

static void ignore_boundary(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
			    struct bs_spot *at)
{
	base(rc)->place(rc, b, why, at);
	at->before = BS_NO_PFN;
	at->tail = true;
}

static bool move_behind_boundary(struct bs_report_ctx *rc, const struct bs_block *b,
				 unsigned int to_mt, enum bs_why why, struct bs_spot *at)
{
	const bool keep = base(rc)->block_move(rc, b, to_mt, why, at);

	at->tail = true;
	return keep;
}

static void miss_the_rotation(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			      unsigned int mt)
{
	(void)rc;
	(void)zone;
	(void)order;
	(void)mt;
}

static void return_to_head(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
			   struct bs_spot *at)
{
	base(rc)->place(rc, b, why, at);
	if (why == BS_RETURN)
		*at = (struct bs_spot){.tail = false, .before = BS_NO_PFN};
}

/* The boundary goes to the list's end instead of one block towards it. */
static void start_over(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	struct bs_boundary *s = bs_state(rc);

	base(rc)->block_out(rc, b, why);
	if (b->reported && s->slot)
		s->slot[bs_boundary_slot(s, b->order, b->list_mt)] = BS_NO_PFN;
}

static int stay_active(struct bs_report_ctx *rc, int cpu)
{
	const int ret = base(rc)->pass(rc, cpu);
	struct bs_hwm_zone *z = bs_zone_state(rc, 0);

	z->active = true;
	return ret;
}

static int do_nothing(struct bs_report_ctx *rc, int cpu)
{
	(void)rc;
	(void)cpu;
	return 0;
}

/* ---- rotation -------------------------------------------------------------------------------- */

static int go_on_beyond_budget(struct bs_report_ctx *rc, int cpu)
{
	const struct bs_rotation *s = bs_state(rc);
	int ret = base(rc)->pass(rc, cpu);

	for (unsigned int i = 0; i < 8 && s->state == BS_ROTATION_REQUESTED; i++)
		ret = base(rc)->pass(rc, cpu);
	return ret;
}

/* What is free of the order below, and was never reported. */
static int mark_a_small_one(struct bs_report_ctx *rc, int cpu)
{
	const unsigned int order = bs_top_order(rc) - 2;
	bs_pfn p;

	bs_zone_lock(rc, 0);
	p = bs_first(rc, 0, order, BS_MIGRATE_MOVABLE);
	if (p != BS_NO_PFN)
		bs_mark(rc, p, order);
	bs_zone_unlock(rc, 0);
	return base(rc)->pass(rc, cpu);
}

/* (The timer runs all the same.) */
static int forget_the_busy_host(struct bs_report_ctx *rc, int cpu)
{
	struct bs_rotation *s = bs_state(rc);
	const int ret = base(rc)->pass(rc, cpu);

	s->state = BS_ROTATION_IDLE;
	return ret;
}

static void hear_put_backs(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
			   bool merged)
{
	base(rc)->block_in(rc, b, why == BS_RETURN ? BS_FREE : why, merged);
}

static void hear_nothing(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
			 bool merged)
{
	(void)rc;
	(void)b;
	(void)why;
	(void)merged;
}

/* The second block becomes the last one: no rotation does that. */
static int shuffle_first(struct bs_report_ctx *rc, int cpu)
{
	bs_pfn p;

	bs_zone_lock(rc, 0);
	p = bs_first(rc, 0, bs_top_order(rc), BS_MIGRATE_MOVABLE);
	if (p != BS_NO_PFN)
		p = bs_next(rc, bs_top_order(rc), p);
	if (p != BS_NO_PFN && bs_isolate(rc, p, bs_top_order(rc)))
		bs_put_back(rc, p, bs_top_order(rc), BS_MT_NOW, BS_PUT_TAIL);
	bs_zone_unlock(rc, 0);
	return base(rc)->pass(rc, cpu);
}

/* ---- bitmap ---------------------------------------------------------------------------------- */

static void count_without_bit(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
			      bool merged)
{
	struct bs_bitmap *s = bs_state(rc);
	struct bs_report_zone rz;

	base(rc)->block_in(rc, b, why, merged);
	bs_report_zone(rc, b->zone, &rz);
	s->zone[rz.type].free_pages++;
}

static void set_bit_of_returned(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
				bool merged)
{
	base(rc)->block_in(rc, b, why == BS_RETURN ? BS_FREE : why, merged);
}

/* ---- The table ------------------------------------------------------------------------------- */

#define HWM "capacity=4,hwm=4"
#define ONE_BY_ONE "capacity=1,hwm=1" /* long cycles: the boundary stands for many calls */

/* One of the hooks is set; the others are the series' own. */
static const struct spoilt {
	const char *name, *params, *bug;
	unsigned int law;
	void (*block_out)(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why);
	bool (*block_move)(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int to_mt,
			   enum bs_why why, struct bs_spot *at);
	void (*place)(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		      struct bs_spot *at);
	void (*block_in)(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
			 bool merged);
	void (*reordered)(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			  unsigned int mt);
	int (*pass)(struct bs_report_ctx *rc, int cpu);
} spoilt[] = {
	{"list-walk", HWM, "forgets that a reported block left", BS_LAW_COUNT,
	 .block_out = forget_it_left},
	{"bubble", HWM, "keeps the mark of a moved block", BS_LAW_COUNT,
	 .block_move = keep_the_mark},
	{"scatterlist", HWM, "counts what leaves twice", BS_LAW_MARKS, .block_out = count_it_twice},
	{"boundary", HWM, "leaves the boundary at a block that left", BS_LAW_BOUNDARY,
	 .block_out = leave_boundary_there},
	{"bubble", HWM, "leaves the boundary at a block that left", BS_LAW_BOUNDARY,
	 .block_out = leave_boundary_there},
	{"boundary", HWM, "puts all at the real tail", BS_LAW_BEHIND, .place = ignore_boundary},
	{"scatterlist", HWM, "puts all at the real tail", BS_LAW_BEHIND, .place = ignore_boundary},
	{"boundary", ONE_BY_ONE, "moves blocks behind the boundary", BS_LAW_BEHIND,
	 .block_move = move_behind_boundary},
	{"boundary", ONE_BY_ONE, "does not hear of a foreign rotation", BS_LAW_BEHIND,
	 .reordered = miss_the_rotation},
	{"boundary", ONE_BY_ONE, "returns blocks to the head", BS_LAW_FRONT,
	 .place = return_to_head},
	{"boundary", ONE_BY_ONE, "sweeps again when a reported block left", BS_LAW_FRONT,
	 .block_out = start_over},
	{"boundary", HWM, "stays active", BS_LAW_ACTIVE, .pass = stay_active},
	{"scatterlist", HWM, "leaves a request unserved", BS_LAW_ACTIVE, .pass = do_nothing},
	{"rotation", "capacity=4,budget=4", "goes on when its budget is spent", BS_LAW_CALLS,
	 .pass = go_on_beyond_budget},
	{"rotation", "capacity=1,budget=4,depth=3", "goes on when its budget is spent",
	 BS_LAW_CALLS, .pass = go_on_beyond_budget},
	{"rotation", "capacity=4,depth=3", "asks again for what it put back", BS_LAW_UNASKED,
	 .block_in = hear_put_backs},
	{"rotation", "capacity=4,skip_if_busy=on", "asks again for what it put back",
	 BS_LAW_UNASKED, .block_in = hear_put_backs},
	{"rotation", "capacity=2,depth=2,skip_if_busy=on", "does not ask a busy host again",
	 BS_LAW_UNASKED, .pass = forget_the_busy_host},
	{"rotation", "capacity=4", "marks a block of order 8", BS_LAW_SMALL,
	 .pass = mark_a_small_one},
	{"rotation", "capacity=4", "asks again for what it put back", BS_LAW_UNASKED,
	 .block_in = hear_put_backs},
	{"rotation", "capacity=4", "does not hear a free", BS_LAW_REQUESTED,
	 .block_in = hear_nothing},
	{"rotation", "capacity=4", "reorders a list", BS_LAW_ORDER, .pass = shuffle_first},
	{"list-walk", HWM, "reorders a list", BS_LAW_ORDER, .pass = shuffle_first},
	{"bitmap", "capacity=4", "counts bits that are set", BS_LAW_BITMAP,
	 .block_in = count_without_bit},
	{"bitmap", "capacity=4", "sets the bits of what it returns", BS_LAW_BITMAP,
	 .block_in = set_bit_of_returned},
};

bool bs_mutant_at(unsigned int i, struct bs_mutant *out)
{
	const struct spoilt *m = &spoilt[i];
	struct bs_error err;

	if (i >= sizeof(spoilt) / sizeof(spoilt[0]))
		return false;
	*out = (struct bs_mutant){*bs_strategy_find(m->name, &err), m->bug, m->params, m->law};
	out->s.block_out = m->block_out ? m->block_out : out->s.block_out;
	out->s.block_move = m->block_move ? m->block_move : out->s.block_move;
	out->s.place = m->place ? m->place : out->s.place;
	out->s.block_in = m->block_in ? m->block_in : out->s.block_in;
	out->s.reordered = m->reordered ? m->reordered : out->s.reordered;
	out->s.pass = m->pass ? m->pass : out->s.pass;
	return true;
}
