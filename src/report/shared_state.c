// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shared_state.c - the host reads the guest's allocator and takes what is free by itself, in
 * the manner of HyperAlloc over LLFree (STRATEGIES.md, shared-state).
 *
 * Every 5 s a host thread looks through the frames of 2 MiB, by preference of zone type, and evicts
 * those that are free and installed, eight at a time: they stay free for the guest, only their
 * backing goes. No guest CPU, no isolation, no guest call. An allocation that is handed anything of
 * an evicted frame first has the host install all of it and waits for that, so no touch ever
 * faults. The two frames of a free block of 4 MiB are one range, if both are evicted.
 */
#include <errno.h>

#include "strategies.h"

enum { INTERVAL, BATCH };

static const struct bs_param params[] = {
	{.name = "interval",
	 .role = BS_ROLE_PERIOD,
	 .type = BS_PARAM_TIME,
	 .def = 5 * BS_NS_PER_S,
	 .min = BS_NS_PER_MS,
	 .max = 3600 * BS_NS_PER_S,
	 .help = "the host's timer"},
	{.name = "batch",
	 .type = BS_PARAM_UINT,
	 .def = 8,
	 .min = 1,
	 .max = 512,
	 .help = "frames evicted under one lock, then discarded together"},
	{.name = NULL},
};

struct shared_state {
	/* One bit per frame, shared by both sides: evicted, that is free and not installed. (The
	 * host's own two bits say the same, and whether the host resized; that is the balloon's
	 * business here.) */
	uint64_t *evicted;
	bs_pfn end;
	struct bs_range *batch;
	unsigned int capacity, order; /* of a frame */
};

static bs_pfn frame_pages(const struct shared_state *s)
{
	return (bs_pfn)1 << s->order;
}

static bool is_evicted(const struct shared_state *s, bs_pfn pfn)
{
	const bs_pfn frame = pfn >> s->order;

	return s->evicted[frame / 64] >> (frame & 63) & 1;
}

static void set_evicted(struct shared_state *s, bs_pfn pfn, unsigned int order, bool on)
{
	for (bs_pfn p = pfn; p < pfn + (1u << order); p += frame_pages(s)) {
		const bs_pfn frame = p >> s->order;
		const uint64_t bit = UINT64_C(1) << (frame & 63);

		s->evicted[frame / 64] &= ~bit;
		s->evicted[frame / 64] |= on ? bit : 0;
	}
}

/* ---- On and off ------------------------------------------------------------------------------ */

/* The timer ticks at multiples of the interval; a tick that would find nothing new is left out. */
static void arm(struct bs_report_ctx *rc)
{
	const bs_ns interval = bs_param_get(rc, INTERVAL);

	if (!bs_wake_pending(rc))
		bs_wake(rc, interval - bs_now(rc) % interval);
}

/* All is taken for installed: the host cannot know what was never touched. */
static int start(struct bs_report_ctx *rc)
{
	struct shared_state *s = bs_state(rc);
	const uint64_t batch = bs_param_get(rc, BATCH);

	s->order = bs_usual_order(rc);
	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		struct bs_report_zone rz;

		bs_report_zone(rc, i, &rz);
		if (rz.start + rz.spanned > s->end)
			s->end = rz.start + rz.spanned;
	}
	s->capacity = batch < bs_capacity(rc) ? (unsigned int)batch : bs_capacity(rc);
	s->batch = bs_alloc(rc, BS_SCOPE_GLOBAL, s->capacity * sizeof(*s->batch));
	s->evicted =
		bs_alloc(rc, BS_SCOPE_PAGE, ((s->end >> s->order) / 64 + 1) * sizeof(*s->evicted));
	if (!s->batch || !s->evicted)
		return -ENOMEM;
	arm(rc);
	return 0;
}

static void stop(struct bs_report_ctx *rc)
{
	struct shared_state *s = bs_state(rc);

	bs_release(rc, s->batch);
	bs_release(rc, s->evicted);
	*s = (struct shared_state){0};
}

/* In place of the tick: nothing can have changed but by a free. */
static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	(void)b;
	(void)why;
	(void)merged;
	arm(rc);
}

/* ---- The host thread ------------------------------------------------------------------------- */

/* From @pfn on, one frame or, in one free block, two: @room or fewer. Return: how many; 0: it is
 * not free, or not installed. */
static unsigned int claim(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int room)
{
	const struct shared_state *s = bs_state(rc);

	if (is_evicted(s, pfn))
		return 0;
	if (room > 1 && !(pfn & frame_pages(s)) && !is_evicted(s, pfn + frame_pages(s)) &&
	    bs_claim(rc, pfn, s->order + 1))
		return 2;
	return bs_claim(rc, pfn, s->order) ? 1 : 0;
}

