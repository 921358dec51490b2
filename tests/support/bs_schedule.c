// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_schedule_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What the guest does --------------------------------------------------------------------- */

static void note_false_oom(struct bs_guest *g, unsigned int gfp, unsigned int order)
{
	/* Far enough from full that the blocks of all its requests cannot matter (33). */
	if (!order && g->live_pages + LOW_PAGES + bs_guest_may_isolate(g) <= PAGES &&
	    bs_report_false_oom(g->rc, gfp, order))
		bs_guest_broke(g, BS_LAW_OOM, "a page was refused while blocks were isolated",
			       BS_NO_PFN);
}

static void allocate(struct bs_guest *g, unsigned int order, unsigned int mt)
{
	static const unsigned int bits[] = {0, BS_GFP_MOVABLE, BS_GFP_RECLAIMABLE};
	const unsigned int gfp = BS_GFP_KERNEL | bits[mt];
	struct bs_error err;
	bs_ns cost;
	bs_pfn pfn;

	if (g->nr_live == MAX_LIVE)
		return;
	pfn = bs_alloc_pages(g->m, (unsigned int)bs_guest_below(g, 2), gfp, order);
	if (pfn == BS_NO_PFN) {
		note_false_oom(g, gfp, order);
		bs_report_event(g->rc, BS_EVENT_SHRINK, UINT64_C(1) << order);
		return;
	}
	g->live[g->nr_live++] = (struct bs_live){pfn, (uint8_t)order, ++g->next_id};
	g->live_pages += UINT64_C(1) << order;
	if (bs_device_alloc(g->d, pfn, order, g->next_id, g->now, &cost, &err))
		bs_guest_broke(g, BS_LAW_DEVICE, err.text, BS_NO_PFN);
}

/* The guest's pattern over what it frees (9, 10). */
static void poison(struct bs_guest *g, const struct bs_live *l, enum bs_poison when)
{
	struct bs_error err;
	bs_ns cost;

	if (bs_device_poison_mode(g->d) == when &&
	    bs_device_poison(g->d, l->pfn, l->order, g->now, &cost, &err))
		bs_guest_broke(g, BS_LAW_DEVICE, err.text, BS_NO_PFN);
}

static void release_block(struct bs_guest *g, const struct bs_live *l)
{
	struct bs_error err;

	if (bs_device_free(g->d, l->pfn, l->order, l->id, &err))
		bs_guest_broke(g, BS_LAW_CONTENT, err.text, BS_NO_PFN);
	g->live_pages -= UINT64_C(1) << l->order;
	poison(g, l, BS_POISON_BEFORE);
	bs_free_pages(g->m, (unsigned int)bs_guest_below(g, 2), l->pfn, l->order);
	poison(g, l, BS_POISON_AFTER);
}

static void release(struct bs_guest *g)
{
	struct bs_live l, rest;
	unsigned int i;

	if (!g->nr_live)
		return;
	i = (unsigned int)bs_guest_below(g, g->nr_live);
	l = g->live[i];
	/* Now and then only half of it: the other half lives on. */
	if (l.order && !bs_guest_below(g, 4) &&
	    !bs_split_allocated(g->m, l.pfn, (unsigned int)l.order - 1)) {
		l.order--;
		rest = l;
		rest.pfn += 1u << l.order;
		bs_split_allocated(g->m, rest.pfn, rest.order);
		g->live[i] = rest;
	} else {
		g->live[i] = g->live[--g->nr_live];
	}
	release_block(g, &l);
}

/* What memory offlining does when it gives up at once; free blocks change lists twice. */
static void isolate_pageblock(struct bs_guest *g)
{
	const bs_pfn pfn = (bs_pfn)bs_guest_below(g, PAGES / 512) * 512;
	const unsigned int mt = bs_pageblock_type(g->m, pfn);

	g->isolations++;
	if (!bs_isolate_pageblock(g->m, pfn))
		bs_unisolate_pageblock(g->m, pfn, mt);
}

