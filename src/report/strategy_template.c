// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * strategy_template.c - what to start a reporting strategy from, with every hook's contract.
 *
 *   cc -shared -fPIC -o mine.so mine.c                  (needs only the installed headers)
 *   buddysim compare TRACE -s none,rotation -s ./mine.so:delay=500ms
 *
 * As it stands it works: a large free asks for a pass after `delay`; the pass takes the raw blocks
 * of every list from its cold end, hands them to the device, and puts them back marked, at the
 * tail. Delete what you do not need: a hook that is NULL is not called and costs nothing. Required:
 * name, summary, origin, abi, and pass() (or BS_CAP_NO_WORKER). Everything else is optional.
 *
 * A strategy acts through the services of buddysim/report.h only: they do all the counting, and end
 * the run when a law is broken (a device call under a lock, a block handed over that was not
 * taken, ...). When each hook is called hooks.h says. Several cells may run it at a time: what it
 * knows is in its state, and nothing in a variable of this file changes.
 */
#include <buddysim/report.h>

#include <errno.h>

/* Values are read with bs_param_get(rc, ORDER). What the figures and the engine should know of
 * has a role; the name means nothing to them. */
enum { ORDER, DELAY };

static const struct bs_param params[] = {
	{.name = "order",
	 .role = BS_ROLE_ORDER,
	 .type = BS_PARAM_ORDER,
	 .def = 9,
	 .max = BS_MAX_ORDER,
	 .help = "smallest block that is reported"},
	{.name = "delay",
	 .role = BS_ROLE_DELAY,
	 .type = BS_PARAM_TIME,
	 .def = BS_NS_PER_S,
	 .max = 3600 * BS_NS_PER_S,
	 .runtime = true,
	 .help = "from the first free to the pass"},
	{.name = NULL},
};

/* Zeroed by the core, one of each per guest, per zone, per CPU: bs_state(), bs_zone_state(),
 * bs_cpu_state(). More memory: bs_alloc(); all of it is counted as the strategy's cost. */
struct template_state {
	struct bs_range *batch;
	unsigned int capacity;
};

struct template_zone {
	uint64_t reported; /* blocks of this zone that carry the mark */
};

/* start - optional. The strategy is switched on; its state and parameters exist. May follow stop():
 * marks and zone state persist, bs_alloc()ed memory too unless stop() released it. May allocate,
 * listen (bs_listen()), ask for a pass. No lock. Return 0, or -errno: it stays off. */
static int start(struct bs_report_ctx *rc)
{
	struct template_state *s = bs_state(rc);

	s->capacity = bs_capacity(rc);
	s->batch = bs_alloc(rc, BS_SCOPE_GLOBAL, s->capacity * sizeof(*s->batch));
	if (!s->batch)
		return -ENOMEM;
	bs_wake(rc, bs_param_get(rc, DELAY)); /* what is free already */
	return 0;
}

/* stop - optional. Switched off: wakes are cancelled, no pass runs, no hook but block_out,
 * block_move, reordered and zone_gone is called until start(). Nothing may be left taken. */
static void stop(struct bs_report_ctx *rc)
{
	struct template_state *s = bs_state(rc);

	bs_release(rc, s->batch);
	s->batch = NULL;
}

/* freeing - optional. @b's owner frees it; no lock, on no list yet. The only place for
 * bs_call_now(): the CPU b->cpu tells the device of (a part of) @b itself, and waits. */
static void freeing(struct bs_report_ctx *rc, const struct bs_block *b)
{
	(void)rc;
	(void)b;
}

/* merged - optional. @b has grown by one order and is on no list; zone lock held. The device
 * can be called with bs_call_unlocked(), which drops the lock around the call. */
static void merged(struct bs_report_ctx *rc, const struct bs_block *b)
{
	(void)rc;
	(void)b;
}

/* place - optional; lock. @at holds where the kernel would put @b: leave it, choose
 * head or tail, or name a block of the same list in front of which it shall stand (at->before).
 * @why: BS_FREE, or BS_RETURN for what bs_put_back() gives back. */
static void place(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		  struct bs_spot *at)
{
	(void)rc;
	(void)b;
	if (why == BS_RETURN)
		at->tail = true;
}

/* block_in - optional; lock. @b is on its list, with its final order. @merge: it absorbed a
 * buddy. The usual place to ask for a pass; asking while one is pending changes nothing. */
static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merge)
{
	(void)b;
	(void)merge;
	if (why == BS_FREE)
		bs_wake(rc, bs_param_get(rc, DELAY));
}

/* pass - required unless BS_CAP_NO_WORKER. One run of the worker (@cpu -1), or of a freeing CPU
 * that asked with bs_wake_on(). No lock at entry and return. One pass at a time; code takes no
 * virtual time, only waiting for the device does, and then anything may happen to the guest.
 * Return 0, or -errno: aborted, and counted so. */