/* From *@at on; it is left behind the last frame looked at. Locked. */
static unsigned int evict(struct bs_report_ctx *rc, bs_pfn *at, bs_pfn end)
{
	struct shared_state *s = bs_state(rc);
	unsigned int room = (unsigned int)bs_param_get(rc, BATCH), n = 0;

	while (*at < end && n < s->capacity && room) {
		const unsigned int frames = claim(rc, *at, room);

		if (frames) {
			s->batch[n] = (struct bs_range){*at, (uint8_t)(s->order + frames - 1)};
			set_evicted(s, *at, s->batch[n++].order, true);
			room -= frames;
		}
		*at += frames ? frames * frame_pages(s) : frame_pages(s);
	}
	return n;
}

/* Behind a failed discard the frames count as installed again, but for those that the guest has
 * taken in between: they are already. */
static int discard(struct bs_report_ctx *rc, unsigned int n)
{
	struct shared_state *s = bs_state(rc);
	int err = bs_submit(rc, s->batch, n);

	for (unsigned int i = 0; i < n; i++)
		if (bs_unclaim(rc, s->batch[i].pfn, s->batch[i].order) && err)
			set_evicted(s, s->batch[i].pfn, s->batch[i].order, false);
	return err;
}

static int zone_pass(struct bs_report_ctx *rc, unsigned int zone, const struct bs_report_zone *rz)
{
	const bs_pfn end = rz->start + rz->spanned;
	const struct shared_state *s = bs_state(rc);
	bs_pfn at = (rz->start + frame_pages(s) - 1) & ~(frame_pages(s) - 1);
	int err = 0;

	while (at < end && !err) {
		unsigned int n;

		bs_zone_lock(rc, zone);
		n = evict(rc, &at, end);
		bs_zone_unlock(rc, zone);
		err = n ? discard(rc, n) : 0;
	}
	return err;
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	static const uint8_t preferred[] = {BS_ZONE_NORMAL, BS_ZONE_MOVABLE, BS_ZONE_DMA32};
	int err = 0;

	(void)cpu;
	for (unsigned int t = 0; t < sizeof(preferred); t++)
		for (unsigned int i = 0; i < bs_zones(rc) && !err; i++) {
			struct bs_report_zone rz;

			bs_report_zone(rc, i, &rz);
			if (rz.type == preferred[t])
				err = zone_pass(rc, i, &rz);
		}
	if (err)
		arm(rc); /* there is something left for the next tick */
	return err;
}

/* ---- The guest allocates --------------------------------------------------------------------- */

/* An allocation takes the lower end of a block, so the upper frame of a split one stays where
 * block_out() will see it leave. The lower one may wait on a per-cpu list, page by page, until
 * somebody is handed the first. What is pulled apart for other reasons goes beyond what frames can
 * follow, and counts as installed. */
static void block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	struct shared_state *s = bs_state(rc);
	struct bs_block frame = *b;

	if (!s->evicted || why == BS_MERGE)
		return;
	if (why != BS_ALLOC) {
		set_evicted(s, b->pfn, b->order, false);
		return;
	}
	frame.order = (uint8_t)s->order;
	if (is_evicted(s, b->pfn))
		bs_defer(rc, &frame);
}

/* A frame is installed whole, whatever is taken of it; 4 MiB at once are two. */
static void allocated(struct bs_report_ctx *rc, const struct bs_block *b)
{
	struct shared_state *s = bs_state(rc);
	const bs_pfn end = b->pfn + (1u << b->order);

	for (bs_pfn frame = b->pfn & ~(frame_pages(s) - 1); frame < end; frame += frame_pages(s)) {
		if (!is_evicted(s, frame))
			continue;
		set_evicted(s, frame, s->order, false);
		bs_install(rc, frame, s->order, b->cpu);
	}
}

static const struct bs_strategy_memory series = {
	.page = "16 bits / 2 MiB",
	.zone = "-",
	.rest = "an evicted bit in the allocator's own entry; the host keeps 2 bits / 2 MiB",
	.note = "the evicted bit alone: the rest of the entry is the allocator's, and the host's bits say the same again",
};

const struct bs_strategy bs_strategy_shared_state = {
	.name = "shared-state",
	.summary = "the host itself evicts free 2 MiB frames; an allocation installs them again",
	.origin = "HyperAlloc (Wrenger et al., EuroSys 2025) over LLFree",
	.abi = BS_STRATEGY_ABI,
	/* All of it when it is on again. */
	.caps = BS_CAP_HOST_SIDE | BS_CAP_DUPLICATES,
	.state_size = sizeof(struct shared_state),
	.params = params,
	.start = start,
	.stop = stop,
	.block_in = block_in,
	.pass = pass,
	.block_out = block_out,
	.allocated = allocated,
	.series = &series,
};