static void act(struct bs_guest *g)
{
	static const uint8_t orders[] = {0, 0, 3, 8, 9, 9, 10, 10};
	const uint64_t dice = bs_guest_below(g, 400);

	if (g->over)
		return;
	if (!bs_guest_below(g, 60))
		g->growing = !g->growing;
	if (dice < 4)
		isolate_pageblock(g);
	else if (dice == 4)
		bs_drain_pages(g->m, BS_ALL_CPUS);
	else if (bs_guest_below(g, 100) < (g->growing ? 75 : 25))
		allocate(g, orders[bs_guest_below(g, 8)], (unsigned int)bs_guest_below(g, 3));
	else
		release(g);
	bs_guest_refresh_told(g);
	bs_guest_note_free(g);
}

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

	return !g->quiet && !bs_guest_below(g, 4);
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
	else if (bs_pageblock_type(g->m, r.pfn) == BS_MIGRATE_ISOLATE)
		bs_guest_broke(g, BS_LAW_ISOLATE, "range in an ISOLATE pageblock", r.pfn);
	if (r.order < g->lowest_order)
		bs_guest_broke(g, BS_LAW_RANGE, "range smaller than what is reported", r.pfn);
	if (bs_guest_was_told(g, r))
		bs_guest_broke(g, BS_LAW_ONCE, "reported again though nothing happened to it",
			       r.pfn);
}

static void look_at_request(struct bs_guest *g, const struct bs_range *r, unsigned int n)
{
	bs_guest_check_returned(g);
	bs_guest_refresh_told(g); /* what merged when it was put back */
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++) {
		struct bs_zone_info zi;

		bs_zone_info(g->m, z, &zi);
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
	memcpy(g->calls[ticket].r, r, n * sizeof(*r));
	g->calls[ticket].n = n;
	g->calls[ticket].due = g->now + cost;
	g->calls[ticket].used = true;
	return ticket;
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
	bs_guest_tell(g, g->calls[ticket].r, g->calls[ticket].n, ret != 0);
	memcpy(g->returned, g->calls[ticket].r, sizeof(g->returned));
	g->nr_returned = g->calls[ticket].n;
	bs_guest_note_free(g);
	return ret;
}

/* The others go on while one waits; the longer, the more. */
static void others_act_until(struct bs_guest *g, bs_ns due)
{
	uint64_t n = g->quiet ? 0 : bs_guest_below(g, due > g->now + BS_NS_PER_S ? 20 : 4);

	if (!g->in_call) {
		g->in_call = true;
		for (; n && !g->over; n--)
			act(g);
		g->in_call = false;
	}
	if (due > g->now)
		g->now = due;
}

static int env_wait(void *arg, int ticket)
{
	struct bs_guest *g = arg;

	others_act_until(g, g->calls[ticket].due);
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
	others_act_until(g, g->calls[ticket].due);
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
	if (!bs_device_install(g->d, pfn, order, g->now, &cost, &err))
		return 0;
	bs_guest_broke(g, BS_LAW_DEVICE, err.text, pfn);
	return -EUCLEAN;
}

static void run_wake(struct bs_guest *g)
{
	if (!g->wake_armed || g->over)
		return;
	g->wake_armed = false;
	if (g->wake_at > g->now)
		g->now = g->wake_at;
	bs_guest_note_free(g);
	bs_report_pass(g->rc, -1);
	bs_guest_check_returned(g);
	bs_guest_refresh_told(g);
}

/* ---- Switching and setting ------------------------------------------------------------------- */

static void toggle(struct bs_guest *g)
{
	struct bs_report_stats st;

	bs_report_stop(g->rc);
	bs_report_stats(g->rc, &st);
	if (st.isolated_bytes)
		bs_guest_broke(g, BS_LAW_OFF, "switched off, and blocks are still out", BS_NO_PFN);
	if (g->wake_armed)
		bs_guest_broke(g, BS_LAW_OFF, "switched off, and a pass is still due", BS_NO_PFN);
	/* Life goes on without it. */
	for (uint64_t n = g->quiet ? 0 : bs_guest_below(g, 20); n; n--)
		act(g);
	if (bs_report_start(g->rc) || bs_report_start(g->rc) != -EBUSY)
		bs_guest_broke(g, BS_LAW_OFF, "does not go on again", BS_NO_PFN);
	g->v->toggles++;
}

static uint64_t random_value(struct bs_guest *g, const struct bs_param *p)
{
	uint64_t n = 0, most = 2 * p->def + 2;

	switch (p->type) {
	case BS_PARAM_BOOL:
		return bs_guest_below(g, 2);
	case BS_PARAM_ORDER:
		return 7 + bs_guest_below(g, 4);
	case BS_PARAM_ENUM:
		while (p->names[n])
			n++;
		return bs_guest_below(g, n);
	case BS_PARAM_FLAGS:
		return p->def;
	default:
		most = most > p->max ? p->max : most < p->min ? p->min : most;
		return p->min + bs_guest_below(g, most - p->min + 1);
	}
}

