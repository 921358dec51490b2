// SPDX-License-Identifier: GPL-2.0-or-later
/* bs_schedule_env.c - what the strategy's context sees of the schedule: clock, device, verdicts. */
#include "bs_watch.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "device_state.h"

/* ---- The device and the clock ---------------------------------------------------------------- */

static bs_ns env_now(void *arg)
{
	return ((struct bs_guest *)arg)->now;
}

static void env_wake(void *arg, bs_ns delay)
{
	struct bs_guest *g = arg;

	g->wake_armed = true;
	g->wake_at = g->now + delay;
}

static void env_cancel(void *arg)
{
	((struct bs_guest *)arg)->wake_armed = false;
}

/* Now and then, until all is quiet. */
static bool env_busy(void *arg)
{
	struct bs_guest *g = arg;
	bool waits = false;

	if (g->quiet || bs_guest_below(g, 4))
		return false;
	for (unsigned int i = 0; i < sizeof(g->calls) / sizeof(g->calls[0]); i++)
		waits |= g->calls[i].used;
	g->was_busy = true;
	g->put_off |= !waits;
	return true;
}

static void env_violated(void *arg, const char *law, bs_pfn pfn)
{
	static const struct {
		const char *word;
		unsigned int law;
	} words[] = {{"device called with the zone lock", BS_LAW_LOCK},
		     {"waiting for the device with", BS_LAW_LOCK},
		     {"beyond the device's capacity", BS_LAW_RANGE},
		     {"strategy stopped", BS_LAW_OFF}};
	unsigned int id = BS_LAW_DEVICE;

	for (unsigned int i = 0; i < 4; i++)
		if (strstr(law, words[i].word))
			id = words[i].law;
	bs_guest_broke(arg, id, law, pfn);
}

static void check_range(struct bs_guest *g, struct bs_range r)
{
	if (r.pfn & ((1u << r.order) - 1))
		bs_guest_broke(g, BS_LAW_RANGE, "range not aligned to its order", r.pfn);
	else if (bs_pfn_zone(g->m, r.pfn) != bs_pfn_zone(g->m, r.pfn + (1u << r.order) - 1))
		bs_guest_broke(g, BS_LAW_RANGE, "range in two zones", r.pfn);
	bs_guest_saw(g, BS_LAW_RANGE, 1);
	bs_guest_saw(g, BS_LAW_ISOLATE, g->nr_away != 0);
	bs_guest_saw(g, BS_LAW_ONCE, g->nr_told != 0);
	for (bs_pfn pfn = r.pfn & ~511u; pfn < r.pfn + (1u << r.order); pfn += 512)
		if (bs_guest_in_isolate(g, pfn))
			bs_guest_broke(g, BS_LAW_ISOLATE, "range in an ISOLATE pageblock", pfn);
	if (r.order < g->lowest_order)
		bs_guest_broke(g, BS_LAW_RANGE, "range smaller than what is reported", r.pfn);
	if (bs_guest_was_told(g, r))
		bs_guest_broke(g, BS_LAW_ONCE, "reported again though nothing happened to it",
			       r.pfn);
}

static bool has_isolate_lists(const struct bs_guest *g)
{
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++)
		for (unsigned int o = 9; o <= bs_guest_top(g); o++)
			if (bs_list_blocks(g->m, z, o, BS_MIGRATE_ISOLATE, NULL, NULL, 0))
				return true;
	return false;
}

static void look_at_request(struct bs_guest *g, const struct bs_range *r, unsigned int n)
{
	bs_guest_check_returned(g);
	bs_guest_refresh_told(g); /* what merged when it was put back */
	bs_guest_saw(g, BS_LAW_DEVICE, n);
	bs_guest_saw(g, BS_LAW_LOCK, 1);
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++) {
		struct bs_zone_info zi;

		bs_zone_info(g->m, z, &zi);
		/* (One without a worker takes nothing: a merge in its hands is in nobody's.) */
		bs_guest_saw(g, BS_LAW_MIN,
			     zi.nr_free_pages < g->free_before[z] &&
				     !(g->sc->s->caps & BS_CAP_NO_WORKER));
		if (zi.nr_free_pages < zi.watermark_min && zi.nr_free_pages < g->free_before[z])
			bs_guest_broke(g, BS_LAW_MIN,
				       "isolating took the zone below its min watermark",
				       BS_NO_PFN);
	}
	for (unsigned int i = 0; i < n; i++) {
		check_range(g, r[i]);
		g->v->hash = (g->v->hash ^ r[i].pfn ^ (uint64_t)r[i].order << 32) *
			     UINT64_C(1099511628211);
	}
	g->v->hash = (g->v->hash ^ g->now) * UINT64_C(1099511628211);
	g->v->requests++;
	g->v->beside_isolate += has_isolate_lists(g);
	bs_watch_request(g, r, n);
}

