// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rotation.c - free page reporting as merged in Linux 5.7 and changed since (STRATEGIES.md,
 * rotation). No counters, no boundary: a free of order >= 9 asks for a pass two seconds later.
 *
 * A pass visits every list of every zone that is well above its low watermark, lowest order first,
 * from the head. It isolates raw blocks into a batch of 32 that all lists of a zone share, and
 * sends it when one more raw block turns up. It sends a sixteenth of each list at most, then asks
 * for another pass. Instead of remembering a place, it rotates the list so that the next raw block
 * stands first. Reported blocks go back with a mark: where the ordinary rule says (5.7, in fact the
 * head) or to the tail (since 5.10): rotation_flight.c. What upstream never had is in
 * rotation_variants.c, and off unless asked for.
 */
#include "rotation_state.h"

#include <errno.h>

#include "kernel_model.h"
#include "rotation_flight.h"
#include "rotation_variants.h"
#include "strategies.h"

enum { PULL_HEAD, PULL_TAIL };
enum { DIR_UP, DIR_DOWN };

static const char *const revisions[] = {"5.7", "5.10", "6.1", "2026", NULL};
static const char *const pulls[] = {"head", "tail", NULL};
static const char *const put_ends[] = {"rev", "tail", "head", NULL};
static const char *const dirs[] = {"up", "down", NULL};

static const struct bs_param params[] = {
	{.name = "rev",
	 .type = BS_PARAM_ENUM,
	 .def = BS_ROTATION_REV_6_1,
	 .names = revisions,
	 .help = "5.7 returns blocks by the ordinary rule, later ones to the tail; 2026 accepts a "
		 "device with a short queue"},
	{.name = "order",
	 .role = BS_ROLE_ORDER,
	 .type = BS_PARAM_ORDER,
	 .def = 9,
	 .max = BS_MAX_ORDER,
	 .runtime = true,
	 .stock = true,
	 .help = "smallest block that is reported"},
	{.name = "capacity",
	 .role = BS_ROLE_CAPACITY,
	 .type = BS_PARAM_UINT,
	 .def = 32,
	 .min = 1,
	 .max = 512,
	 .help = "blocks per request; also the unit of budget and watermark"},
	{.name = "delay",
	 .role = BS_ROLE_DELAY,
	 .type = BS_PARAM_TIME,
	 .def = 2 * BS_NS_PER_S,
	 .max = 3600 * BS_NS_PER_S,
	 .runtime = true,
	 .help = "from a request to the pass"},
	{.name = "budget",
	 .role = BS_ROLE_BUDGET,
	 .type = BS_PARAM_UINT,
	 .def = 16,
	 .max = 1 << 20,
	 .runtime = true,
	 .help = "a pass reports 1/N of each list, plus one batch; 0 = no limit"},
	/* What upstream never had, to find the cause of a difference (STRATEGIES.md, variants). */
	{.name = "pull",
	 .type = BS_PARAM_ENUM,
	 .def = PULL_HEAD,
	 .names = pulls,
	 .help = "end of each list that is reported first: warm or cold"},
	{.name = "put",
	 .type = BS_PARAM_ENUM,
	 .def = BS_ROTATION_PUT_REV,
	 .names = put_ends,
	 .help = "end to which reported blocks go back; rev: as the revision has it"},
	{.name = "dir",
	 .type = BS_PARAM_ENUM,
	 .def = DIR_UP,
	 .names = dirs,
	 .help = "orders from the lowest up or from the highest down"},
	{.name = "keep_raw",
	 .type = BS_PARAM_UINT,
	 .max = 1 << 20,
	 .runtime = true,
	 .help = "blocks of each order and zone that stay warm for the next allocations"},
	{.name = "skip_if_busy",
	 .type = BS_PARAM_BOOL,
	 .help = "while the host is busy put the batch back unreported and try again after the "
		 "delay"},
	{.name = "depth",
	 .type = BS_PARAM_UINT,
	 .def = 1,
	 .min = 1,
	 .max = 256,
	 .help = "requests in flight at once, as long as the zone has room for another batch"},
	{.name = "zero_once",
	 .role = BS_ROLE_ZERO_ONCE,
	 .type = BS_PARAM_BOOL,
	 .help = "the guest does not zero blocks again that are handed out still reported"},
	{.name = "gate",
	 .role = BS_ROLE_GATE,
	 .type = BS_PARAM_UINT,
	 .max = 100,
	 .runtime = true,
	 .help = "report only while the host's pressure is at least this many percent (see "
		 "--host-memory); 0 = always"},
	{.name = NULL},
};