static void set_something(struct bs_guest *g)
{
	const struct bs_param *table = g->sc->s->params;
	const unsigned int n = bs_param_count(table);
	const struct bs_param *p = n ? &table[bs_guest_below(g, n)] : NULL;
	struct bs_error err;
	char text[64];
	uint64_t v;

	if (!p || !p->runtime)
		return;
	v = random_value(g, p);
	bs_param_format(p, v, text, sizeof(text));
	if (bs_report_set_param(g->rc, p->name, text, &err))
		return;
	if (!strcmp(p->name, "order") && v < g->lowest_order)
		g->lowest_order = (unsigned int)v;
	/* What a gate is about moves, too. */
	if (!strcmp(p->name, "gate"))
		bs_report_event(g->rc, BS_EVENT_PRESSURE, bs_guest_below(g, 101));
	g->v->settings++;
}

/* ---- The end: quiet -------------------------------------------------------------------------- */

/* Bytes that may stay raw: fewer than 4 of each order per zone (axis 18; marks are set to 4), and
 * what the strategy was asked to keep. */
static uint64_t may_stay_raw(const struct bs_guest *g)
{
	const char *name = g->sc->s->name;
	uint64_t bytes = 0, blocks = 3;

	if (!strcmp(name, "rotation") || !strcmp(name, "hypercall") || !strcmp(name, "seeded") ||
	    !strcmp(name, "shared-state") || !strcmp(name, "clairvoyant"))
		blocks = 0;
	blocks += bs_guest_param(g, "keep_raw", 0);
	for (unsigned int o = g->lowest_order; o < BS_NR_ORDERS; o++)
		bytes += blocks * BS_PAGE_SIZE << o;
	return bytes * bs_nr_zones(g->m);
}

static void settle(struct bs_guest *g)
{
	unsigned int passes = 0;

	g->quiet = true;
	bs_report_event(g->rc, BS_EVENT_PRESSURE, 100);
	while (g->nr_live) {
		const struct bs_live l = g->live[--g->nr_live];

		release_block(g, &l);
	}
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++)
		bs_zone_set_watermarks(g->m, z, 0, 0, 0);
	/* Every block was somebody's once: not all series look at what was free before them. */
	bs_drain_pages(g->m, BS_ALL_CPUS);
	while (g->nr_live < PAGES / 1024) {
		const unsigned int before = g->nr_live;

		allocate(g, 10, BS_MIGRATE_MOVABLE);
		if (g->nr_live == before)
			break;
	}
	while (g->nr_live) {
		const struct bs_live l = g->live[--g->nr_live];

		release_block(g, &l);
		bs_guest_refresh_told(g);
		if (g->nr_live % 4 == 0)
			run_wake(g);
	}
	bs_drain_pages(g->m, BS_ALL_CPUS);
	bs_guest_refresh_told(g);
	while (g->wake_armed && !g->over && passes++ < 200)
		run_wake(g);
	if (g->wake_armed)
		bs_guest_broke(g, BS_LAW_SETTLE, "does not go idle", BS_NO_PFN);
	if (!g->sc->errors && bs_report_raw_bytes(g->rc) > may_stay_raw(g))
		bs_guest_broke(g, BS_LAW_SETTLE, "idle, and blocks are left raw", BS_NO_PFN);
	bs_guest_check(g);
}

/* The host's books, after the last completion. */
static void check_books(struct bs_guest *g)
{
	struct bs_device_stats st;
	struct bs_error err;

	bs_device_stats(g->d, &st);
	g->v->content_loss = st.content_loss;
	g->v->skipped_bytes = st.skipped_bytes;
	g->v->discarded_bytes = st.discarded_bytes;
	if (g->over)
		return;
	if (st.discarded_bytes + st.skipped_bytes + st.redundant_bytes != st.asked_bytes)
		bs_guest_broke(g, BS_LAW_RESIDENT, "discarded, skipped and redundant are not all",
			       BS_NO_PFN);
	if (strstr(g->sc->fault, "inhibit=assigned") && st.discarded_bytes)
		bs_guest_broke(g, BS_LAW_RESIDENT, "discarded though inhibited", BS_NO_PFN);
	if (bs_device_check(g->d, &err) > 0)
		bs_guest_broke(g, BS_LAW_RESIDENT, err.text, BS_NO_PFN);
}

