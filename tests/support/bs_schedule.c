// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm_report.h"

/* ---- What the guest does --------------------------------------------------------------------- */

/* So far from full that the blocks of all requests cannot matter (33), and some are out? */
static bool needs_no_isolated(const struct bs_guest *g)
{
	struct bs_report_stats st;
	bs_pfn away = 0;

	/* Isolated pageblocks are nobody's to allocate from. */
	for (unsigned int i = 0; i < g->nr_away; i++)
		away += g->away[i].end - g->away[i].pfn;
	away += g->held.end - g->held.start;
	bs_report_stats(g->rc, &st);
	return st.isolated_bytes &&
	       g->live_pages + away + LOW_PAGES + bs_guest_may_isolate(g) <= g->pages;
}

void bs_guest_touch(struct bs_guest *g, bs_pfn pfn, unsigned int order)
{
	const unsigned int with = bs_device_thp(g->d) && order < 9 ? 9 : order;
	const bs_pfn first = pfn >> with << with;

	for (bs_pfn p = first; p < first + (1u << with); p++)
		g->touched[p / 64] |= UINT64_C(1) << p % 64;
}

static bool allocate(struct bs_guest *g, unsigned int order, unsigned int mt)
{
	static const unsigned int bits[] = {0, BS_GFP_MOVABLE, BS_GFP_RECLAIMABLE};
	const unsigned int gfp = BS_GFP_KERNEL | bits[mt];
	const bool must_have = !order && needs_no_isolated(g);
	struct bs_error err;
	struct bs_fault_cost cost;
	bs_pfn pfn;

	if (g->nr_live == MAX_LIVE)
		return false;
	bs_guest_saw(g, BS_LAW_OOM, must_have);
	pfn = bs_alloc_pages(g->m, (unsigned int)bs_guest_below(g, 2), gfp, order);
	if (pfn == BS_NO_PFN) {
		if (must_have && bs_report_false_oom(g->rc, gfp, order))
			bs_guest_broke(g, BS_LAW_OOM,
				       "a page was refused while blocks were isolated", BS_NO_PFN);
		bs_report_event(g->rc, BS_EVENT_SHRINK, UINT64_C(1) << order);
		return false;
	}
	/* What user space has can be moved away, so its pageblock can be isolated. */
	if (mt == BS_MIGRATE_MOVABLE)
		bs_page_set_lru(g->m, pfn, order, true);
	g->live[g->nr_live++] = (struct bs_live){pfn, (uint8_t)order, ++g->next_id};
	g->live_pages += UINT64_C(1) << order;
	bs_guest_touch(g, pfn, order);
	if (bs_device_alloc(g->d, pfn, order, g->next_id, g->now, &cost, &err))
		bs_guest_broke(g, BS_LAW_DEVICE, err.text, BS_NO_PFN);
	return true;
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

	bs_guest_saw(g, BS_LAW_CONTENT, g->v->requests != 0);
	if (bs_device_free(g->d, l->pfn, l->order, l->id, &err))
		bs_guest_broke(g, BS_LAW_CONTENT, err.text, BS_NO_PFN);
	g->live_pages -= UINT64_C(1) << l->order;
	poison(g, l, BS_POISON_BEFORE);
	bs_free_pages(g->m, (unsigned int)bs_guest_below(g, 2), l->pfn, l->order);
	poison(g, l, BS_POISON_AFTER);
	bs_watch_freed(g, l->pfn);
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

/* Pageblocks are isolated, one or two at a time, and stay so until the guest gives up: in between
 * blocks of theirs are freed to ISOLATE lists, and several lie side by side. */
static bool isolate(struct bs_guest *g, bs_pfn pfn, bs_pfn end)
{
	bs_watch_isolates(g, pfn, end);
	g->isolations++; /* also if it fails: what it isolated by then came back */
	for (bs_pfn p = pfn; p < end; p += 512) {
		const unsigned int i = (p - pfn) / 512;

		g->away[g->nr_away].mt[i] = (uint8_t)bs_pageblock_type(g->m, p);
		g->away[g->nr_away].was_out[i] = bs_page_state(g->m, p) == BS_PAGE_ISOLATED;
	}
	if (bs_isolate_range(g->m, pfn, end))
		return false;
	/* Left to the caller since 5.10: nothing of it is handed out any more. */
	bs_drain_pages(g->m, BS_ALL_CPUS);
	g->away[g->nr_away].pfn = pfn;
	g->away[g->nr_away++].end = end;
	return true;
}

static void unisolate(struct bs_guest *g, unsigned int i)
{
	for (bs_pfn p = g->away[i].pfn; p < g->away[i].end; p += 512)
		if (g->away[i].end - g->away[i].pfn == 512)
			bs_unisolate_pageblock(g->m, p, g->away[i].mt[0]);
	if (g->away[i].end - g->away[i].pfn > 512)
		bs_unisolate_range(g->m, g->away[i].pfn, g->away[i].end, g->away[i].mt[0]);
	g->isolations++;
	g->away[i] = g->away[--g->nr_away];
}

static void isolate_something(struct bs_guest *g)
{
	const bs_pfn n = 512 << bs_guest_below(g, 2);
	const bs_pfn pfn = (bs_pfn)bs_guest_below(g, g->pages / n) * n;

	if (g->nr_away == MAX_AWAY || (g->nr_away && !bs_guest_below(g, 3)))
		unisolate(g, (unsigned int)bs_guest_below(g, g->nr_away));
	else
		isolate(g, pfn, pfn + n);
}

/* What compaction's search does to a list (reordered()). */
static void rotate_a_list(struct bs_guest *g)
{
	const unsigned int zone = (unsigned int)bs_guest_below(g, bs_nr_zones(g->m));
	const unsigned int order = 9 + (unsigned int)bs_guest_below(g, 2);
	bs_pfn pfn[64];
	const size_t n = bs_list_blocks(g->m, zone, order, BS_MIGRATE_MOVABLE, pfn, NULL, 64);

	if (n)
		bs_mm_list_reorder(g->m, zone, order, BS_MIGRATE_MOVABLE,
				   pfn[bs_guest_below(g, n < 64 ? n : 64)], bs_guest_below(g, 2));
	bs_watch_reordered(g, zone, order);
}

static void act_at_random(struct bs_guest *g)
{
	static const uint8_t orders[] = {0, 0, 3, 8, 9, 9, 10, 10};
	/* What is rare happens when it matters. */
	const uint64_t dice = bs_guest_below(g, g->in_call ? 100 : 400);

	if (!bs_guest_below(g, 60))
		g->growing = !g->growing;
	if (g->sc->ranges && !bs_guest_below(g, 12))
		bs_guest_range(g);
	else if (dice < 12)
		isolate_something(g);
	else if (dice < 14)
		bs_drain_pages(g->m, BS_ALL_CPUS);
	else if (dice < 20)
		rotate_a_list(g);
	else if (bs_guest_below(g, 100) < (g->growing ? 75 : 25))
		allocate(g, orders[bs_guest_below(g, 8)], (unsigned int)bs_guest_below(g, 3));
	else
		release(g);
}

/* True: something happened. */
static bool act_by_letter(struct bs_guest *g, char letter)
{
	struct bs_live oldest = g->live[0];

	switch (letter) {
	case 'A':
		return allocate(g, 9, BS_MIGRATE_MOVABLE);
	case 'F':
		if (!g->nr_live)
			return false;
		memmove(g->live, g->live + 1, --g->nr_live * sizeof(g->live[0]));
		release_block(g, &oldest);
		return true;
	default:
		if (g->nr_away)
			unisolate(g, 0);
		else
			return isolate(g, 0, 512);
		return true;
	}
}

static void acted(struct bs_guest *g)
{
	g->acts++;
	for (unsigned int i = 0; i < g->nr_away; i++)
		for (bs_pfn p = g->away[i].pfn; p < g->away[i].end; p += 512)
			if (bs_page_state(g->m, p) != BS_PAGE_ISOLATED)
				g->away[i].was_out[(p - g->away[i].pfn) / 512] = false;
	bs_guest_refresh_told(g);
	bs_guest_note_free(g);
	bs_watch_look(g);
}

void bs_guest_act(struct bs_guest *g)
{
	if (g->over)
		return;
	act_at_random(g);
	acted(g);
}

static void idle_letter(struct bs_guest *g)
{
	if (g->v->idle_at > g->at)
		g->v->idle_at = g->at;
}

/* The letters up to the completion; beyond the script's end it completes by itself. */
static void script_in_call(struct bs_guest *g)
{
	const char *script = g->sc->script;

	for (; script[g->at] && script[g->at] != 'C' && !g->over; g->at++) {
		if (!strchr("AFI", script[g->at]) || !act_by_letter(g, script[g->at]))
			idle_letter(g);
		acted(g);
	}
	if (script[g->at])
		g->at++;
}

/* The others go on while one waits; the longer, the more. */
void bs_guest_act_in_call(struct bs_guest *g, bs_ns due)
{
	uint64_t n = g->quiet ? 0 : bs_guest_below(g, due > g->now + BS_NS_PER_S ? 20 : 4);

	if (!g->in_call) {
		g->in_call = true;
		bs_guest_check_pages(g);
		if (g->sc->script && !g->quiet)
			script_in_call(g);
		else
			for (; n && !g->over; n--)
				bs_guest_act(g);
		g->in_call = false;
	}
	if (due > g->now)
		g->now = due;
}

/* ---- The worker ------------------------------------------------------------------------------ */

static void run_wake(struct bs_guest *g)
{
	if (!g->wake_armed || g->over)
		return;
	g->wake_armed = false;
	if (g->wake_at > g->now)
		g->now = g->wake_at;
	bs_guest_note_free(g);
	g->put_off = false;
	bs_watch_pass(g, true);
	g->in_pass = true;
	bs_report_pass(g->rc, -1);
	g->in_pass = false;
	bs_watch_pass(g, false);
	bs_guest_check_returned(g);
	bs_guest_refresh_told(g);
	bs_watch_look(g);
}

/* ---- Switching and setting ------------------------------------------------------------------- */

static void toggle(struct bs_guest *g)
{
	struct bs_report_stats st;

	bs_report_stop(g->rc);
	g->off = true;
	bs_guest_saw(g, BS_LAW_OFF, 1);
	bs_report_stats(g->rc, &st);
	if (st.isolated_bytes)
		bs_guest_broke(g, BS_LAW_OFF, "switched off, and blocks are still out", BS_NO_PFN);
	if (g->wake_armed)
		bs_guest_broke(g, BS_LAW_OFF, "switched off, and a pass is still due", BS_NO_PFN);
	/* Life goes on without it. */
	for (uint64_t n = g->quiet || g->sc->script ? 0 : bs_guest_below(g, 20); n; n--)
		bs_guest_act(g);
	if (bs_report_start(g->rc) || bs_report_start(g->rc) != -EBUSY)
		bs_guest_broke(g, BS_LAW_OFF, "does not go on again", BS_NO_PFN);
	g->off = false;
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
	if (!strcmp(p->name, "order")) {
		g->order_raised |= v > g->lowest_order;
		g->lowest_order = v < g->lowest_order ? (unsigned int)v : g->lowest_order;
	}
	g->v->settings++;
}

/* ---- The end: quiet -------------------------------------------------------------------------- */

/* Bytes that may stay raw: fewer than 4 of each order per zone (marks are set to 4), and
 * what the strategy was asked to keep. */
static uint64_t may_stay_raw(const struct bs_guest *g)
{
	const char *name = g->sc->s->name;
	uint64_t bytes = 0, blocks = 3;

	if (!strcmp(name, "rotation") || !strcmp(name, "hypercall") || !strcmp(name, "seeded") ||
	    !strcmp(name, "shared-state") || !strcmp(name, "clairvoyant") ||
	    !strcmp(name, "template"))
		blocks = 0;
	blocks += bs_guest_param(g, "keep_raw", 0);
	for (unsigned int o = g->lowest_order; o <= bs_guest_top(g); o++)
		bytes += blocks * BS_UNIT_SIZE << o;
	return bytes * bs_nr_zones(g->m);
}

static void settle(struct bs_guest *g)
{
	unsigned int passes = 0;

	g->quiet = true;
	bs_report_event(g->rc, BS_EVENT_PRESSURE, 100);
	while (g->nr_away)
		unisolate(g, 0);
	bs_guest_end_range(g);
	while (g->nr_live) {
		const struct bs_live l = g->live[--g->nr_live];

		release_block(g, &l);
	}
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++) {
		bs_zone_set_watermarks(g->m, z, 0, 0, 0);
		/* The boost is a watermark as well: one block would stay out of reach. */
		bs_kswapd_boost_done(g->m, z);
	}
	/* Every block was somebody's once: not all series look at what was free before them. */
	bs_drain_pages(g->m, BS_ALL_CPUS);
	while (g->nr_live < g->pages / 1024) {
		const unsigned int before = g->nr_live;

		allocate(g, 10, BS_MIGRATE_MOVABLE);
		if (g->nr_live == before)
			break;
	}
	bs_guest_refresh_told(g);
	while (g->nr_live) {
		const struct bs_live l = g->live[--g->nr_live];

		release_block(g, &l);
		bs_guest_refresh_told(g);
		/* Little by little, or all at once. */
		if (g->nr_live % (g->sc->seed & 1 ? 4 : 16) == 0)
			run_wake(g);
	}
	bs_drain_pages(g->m, BS_ALL_CPUS);
	bs_guest_refresh_told(g);
	while (g->wake_armed && !g->over && passes++ < 200)
		run_wake(g);
	bs_guest_saw(g, BS_LAW_SETTLE, g->v->requests != 0);
	if (g->wake_armed)
		bs_guest_broke(g, BS_LAW_SETTLE, "does not go idle", BS_NO_PFN);
	if (!g->sc->errors && bs_report_raw_bytes(g->rc) > may_stay_raw(g))
		bs_guest_broke(g, BS_LAW_SETTLE, "idle, and blocks are left raw", BS_NO_PFN);
	bs_guest_check(g);
	bs_guest_check_settled(g);
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
	bs_guest_saw(g, BS_LAW_RESIDENT, st.asked_bytes != 0);
	if (st.discarded_bytes + st.lazyfree_bytes + st.skipped_bytes + st.redundant_bytes !=
	    st.asked_bytes)
		bs_guest_broke(g, BS_LAW_RESIDENT,
			       "discarded, lazily freed, skipped and redundant are not all",
			       BS_NO_PFN);
	if (strstr(g->sc->fault, "inhibit=assigned") && st.discarded_bytes)
		bs_guest_broke(g, BS_LAW_RESIDENT, "discarded though inhibited", BS_NO_PFN);
	if (bs_device_check(g->d, &err) > 0)
		bs_guest_broke(g, BS_LAW_RESIDENT, err.text, BS_NO_PFN);
}