static unsigned int min_order(const struct bs_report_ctx *rc)
{
	return (unsigned int)bs_param_get(rc, BS_ROTATION_ORDER);
}

/* ---- On and off ------------------------------------------------------------------------------ */

static void request(struct bs_report_ctx *rc)
{
	struct bs_rotation *s = bs_state(rc);
	const unsigned int old = s->state;

	s->state = BS_ROTATION_REQUESTED;
	if (old == BS_ROTATION_IDLE)
		bs_wake(rc, bs_param_get(rc, BS_ROTATION_DELAY));
}

/* allocated() makes every allocation tell: only for those who want to know. */
static uint32_t wanted_hooks(const struct bs_report_ctx *rc)
{
	return bs_param_get(rc, BS_ROTATION_ZERO_ONCE) ? UINT32_MAX : ~(uint32_t)BS_HOOK_ALLOCATED;
}

/* What the host zeroed may be handed out page by page. */
static unsigned int lowest_order(const struct bs_report_ctx *rc, unsigned int order)
{
	return bs_param_get(rc, BS_ROTATION_ZERO_ONCE) ? 0 : order;
}

static int start(struct bs_report_ctx *rc)
{
	struct bs_rotation *s = bs_state(rc);

	s->capacity = (uint16_t)bs_param_get(rc, BS_ROTATION_CAPACITY);
	if (s->capacity > bs_capacity(rc)) {
		if (bs_param_get(rc, BS_ROTATION_REV) < BS_ROTATION_REV_2026)
			return -ENOSPC;
		s->capacity = (uint16_t)bs_capacity(rc);
	}
	if (bs_rotation_variants_begin(rc))
		return -ENOMEM;
	bs_listen(rc, wanted_hooks(rc), lowest_order(rc, min_order(rc)));
	s->state = BS_ROTATION_IDLE;
	if (bs_rotation_gate_open(rc))
		request(rc);
	return 0;
}

/* At run time: marks of smaller blocks than before stay, they are only no longer looked at. */
static int param_set(struct bs_report_ctx *rc, const struct bs_param *p, uint64_t v)
{
	const struct bs_rotation *s = bs_state(rc);

	switch (p - params) {
	case BS_ROTATION_ORDER:
		bs_listen(rc, wanted_hooks(rc), lowest_order(rc, (unsigned int)v));
		/* What happened to blocks below the order was not heard. */
		bs_rotation_recount(rc);
		break;
	case BS_ROTATION_KEEP_RAW:
		/* Fewer warm blocks than before: the rest is news. */
		if (v < bs_param_get(rc, BS_ROTATION_KEEP_RAW) && bs_rotation_gate_open(rc))
			request(rc);
		return v ? bs_rotation_count_marks(rc) : 0;
	case BS_ROTATION_GATE:
		if (s->pressure >= v)
			request(rc);
		break;
	}
	return 0;
}

static void event(struct bs_report_ctx *rc, enum bs_event e, uint64_t v)
{
	struct bs_rotation *s = bs_state(rc);
	const bool was_open = bs_rotation_gate_open(rc);

	if (e != BS_EVENT_PRESSURE)
		return;
	s->pressure = (uint8_t)v;
	if (!was_open && bs_rotation_gate_open(rc))
		request(rc);
}

/* ---- A block comes to its list --------------------------------------------------------------- */

/* Only for put=head: a forced tail has its own way in. */
static void place(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		  struct bs_spot *at)
{
	(void)b;
	if (why == BS_RETURN && bs_param_get(rc, BS_ROTATION_PUT) == BS_ROTATION_PUT_HEAD)
		*at = (struct bs_spot){.tail = false, .before = BS_NO_PFN};
}

/* Every free but the worker's own, and but the allocator's own when isolation ends. */
static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	(void)merged;
	if (why == BS_SPLIT)
		bs_rotation_count_mark(rc, b->zone, b->order, 1);
	else if (why == BS_FREE && b->order >= min_order(rc) && bs_rotation_gate_open(rc))
		request(rc);
}

/* ---- The pass -------------------------------------------------------------------------------- */

