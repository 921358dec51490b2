// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hint_once.c - free page hinting, VIRTIO_BALLOON_F_FREE_PAGE_HINT (STRATEGIES.md, hint-once).
 *
 * Made for migration and snapshots: once, the guest allocates the largest blocks that there are (4 MiB on x86) until that fails,
 * sends each to the host, and keeps them all until the host says that it is done. All at once and
 * never again. The host skips what it was told when it saves the guest; in the guest that goes on
 * from there those pages are not there, which is what the device's discard stands for here.
 */
#include <errno.h>

#include "balloon_order.h"
#include "strategies.h"

enum { AT, HOLD, DEPTH, START };
enum { START_AT, START_SNAPSHOT };
static const char *const starts[] = {"at", "snapshot", NULL};

static const struct bs_param params[] = {
	{.name = "at",
	 .type = BS_PARAM_TIME,
	 .def = 5 * BS_NS_PER_S,
	 .max = 86400 * BS_NS_PER_S,
	 .help = "when the host starts the round, from when the strategy is on"},
	{.name = "hold",
	 .type = BS_PARAM_TIME,
	 .def = BS_NS_PER_S,
	 .max = 86400 * BS_NS_PER_S,
	 .help = "from the end of the round until the host is done and the pages go back"},
	{.name = "depth",
	 .type = BS_PARAM_UINT,
	 .def = 16,
	 .min = 1,
	 .max = 64,
	 .help = "blocks on their way to the host at a time"},
	{.name = "start",
	 .type = BS_PARAM_ENUM,
	 .def = START_AT,
	 .names = starts,
	 .help = "what starts a round: at=, once; or each snapshot that the host is about to take (--host-event, an agent), "
		 "which waits for it"},
	{.name = NULL},
};

enum phase { WAITING, HOLDING, DONE };

struct hint_once {
	enum phase phase;
	/* In the order in which they were sent: what the host has answered for, the newest last. */
	bs_pfn *held;
	uint32_t n, room;
	/* A ring of depth= entries: what is with the host, the oldest first. */
	struct flight {
		bs_pfn pfn;
		int ticket;
	} * flight;
	uint32_t first, in_flight;
};

static int start(struct bs_report_ctx *rc)
{
	struct hint_once *s = bs_state(rc);
	uint64_t blocks = 1;

	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		struct bs_report_zone rz;

		bs_report_zone(rc, i, &rz);
		blocks += rz.managed >> bs_top_order(rc);
	}
	*s = (struct hint_once){.phase = WAITING, .room = (uint32_t)blocks};
	s->held = bs_alloc(rc, BS_SCOPE_GLOBAL, blocks * sizeof(*s->held));
	s->flight = bs_alloc(rc, BS_SCOPE_GLOBAL, bs_param_get(rc, DEPTH) * sizeof(*s->flight));
	if (!s->held || !s->flight)
		return -ENOMEM;
	if (bs_param_get(rc, START) == START_AT)
		bs_wake(rc, bs_param_get(rc, AT));
	else
		s->phase = DONE;
	return 0;
}

/* ---- The round ------------------------------------------------------------------------------- */

static int wait_for_oldest(struct bs_report_ctx *rc)
{
	struct hint_once *s = bs_state(rc);
	const struct flight f = s->flight[s->first];
	const int err = bs_wait(rc, f.ticket);

	s->first = (s->first + 1) % (uint32_t)bs_param_get(rc, DEPTH);
	s->in_flight--;
	s->held[s->n++] = f.pfn;
	return err;
}

/* -EBUSY: the queue is full, by its depth or by the device's word. */
static int send(struct bs_report_ctx *rc, bs_pfn pfn)
{
	const struct bs_range block = {pfn, (uint8_t)bs_top_order(rc)};
	const uint32_t depth = (uint32_t)bs_param_get(rc, DEPTH);
	struct hint_once *s = bs_state(rc);
	int ticket;

	if (s->in_flight == depth)
		return -EBUSY;
	ticket = bs_submit_async(rc, &block, 1);
	if (ticket < 0)
		return ticket;
	s->flight[(s->first + s->in_flight++) % depth] = (struct flight){pfn, ticket};
	return 0;
}