/* ---- A schedule ------------------------------------------------------------------------------ */

static void create_machine(struct bs_guest *g)
{
	static const struct bs_zone_range two[] = {
		{.type = BS_ZONE_DMA32, .start = 0, .spanned = PAGES / 2},
		{.type = BS_ZONE_NORMAL, .start = PAGES / 2, .spanned = PAGES / 2}};
	static const struct bs_zone_range one[] = {{.type = BS_ZONE_NORMAL, .spanned = PAGES}};
	static const struct bs_mem_range range = {.end = PAGES};
	static const char *const kernels[] = {"linux-6.1", "linux-5.4", "linux-6.12"};
	const uint64_t seed = g->sc->seed;
	const struct bs_machine_config cfg = {.kernel = kernels[seed % 3],
					      .ranges = &range,
					      .nr_ranges = 1,
					      .zones = seed % 4 == 3 ? two : one,
					      .nr_zones = seed % 4 == 3 ? 2 : 1,
					      .nr_cpus = 2,
					      .shuffle = seed % 5 == 4,
					      .seed = seed,
					      .no_boot = true};
	struct bs_error err;

	assert_ok(bs_machine_create(&cfg, &g->m, &err), &err);
	assert_ok(bs_machine_boot_range(g->m, 0, PAGES, &err), &err);
	for (unsigned int z = 0; z < cfg.nr_zones; z++) {
		bs_zone_set_watermarks(g->m, z, MIN_PAGES / cfg.nr_zones, LOW_PAGES / cfg.nr_zones,
				       900 / cfg.nr_zones);
		bs_zone_set_pcp(g->m, z, seed & 1 ? 62 : 0, seed & 1 ? 31 : 1);
	}
}

static void begin(struct bs_guest *g)
{
	const struct bs_device_config dc = {.kind = g->sc->kind,
					    .nr_pages = PAGES,
					    .capacity = CAPACITY,
					    .depth = 16,
					    .report_order = 9,
					    .touch = BS_TOUCH_PAGE,
					    .verify = BS_VERIFY_EACH,
					    .params = g->sc->fault,
					    .seed = g->sc->seed};
	const struct bs_env env = {.arg = g,
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
	struct bs_error err;
	int ret;

	bs_rng_seed(&g->rng, g->sc->seed * 1000003);
	create_machine(g);
	assert_ok(bs_device_create(&dc, &g->d, &err), &err);
	assert_ok(bs_report_create(g->m, g->sc->s, g->sc->params, &env, &g->rc, &err), &err);
	g->lowest_order = (unsigned int)bs_guest_param(g, "order", 9);
	ret = bs_report_start(g->rc);
	if (ret)
		fail_msg("%s:%s does not start: %d", g->sc->s->name, g->sc->params, ret);
}

void bs_schedule_run(const struct bs_schedule *sc, struct bs_verdict *v)
{
	struct bs_guest *g = calloc(1, sizeof(*g));

	assert_non_null(g);
	*v = (struct bs_verdict){.law = BS_NO_LAW, .hash = 1};
	g->sc = sc;
	g->v = v;
	g->growing = true;
	begin(g);
	for (unsigned int step = 0; step < sc->steps && !g->over; step++) {
		const uint64_t dice = bs_guest_below(g, 1000);

		g->now += bs_guest_below(g, 20 * BS_NS_PER_MS);
		if (g->wake_armed && (g->wake_at <= g->now || dice < 60))
			run_wake(g);
		else if (dice >= 990)
			toggle(g);
		else if (dice >= 970)
			set_something(g);
		else
			act(g);
		if (step % 16 == 0)
			bs_guest_check(g);
	}
	bs_guest_check(g);
	if (!g->over)
		settle(g);
	if (!g->over)
		bs_report_stop(g->rc);
	check_books(g);
	/* What a bug left lying about goes with the guest, unlooked at. */
	g->over = true;
	bs_report_destroy(g->rc);
	bs_device_destroy(g->d);
	bs_machine_destroy(g->m);
	free(g);
}
