// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * list_walk.c - the strawman of the v12 discussion (STRATEGIES.md, list-walk).
 *
 * Trigger, batch, mark and tail return of boundary, but no memory of where the raw blocks are: for
 * every block (or, restart=batch, for every batch) the walk starts again at one end of the list and
 * steps over all that was reported. With R reported blocks ahead of N raw ones that is N x R nodes
 * under the zone lock, which is what a boundary, or a rotation, is there to avoid.
 */
#include "hwm.h"

#include "strategies.h"

enum { FROM = BS_HWM_NR_PARAMS, RESTART, PUT, DIR };
enum { FROM_TAIL, FROM_HEAD };
enum { RESTART_BLOCK, RESTART_BATCH };

enum { DIR_DOWN, DIR_UP };

static const char *const dirs[] = {"down", "up", NULL};
static const char *const ends[] = {"tail", "head", NULL};
static const char *const restarts[] = {"block", "batch", NULL};

static const struct bs_param params[] = {
	BS_HWM_PARAMS(32),
	{.name = "from",
	 .type = BS_PARAM_ENUM,
	 .def = FROM_TAIL,
	 .names = ends,
	 .help = "end of the list at which a walk starts"},
	{.name = "restart",
	 .type = BS_PARAM_ENUM,
	 .def = RESTART_BLOCK,
	 .names = restarts,
	 .help = "how often it starts again"},
	/* Ideas of the threads, to find the cause of a difference (STRATEGIES.md, variants). */
	{.name = "put",
	 .type = BS_PARAM_ENUM,
	 .def = FROM_TAIL,
	 .names = ends,
	 .help = "end to which reported blocks go back"},
	{.name = "dir",
	 .type = BS_PARAM_ENUM,
	 .def = DIR_DOWN,
	 .names = dirs,
	 .help = "orders from the highest down or from the lowest up"},
	{.name = NULL},
};

struct list_walk {
	struct bs_hwm hwm;
	/* Where the walk of this batch goes on, and on which list; only for restart=batch. */
	bs_pfn next;
	unsigned int order, mt;
};

/* ---- A block comes to its list --------------------------------------------------------------- */

static void place(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		  struct bs_spot *at)
{
	(void)b;
	if (why == BS_RETURN)
		at->tail = bs_param_get(rc, PUT) == FROM_TAIL;
}

static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	bs_hwm_block_in(rc, b, why == BS_RETURN, merged);
}

/* ---- The worker ------------------------------------------------------------------------------ */

static bs_pfn step(struct bs_report_ctx *rc, unsigned int order, bs_pfn p)
{
	return bs_param_get(rc, FROM) == FROM_HEAD ? bs_next(rc, order, p) : bs_prev(rc, order, p);
}

static bs_pfn walk_start(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			 unsigned int mt)
{
	const struct list_walk *s = bs_state(rc);

	if (bs_param_get(rc, RESTART) == RESTART_BATCH && s->order == order && s->mt == mt)
		return s->next;
	return bs_param_get(rc, FROM) == FROM_HEAD ? bs_first(rc, zone, order, mt)
						   : bs_last(rc, zone, order, mt);
}

static bs_pfn get_unreported(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			     unsigned int mt)
{
	struct list_walk *s = bs_state(rc);
	bs_pfn p = walk_start(rc, zone, order, mt);

	while (p != BS_NO_PFN && bs_is_marked(rc, p, order))
		p = step(rc, order, p);
	if (p == BS_NO_PFN)
		return p;
	if (bs_param_get(rc, RESTART) == RESTART_BATCH) {
		s->order = order;
		s->mt = mt;
		s->next = step(rc, order, p);
	}
	return bs_isolate(rc, p, order) ? p : BS_NO_PFN;
}

static int start(struct bs_report_ctx *rc)
{
	struct list_walk *s = bs_state(rc);

	s->hwm.ascending = bs_param_get(rc, DIR) == DIR_UP;
	return bs_hwm_start(rc);
}

static unsigned int fill(struct bs_report_ctx *rc, unsigned int zone)
{
	struct list_walk *s = bs_state(rc);

	s->order = BS_NR_ORDERS; /* no list: the first walk of a batch starts at the end */
	return bs_hwm_fill(rc, zone, BS_MIGRATE_ISOLATE, get_unreported);
}

static void drain(struct bs_report_ctx *rc, unsigned int zone, unsigned int n)
{
	(void)zone;
	bs_hwm_put_back(rc, n, bs_param_get(rc, PUT) == FROM_TAIL ? BS_PUT_TAIL : BS_PUT_RULE);
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	static const struct bs_hwm_rounds rounds = {fill, drain};

	(void)cpu;
	return bs_hwm_run(rc, &rounds);
}

/* ---- A block leaves its list ----------------------------------------------------------------- */

/* (A move keeps the mark and goes where the kernel model puts it.) */
static void block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	struct bs_hwm_zone *z = bs_zone_state(rc, b->zone);

	(void)why;
	if (b->reported)
		bs_hwm_count(z, b->order, -1);
}

static const struct bs_strategy_memory series = {
	.page = "flag",
	.zone = "16 B, 2 bits",
	.rest = "as boundary, without boundaries",
	.note = "as scatterlist",
};

const struct bs_strategy bs_strategy_list_walk = {
	.name = "list-walk",
	.summary = "the strawman: walks over everything reported for every block",
	.origin = "what v12 of unused page reporting was compared with, 2019-10-22",
	.abi = BS_STRATEGY_ABI,
	.state_size = sizeof(struct list_walk),
	.zone_state_size = sizeof(struct bs_hwm_zone),
	.params = params,
	.start = start,
	.stop = bs_hwm_stop,
	.place = place,
	.block_in = block_in,
	.pass = pass,
	.block_out = block_out,
	.zone_gone = bs_hwm_zone_gone,
	.may_leave = bs_hwm_may_leave,
	.series = &series,
};