/* Nothing is waited for but a full queue: then the block is freed, and the same is tried over and over, until
 * the device has taken one. */
static int round_trip(struct bs_report_ctx *rc)
{
	const unsigned int order = bs_top_order(rc);
	struct hint_once *s = bs_state(rc);
	int err = 0;
	bs_pfn pfn;

	/* (With a shrinker at work the same block may come round again: that has an end, too.) */
	while (!err && s->n + s->in_flight < s->room &&
	       (pfn = bs_take_pages(rc, BS_HINT_GFP, order)) != BS_NO_PFN) {
		err = send(rc, pfn);
		if (err)
			bs_give_pages(rc, pfn, order);
		if (err == -EBUSY && s->in_flight)
			err = wait_for_oldest(rc);
	}
	while (s->in_flight) {
		const int ret = wait_for_oldest(rc);

		err = err ? err : ret;
	}
	return err;
}

/* The newest go first; what the host still has stays. */
static void give_back(struct bs_report_ctx *rc, uint64_t blocks)
{
	struct hint_once *s = bs_state(rc);

	for (; blocks && s->n; blocks--)
		bs_give_pages(rc, s->held[--s->n], bs_top_order(rc));
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	struct hint_once *s = bs_state(rc);
	int err = 0;

	(void)cpu;
	if (s->phase == WAITING) {
		err = round_trip(rc);
		s->phase = HOLDING;
		bs_saving(rc, false);
		bs_wake(rc, bs_param_get(rc, HOLD));
	} else if (s->phase == HOLDING) {
		give_back(rc, UINT64_MAX);
		s->phase = DONE;
	}
	return err;
}

/* ---- Before its time ------------------------------------------------------------------------- */

/* The shrinker: what was told may be used again, though the host has not said that it is done. */
static void event(struct bs_report_ctx *rc, enum bs_event e, uint64_t v)
{
	const unsigned int order = bs_top_order(rc);
	struct hint_once *s = bs_state(rc);

	if (e == BS_EVENT_SHRINK)
		give_back(rc, (v + (1u << order) - 1) >> order);
	/* What is held already is told; else a round comes first. */
	if (e != BS_EVENT_SNAPSHOT || bs_param_get(rc, START) == START_AT || s->phase == HOLDING)
		return;
	s->phase = WAITING;
	bs_saving(rc, true);
	bs_wake_sooner(rc, 0);
}

static void stop(struct bs_report_ctx *rc)
{
	struct hint_once *s = bs_state(rc);

	give_back(rc, UINT64_MAX);
	bs_release(rc, s->held);
	bs_release(rc, s->flight);
}

static unsigned int unit(const struct bs_report_ctx *rc)
{
	return bs_top_order(rc);
}

static const struct bs_strategy_memory series = {
	.page = "-",
	.zone = "-",
	.rest = "the blocks are allocated and kept by the driver",
	.note = "the driver threads its blocks of 4 MiB through their own descriptors, here a table has 4 bytes for each",
};

const struct bs_strategy bs_strategy_hint_once = {
	.name = "hint-once",
	.summary = "before a snapshot, all free 4 MiB blocks are allocated, told, held, freed",
	.origin = "Wei Wang, VIRTIO_BALLOON_F_FREE_PAGE_HINT, merged in Linux 4.19, 2018",
	.abi = BS_STRATEGY_ABI,
	.caps = BS_CAP_CLIENT,
	.state_size = sizeof(struct hint_once),
	.params = params,
	.start = start,
	.stop = stop,
	.pass = pass,
	.event = event,
	.unit = unit,
	.series = &series,
};