/* Full requests this list may make after the first one; -1 stands for "no limit". */
static uint64_t budget_of(struct bs_report_ctx *rc, unsigned int zone, unsigned int order)
{
	const struct bs_rotation *s = bs_state(rc);
	uint64_t share = s->capacity * bs_param_get(rc, BS_ROTATION_BUDGET);

	return share ? (bs_nr_free(rc, zone, order) + share - 1) / share : UINT64_MAX;
}

/* The end that is reported first, the step away from it, and a rotation that makes @p that end. */
static bs_pfn near_end(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
		       unsigned int mt)
{
	return bs_param_get(rc, BS_ROTATION_PULL) == PULL_HEAD ? bs_first(rc, zone, order, mt)
							       : bs_last(rc, zone, order, mt);
}

static bs_pfn step(struct bs_report_ctx *rc, unsigned int order, bs_pfn p)
{
	return bs_param_get(rc, BS_ROTATION_PULL) == PULL_HEAD ? bs_next(rc, order, p)
							       : bs_prev(rc, order, p);
}

static void rotate_to(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
		      unsigned int mt, bs_pfn p)
{
	if (bs_param_get(rc, BS_ROTATION_PULL) == PULL_TAIL)
		p = bs_next(rc, order, p);
	if (p != BS_NO_PFN)
		bs_rotate(rc, zone, order, mt, p);
}

struct walk {
	unsigned int zone, order, mt;
	uint64_t calls, budget;
};

/* A raw block stands at @p. 0: on with *@next; else why the walk ends. */
static int raw_block(struct bs_report_ctx *rc, struct walk *w, bs_pfn p, bs_pfn *next)
{
	struct bs_rotation *s = bs_state(rc);
	int err;

	if (bs_rotation_keeps(rc, w->zone, w->order))
		return BS_ROTATION_LIST_DONE;
	if (w->calls > w->budget) {
		s->state = BS_ROTATION_REQUESTED;
		return BS_ROTATION_LIST_DONE;
	}
	if (s->free_slots && bs_isolate(rc, p, w->order)) {
		bs_rotation_batch(s)[--s->free_slots] = (struct bs_range){p, (uint8_t)w->order};
		return 0;
	}
	if (!s->free_slots) {
		rotate_to(rc, w->zone, w->order, w->mt, p);
		err = bs_rotation_send(rc, w->zone);
		w->calls++;
	} else if (bs_rotation_in_flight(s)) {
		/* The watermark refuses, and what is on its way is ours: that first. */
		err = bs_rotation_collect(rc, w->zone);
	} else {
		/* The watermark refuses: give up this list, without a word. */
		return BS_ROTATION_LIST_DONE;
	}
	*next = near_end(rc, w->zone, w->order, w->mt);
	return err;
}

static int list_pass(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
		     unsigned int mt)
{
	struct walk w = {.zone = zone, .order = order, .mt = mt};
	bs_pfn p, stopped_at = BS_NO_PFN;
	int err = 0;

	if (bs_list_empty(rc, zone, order, mt))
		return 0;
	bs_zone_lock(rc, zone);
	w.budget = budget_of(rc, zone, order);
	p = near_end(rc, zone, order, mt);
	while (p != BS_NO_PFN) {
		bs_pfn next = step(rc, order, p);

		if (!bs_is_marked(rc, p, order))
			err = raw_block(rc, &w, p, &next);
		if (err) {
			stopped_at = err == BS_ROTATION_LIST_DONE ? p : next;
			break;
		}
		p = next;
	}
	if (stopped_at != BS_NO_PFN && stopped_at != near_end(rc, zone, order, mt))
		rotate_to(rc, zone, order, mt, stopped_at);
	bs_zone_unlock(rc, zone);
	return err == BS_ROTATION_LIST_DONE ? 0 : err;
}

static int zone_pass(struct bs_report_ctx *rc, unsigned int zone)
{
	const unsigned int min = min_order(rc), top = bs_top_order(rc);
	int err = 0;

	if (!bs_rotation_has_room(rc, zone))
		return 0;
	for (unsigned int o = min; o <= top; o++) {
		const unsigned int order =
			bs_param_get(rc, BS_ROTATION_DIR) == DIR_UP ? o : min + top - o;

		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES && !err; mt++)
			if (mt != BS_MIGRATE_ISOLATE)
				err = list_pass(rc, zone, order, mt);
	}
	return bs_rotation_finish(rc, zone, err);
}