static int env_submit_async(void *arg, const struct bs_range *r, unsigned int n)
{
	struct bs_guest *g = arg;
	struct bs_error err;
	bs_ns cost;
	int ticket;

	if (g->over)
		return -ESHUTDOWN;
	look_at_request(g, r, n);
	ticket = bs_device_request_at(g->d, r, n, g->now, &cost, &err);
	if (ticket == -EBUSY)
		return ticket;
	if (ticket < 0) {
		bs_guest_broke(g, BS_LAW_DEVICE, err.text, BS_NO_PFN);
		return ticket;
	}
	bs_watch_accepted(g, r, n);
	memcpy(g->calls[ticket].r, r, n * sizeof(*r));
	g->calls[ticket].n = n;
	g->calls[ticket].due = g->now + cost;
	g->calls[ticket].used = true;
	return ticket;
}

/* What the host does that the device does not know of. */
static void misbehave(struct bs_guest *g, const struct bs_range *r, unsigned int n)
{
	for (unsigned int i = 0; i < n && g->d->arena.base; i++) {
		char *page = bs_arena_page(&g->d->arena, r[i].pfn);

		switch (g->sc->host) {
		case BS_GOOD_HOST:
			break;
		case BS_HOST_KEEPS:
			if (g->touched[r[i].pfn / 64] & UINT64_C(1) << r[i].pfn % 64)
				*(volatile char *)page = 1;
			break;
		case BS_HOST_DROPS:
			assert_int_equal(madvise(page, BS_UNIT_SIZE << r[i].order, MADV_DONTNEED),
					 0);
			break;
		case BS_HOST_FILLS:
			for (bs_pfn p = 0; p < g->pages; p++)
				*(volatile char *)bs_arena_page(&g->d->arena, p) |= 0;
			break;
		}
	}
}

static int complete(struct bs_guest *g, int ticket)
{
	struct bs_error err;
	int ret;

	g->calls[ticket].used = false;
	ret = bs_device_complete(g->d, ticket, g->now, &err);
	if (ret == -EUCLEAN)
		bs_guest_broke(g, BS_LAW_DEVICE, err.text, BS_NO_PFN);
	g->v->failed += ret != 0;
	misbehave(g, g->calls[ticket].r, g->calls[ticket].n);
	bs_guest_tell(g, g->calls[ticket].r, g->calls[ticket].n, ret != 0);
	memcpy(g->returned, g->calls[ticket].r, sizeof(g->returned));
	g->nr_returned = g->calls[ticket].n;
	bs_guest_note_free(g);
	bs_watch_completed(g);
	return ret;
}

static int env_wait(void *arg, int ticket)
{
	struct bs_guest *g = arg;

	bs_guest_act_in_call(g, g->calls[ticket].due);
	return complete(g, ticket);
}

static int env_submit(void *arg, const struct bs_range *r, unsigned int n)
{
	struct bs_guest *g = arg;
	int ticket = env_submit_async(g, r, n);

	if (ticket < 0)
		return ticket;
	if (!(g->sc->s->caps & BS_CAP_HOST_SIDE))
		return env_wait(g, ticket);
	/* The host holds what it takes for as long as it takes it: then its thread is busy. */
	n = (unsigned int)complete(g, ticket);
	bs_guest_act_in_call(g, g->calls[ticket].due);
	bs_watch_completed(g);
	return (int)n;
}

/* The freeing CPU waits by itself: for the others it happens in no time. */
static int env_call(void *arg, const struct bs_range *r, unsigned int n, unsigned int cpu)
{
	int ticket = env_submit_async(arg, r, n);

	(void)cpu;
	if (ticket < 0)
		return ticket;
	ticket = complete(arg, ticket);
	((struct bs_guest *)arg)->nr_returned = 0; /* its caller goes on to free it */
	return ticket;
}

static int env_install(void *arg, bs_pfn pfn, unsigned int order, unsigned int cpu)
{
	struct bs_guest *g = arg;
	struct bs_error err;
	bs_ns cost;

	(void)cpu;
	bs_guest_touch(g, pfn, order);
	if (!bs_device_install(g->d, pfn, order, g->now, &cost, &err))
		return 0;
	bs_guest_broke(g, BS_LAW_DEVICE, err.text, pfn);
	return -EUCLEAN;
}

struct bs_env bs_guest_env(struct bs_guest *g)
{
	return (struct bs_env){.arg = g,
			       .now = env_now,
			       .wake = env_wake,
			       .wake_cancel = env_cancel,
			       .submit = env_submit,
			       .call = env_call,
			       .submit_async = env_submit_async,
			       .wait = env_wait,
			       .capacity = CAPACITY,
			       .busy = env_busy,
			       .install = env_install,
			       .violated = env_violated};
}