static unsigned int fill(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			 unsigned int mt)
{
	const struct template_state *s = bs_state(rc);
	bs_pfn p = bs_last(rc, zone, order, mt);
	unsigned int n = 0;

	while (p != BS_NO_PFN && n < s->capacity) {
		bs_pfn next = bs_prev(rc, order, p); /* before @p leaves the list */

		if (!bs_is_marked(rc, p, order)) {
			if (!bs_isolate(rc, p, order))
				break; /* the watermark refuses */
			s->batch[n++] = (struct bs_range){p, (uint8_t)order};
		}
		p = next;
	}
	return n;
}

static int report_list(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
		       unsigned int mt)
{
	struct template_state *s = bs_state(rc);
	struct template_zone *z = bs_zone_state(rc, zone);
	unsigned int n;
	int err = 0;

	bs_zone_lock(rc, zone);
	while (!err && (n = fill(rc, zone, order, mt)) > 0) {
		bs_zone_unlock(rc, zone);
		err = bs_submit(rc, s->batch, n);
		bs_zone_lock(rc, zone);
		for (unsigned int i = 0; i < n; i++) {
			bs_pfn p = s->batch[i].pfn;

			/* Grown by merging: it holds raw memory now, and is no more marked. */
			if (bs_put_back(rc, p, order, BS_MT_NOW, BS_PUT_TAIL) != order || err)
				continue;
			bs_mark(rc, p, order);
			z->reported++;
		}
	}
	bs_zone_unlock(rc, zone);
	return err;
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	(void)cpu;
	for (unsigned int zone = 0; zone < bs_zones(rc); zone++)
		for (unsigned int order = bs_top_order(rc) + 1; order-- > bs_param_get(rc, ORDER);)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
				int err = 0;

				if (mt != BS_MIGRATE_ISOLATE && !bs_list_empty(rc, zone, order, mt))
					err = report_list(rc, zone, order, mt);
				if (err)
					return err;
			}
	return 0;
}

/* block_out - optional; lock. @b is about to leave its list and still linked: to an owner, into
 * a merge, to the reporter (BS_TAKE). The allocator drops the mark by itself. */
static void block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	struct template_zone *z = bs_zone_state(rc, b->zone);

	(void)why;
	if (b->reported)
		z->reported--;
}

/* block_move - optional; lock. @b moves to the list of migratetype @to_mt; @at as in place().
 * Return true to keep the mark. NULL: the mark is kept, the position is the kernel's. */
static bool block_move(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int to_mt,
		       enum bs_why why, struct bs_spot *at)
{
	(void)rc;
	(void)b;
	(void)to_mt;
	(void)why;
	(void)at;
	return true;
}

/* reordered - optional; lock. Somebody else (compaction) rotated that list. For strategies
 * that remember a position in it. */
static void reordered(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
		      unsigned int mt)
{
	(void)rc;
	(void)zone;
	(void)order;
	(void)mt;
}

/* zone_gone - optional; no lock. The zone lost its last memory: forget what was counted. */
static void zone_gone(struct bs_report_ctx *rc, unsigned int zone)
{
	struct template_zone *z = bs_zone_state(rc, zone);

	z->reported = 0;
}

/* allocated - optional; no lock. @b is its new owner's: blocks of at least the lowest order
 * listened to, and the first one that comes out of a block named with bs_defer(). */
static void allocated(struct bs_report_ctx *rc, const struct bs_block *b)
{
	(void)rc;
	(void)b;
}

/* param_set - optional. Parameter @p, marked .runtime, is about to become @v. Return 0, or -errno:
 * refused. NULL: every value in range is taken. */
static int param_set(struct bs_report_ctx *rc, const struct bs_param *p, uint64_t v)
{
	(void)rc;
	(void)p;
	(void)v;
	return 0;
}

/* event - optional; no lock. A phase mark, a balloon target, an allocation that is about to fail
 * (give pages back now), host pressure, pause and resume: enum bs_event says what @v is. */
static void event(struct bs_report_ctx *rc, enum bs_event e, uint64_t v)
{
	if (e == BS_EVENT_PAUSE && !v)
		bs_wake(rc, 0);
}

/* The one symbol that is looked up. */
extern const struct bs_strategy bs_strategy;
const struct bs_strategy bs_strategy = {
	.name = "template",
	.summary = "from the cold end of every list, a while after a large free",
	.origin = "strategy_template.c",
	.abi = BS_STRATEGY_ABI,
	.caps = 0, /* enum bs_strategy_caps */
	.state_size = sizeof(struct template_state),
	.zone_state_size = sizeof(struct template_zone),
	.params = params,
	.start = start,
	.stop = stop,
	.freeing = freeing,
	.merged = merged,
	.place = place,
	.block_in = block_in,
	.pass = pass,
	.block_out = block_out,
	.block_move = block_move,
	.reordered = reordered,
	.zone_gone = zone_gone,
	.allocated = allocated,
	.param_set = param_set,
	.event = event,
};