#define RSS_STEP 48 /* early: not all of the guest was in use yet */

/* ---- A schedule ------------------------------------------------------------------------------ */

void bs_guest_set_pcp(struct bs_guest *g, unsigned int zone)
{
	const bool cached = g->sc->seed & 1;

	bs_zone_set_pcp(g->m, zone, cached ? 62 : 0, cached ? 31 : 1);
}

static void create_machine(struct bs_guest *g)
{
	const bs_pfn pages = g->pages;
	const struct bs_zone_range two[] = {
		{.type = BS_ZONE_DMA32, .start = 0, .spanned = pages / 2},
		{.type = BS_ZONE_NORMAL, .start = pages / 2, .spanned = pages / 2}};
	const struct bs_zone_range one[] = {{.type = BS_ZONE_NORMAL, .spanned = pages}};
	const struct bs_mem_range range = {.end = pages};
	static const char *const kernels[] = {"linux-6.1", "linux-5.4", "linux-6.12"};
	const uint64_t seed = g->sc->seed, part = g->sc->script ? 10 : 1;
	const struct bs_machine_config cfg = {.kernel = g->sc->kernel ? g->sc->kernel
								      : kernels[seed % 3],
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
	assert_ok(bs_machine_boot_range(g->m, 0, pages, &err), &err);
	for (unsigned int z = 0; z < cfg.nr_zones; z++) {
		bs_zone_set_watermarks(g->m, z, MIN_PAGES / cfg.nr_zones / part,
				       LOW_PAGES / cfg.nr_zones / part, 900 / cfg.nr_zones / part);
		bs_guest_set_pcp(g, z);
	}
}

static void begin(struct bs_guest *g)
{
	const struct bs_device_config dc = {.kind = g->sc->kind,
					    .nr_pages = g->pages,
					    .capacity = CAPACITY,
					    .depth = 16,
					    .touch = BS_TOUCH_PAGE,
					    .verify = BS_VERIFY_EACH,
					    .params = g->sc->fault,
					    .seed = g->sc->seed};
	const struct bs_env env = bs_guest_env(g);
	struct bs_error err;
	int ret;

	bs_rng_seed(&g->rng, g->sc->seed * 1000003);
	create_machine(g);
	assert_ok(bs_device_create(&dc, &g->d, &err), &err);
	assert_ok(bs_report_create(g->m, g->sc->s, g->sc->params, &env, &g->rc, &err), &err);
	g->lowest_order = (unsigned int)bs_guest_param(g, "order", 9);
	bs_watch_begin(g);
	/* A script begins with half of the guest in use, in blocks of 2 MiB. */
	while (g->sc->script && g->nr_live < g->pages / 1024)
		allocate(g, 9, BS_MIGRATE_MOVABLE);
	ret = bs_report_start(g->rc);
	if (ret)
		fail_msg("%s:%s does not start: %d", g->sc->s->name, g->sc->params, ret);
}

static void run_at_random(struct bs_guest *g)
{
	for (unsigned int step = 0; step < g->sc->steps && !g->over; step++) {
		const uint64_t dice = bs_guest_below(g, 1000);

		g->now += bs_guest_below(g, 20 * BS_NS_PER_MS);
		if (g->wake_armed && (g->wake_at <= g->now || dice < 60))
			run_wake(g);
		else if (dice >= 990)
			toggle(g);
		else if (dice >= 970)
			set_something(g);
		else if (dice >= 940 && bs_guest_param(g, "gate", 0))
			bs_report_event(g->rc, BS_EVENT_PRESSURE, bs_guest_below(g, 101));
		else
			bs_guest_act(g);
		if (step % 16 == 0)
			bs_guest_check(g);
		if (step == RSS_STEP && !g->over)
			bs_guest_check_rss(g);
	}
}

static void run_script(struct bs_guest *g)
{
	const char *script = g->sc->script;

	while (script[g->at] && !g->over) {
		const char letter = script[g->at];
		const bool due = g->wake_armed;

		if ((letter == 'P' && !due) || letter == 'C')
			idle_letter(g);
		else if (strchr("AFI", letter) && !act_by_letter(g, letter))
			idle_letter(g);
		g->at++;
		if (letter == 'P')
			run_wake(g);
		else if (letter == 'T')
			toggle(g);
		else
			acted(g);
		bs_guest_check(g);
	}
}

void bs_schedule_run(const struct bs_schedule *sc, struct bs_verdict *v)
{
	struct bs_guest *g = calloc(1, sizeof(*g));

	assert_non_null(g);
	*v = (struct bs_verdict){.law = BS_NO_LAW, .hash = 1};
	v->idle_at = sc->script ? (unsigned int)strlen(sc->script) : 0;
	g->sc = sc;
	g->v = v;
	g->growing = true;
	g->pages = sc->script ? SCRIPT_PAGES : PAGES;
	begin(g);
	if (sc->script)
		run_script(g);
	else
		run_at_random(g);
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
	bs_watch_end(g);
	free(g);
}