/* An error ends the pass; nothing is tried again until the next free asks. */
static int pass(struct bs_report_ctx *rc, int cpu)
{
	struct bs_rotation *s = bs_state(rc);
	int err = 0;

	(void)cpu;
	s->state = BS_ROTATION_ACTIVE;
	if (bs_rotation_gate_open(rc)) {
		err = bs_rotation_begin(rc);
		for (unsigned int zone = 0; zone < bs_zones(rc) && !err; zone++)
			err = zone_pass(rc, zone);
		bs_rotation_end(rc);
	}
	if (s->state == BS_ROTATION_ACTIVE)
		s->state = BS_ROTATION_IDLE;
	else
		bs_wake(rc, bs_param_get(rc, BS_ROTATION_DELAY));
	return err < 0 ? err : 0;
}

/* ---- A block leaves its list, is handed out, or moves ---------------------------------------- */

static void block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	if (b->reported)
		bs_rotation_count_mark(rc, b->zone, b->order, -1);
	if (why == BS_ALLOC && bs_param_get(rc, BS_ROTATION_ZERO_ONCE))
		bs_rotation_zero_out(rc, b);
}

static void allocated(struct bs_report_ctx *rc, const struct bs_block *b)
{
	if (bs_param_get(rc, BS_ROTATION_ZERO_ONCE))
		bs_rotation_zero_allocated(rc, b);
}

/* The mark goes with it; to the head, from 5.10 on to the tail. (When a block is allocated, merged, or,
 * as far as it is allocated, split, the allocator itself drops the mark.) */
static bool block_move(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int to_mt,
		       enum bs_why why, struct bs_spot *at)
{
	(void)b;
	(void)to_mt;
	(void)why;
	at->tail = bs_param_get(rc, BS_ROTATION_REV) != BS_ROTATION_REV_5_7;
	at->before = BS_NO_PFN;
	return true;
}

static void print_state(struct bs_report_ctx *rc, unsigned int zone, FILE *out)
{
	const struct bs_rotation *s = bs_state(rc);

	(void)zone;
	fprintf(out, " state=%d", (int)s->state);
}

/* ---- On a stock kernel ------------------------------------------------------------------------- */

/* The host decides whether there is reporting at all, the guest from which order on. */
static void stock_setting(const uint64_t *values, const char *kernel, uint64_t memory,
			  struct bs_stock_setting *out)
{
	static const char name[] = "page_reporting_order";
	const unsigned int order = (unsigned int)values[BS_ROTATION_ORDER];
	struct kernel_model km;

	(void)memory;
	snprintf(out->host, sizeof(out->host), "-device virtio-balloon,free-page-reporting=on");
	if (order == (out->on ? out->on->report_order : params[BS_ROTATION_ORDER].def) ||
	    mm_kernel_model(kernel, &km, NULL))
		return;
	if (km.report_order_set == KM_REPORT_ORDER_BOOT)
		snprintf(out->boot, sizeof(out->boot), "page_reporting.%s=%u", name, order);
	snprintf(out->running, sizeof(out->running),
		 "echo %u >/sys/module/page_reporting/parameters/%s", order, name);
}

static const struct bs_strategy_memory series = {
	.page = "flag",
	.zone = "0",
	.rest = "device record; 32 x 32 B for each pass",
	.note = "an entry of the list takes 8 bytes",
};

const struct bs_strategy bs_strategy_rotation = {
	.name = "rotation",
	.summary = "Linux's own since 5.7: any large free asks, 2 s later a pass rotates the lists",
	.origin = "Alexander Duyck, free page reporting v17, 2020-02-11, merged in Linux 5.7",
	.abi = BS_STRATEGY_ABI,
	.caps = BS_CAP_STOCK | BS_CAP_SPLIT_MARKS,
	.state_size = sizeof(struct bs_rotation),
	.params = params,
	.start = start,
	.stop = bs_rotation_variants_end,
	.place = place,
	.block_in = block_in,
	.pass = pass,
	.block_out = block_out,
	.allocated = allocated,
	.block_move = block_move,
	.param_set = param_set,
	.event = event,
	.print_state = print_state,
	.stock_setting = stock_setting,
	.series = &series,
};
