// SPDX-License-Identifier: GPL-2.0-or-later
/* bs_schedule_laws.c - the laws: what the device was told, what the lists say, what adds up. */
#include "bs_schedule_int.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char *const law_names[] = {
	[BS_LAW_MACHINE] = "1-3 machine", [BS_LAW_SMALL] = "2 small",
	[BS_LAW_FREE] = "3 free",	  [BS_LAW_PAGES] = "4 pages",
	[BS_LAW_PEAK] = "5 peak",	  [BS_LAW_DEVICE] = "6 device",
	[BS_LAW_CONTENT] = "7 content",	  [BS_LAW_RESIDENT] = "8 resident",
	[BS_LAW_HELD] = "36 held",	  [BS_LAW_RANGE] = "20 range",
	[BS_LAW_ISOLATE] = "20 isolate",  [BS_LAW_COUNT] = "11 count",
	[BS_LAW_BOUNDARY] = "13 bound",	  [BS_LAW_BEHIND] = "14 behind",
	[BS_LAW_FRONT] = "14 front",	  [BS_LAW_ACTIVE] = "17 active",
	[BS_LAW_TYPE] = "type",		  [BS_LAW_SETTLE] = "21 settle",
	[BS_LAW_ERROR] = "23 error",	  [BS_LAW_MARK] = "24 mark",
	[BS_LAW_MARKS] = "25 marks",	  [BS_LAW_CALLS] = "26 calls",
	[BS_LAW_REQUESTED] = "27 request", [BS_LAW_UNASKED] = "27 unasked",
	[BS_LAW_ORDER] = "28 order",	  [BS_LAW_BITMAP] = "29 bitmap",
	[BS_LAW_ONCE] = "once",		  [BS_LAW_LOCK] = "30 lock",
	[BS_LAW_OFF] = "31 off",	  [BS_LAW_MIN] = "32 min",
	[BS_LAW_OOM] = "33 oom",	  [BS_LAW_SAME] = "34 same",
};
/* clang-format on */

const char *bs_law_name(unsigned int law)
{
	return law < BS_NR_LAWS ? law_names[law] : "none";
}

bool bs_guest_checks(const struct bs_guest *g, unsigned int law)
{
	return g->sc->laws >> law & 1;
}

/* The first law broken is the verdict; everything after it is wreckage. */
void bs_guest_broke(struct bs_guest *g, unsigned int law, const char *text, bs_pfn pfn)
{
	if (g->over || !bs_guest_checks(g, law))
		return;
	g->over = true;
	g->v->law = law;
	if (pfn == BS_NO_PFN)
		snprintf(g->v->text, sizeof(g->v->text), "%s", text);
	else
		snprintf(g->v->text, sizeof(g->v->text), "%s (pfn %u)", text, pfn);
}

uint64_t bs_guest_below(struct bs_guest *g, uint64_t n)
{
	return bs_rng_below(&g->rng, n);
}

uint64_t bs_guest_param(const struct bs_guest *g, const char *name, uint64_t fallback)
{
	const struct bs_param *table = g->sc->s->params;

	for (unsigned int i = 0; i < bs_param_count(table); i++)
		if (!strcmp(table[i].name, name))
			return bs_param_get(g->rc, i);
	return fallback;
}

uint64_t bs_guest_may_isolate(const struct bs_guest *g)
{
	return bs_guest_param(g, "depth", 1) * CAPACITY << bs_platform_of(g->m)->max_order;
}

/* ---- What the device was told ---------------------------------------------------------------- */

uint64_t bs_guest_moves(const struct bs_guest *g)
{
	struct bs_machine_counters c;

	bs_machine_counters(g->m, &c);
	return c.fallbacks + c.pageblocks_stolen + g->isolations;
}

static bool is_host_side(const struct bs_guest *g)
{
	return g->sc->s->caps & BS_CAP_HOST_SIDE;
}

/* Forget what is no longer the block that was told of. */
void bs_guest_refresh_told(struct bs_guest *g)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < g->nr_told; i++) {
		struct bs_told *t = &g->told[i];
		unsigned int order;
		bs_pfn head;
		const enum bs_page_state st = bs_page_lookup(g->m, t->pfn, &head, &order);
		const bool stays =
			is_host_side(g) ? order >= t->within : head == t->pfn && order == t->order;

		if ((st != BS_PAGE_FREE && st != BS_PAGE_ISOLATED) || !stays)
			continue;
		t->within = (uint8_t)order;
		g->told[kept++] = *t;
	}
	g->nr_told = kept;
}

struct bs_told *bs_guest_find_told(struct bs_guest *g, bs_pfn pfn, unsigned int order)
{
	for (unsigned int i = 0; i < g->nr_told; i++)
		if (g->told[i].pfn == pfn && g->told[i].order == order)
			return &g->told[i];
	return NULL;
}

bool bs_guest_was_told(struct bs_guest *g, struct bs_range r)
{
	for (unsigned int i = 0; i < g->nr_told; i++) {
		const struct bs_told *t = &g->told[i];
		const unsigned int wider = t->order > r.order ? t->order : r.order;
		const bool same = is_host_side(g) ? !((t->pfn ^ r.pfn) >> wider)
						  : t->pfn == r.pfn && t->order == r.order;

		if (same && !t->failed && t->moves == bs_guest_moves(g))
			return true;
	}
	return false;
}

void bs_guest_tell(struct bs_guest *g, const struct bs_range *r, unsigned int n, bool failed)
{
	for (unsigned int i = 0; i < n; i++) {
		struct bs_told *t = bs_guest_find_told(g, r[i].pfn, r[i].order);

		if (r[i].order < 5)
			continue; /* a balloon's pages, which are nobody's to mark */
		if (!t && g->nr_told < MAX_TOLD)
			t = &g->told[g->nr_told++];
		if (t)
			*t = (struct bs_told){r[i].pfn, r[i].order, r[i].order, failed,
					      bs_guest_moves(g)};
	}
}

/* Before the strategy has the word: what it takes shows in the zones' free pages. */
void bs_guest_note_free(struct bs_guest *g)
{
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++) {
		struct bs_zone_info zi;

		bs_zone_info(g->m, z, &zi);
		g->free_before[z] = zi.nr_free_pages;
	}
}

static bool is_on_list(const struct bs_guest *g, struct bs_range r, unsigned int mt)
{
	const unsigned int zone = (unsigned int)bs_pfn_zone(g->m, r.pfn);
	bs_pfn pfn[64];
	const size_t n = bs_list_blocks(g->m, zone, r.order, mt, pfn, NULL, 64);

	for (size_t i = 0; i < n && i < 64; i++)
		if (pfn[i] == r.pfn)
			return true;
	return n > 64;
}

bool bs_guest_in_isolate(const struct bs_guest *g, bs_pfn pfn)
{
	if (bs_pageblock_type(g->m, pfn) != BS_MIGRATE_ISOLATE)
		return false;
	/* With several requests in flight the strategy may wait between taking and sending. */
	for (unsigned int i = 0; i < g->nr_away; i++)
		if (pfn >= g->away[i].pfn && pfn < g->away[i].end)
			return !g->away[i].was_out[(pfn - g->away[i].pfn) / 512];
	return true;
}

/* Nobody but the strategy has run since the completion: where are the blocks now? */
void bs_guest_check_returned(struct bs_guest *g)
{
	for (unsigned int i = 0; i < g->nr_returned; i++) {
		const struct bs_range r = g->returned[i];
		unsigned int order;
		bs_pfn head;

		/* Smaller ones than a pageblock follow what happens to its other parts. */
		if (r.order < 9 || bs_page_lookup(g->m, r.pfn, &head, &order) != BS_PAGE_FREE ||
		    head != r.pfn || order != r.order)
			continue;
		bs_guest_saw(g, BS_LAW_TYPE, 1);
		if (!is_on_list(g, r, bs_pageblock_type(g->m, r.pfn)))
			bs_guest_broke(g, BS_LAW_TYPE, "returned to the list of another type",
				       r.pfn);
	}
	g->nr_returned = 0;
}

/* @marks: the strategy sets some. */
static void check_marks_of(struct bs_guest *g, unsigned int zone, unsigned int order,
			   unsigned int mt, bool marks)
{
	bs_pfn pfn[64];
	bool marked[64];
	const size_t n = bs_list_blocks(g->m, zone, order, mt, pfn, marked, 64);

	for (size_t i = 0; i < n && i < 64; i++) {
		const struct bs_told *t = bs_guest_find_told(g, pfn[i], order);

		bs_guest_saw(g, BS_LAW_ERROR, marks && t && t->failed);
		if (!marked[i])
			continue;
		bs_guest_saw(g, BS_LAW_MARK, 1);
		bs_guest_saw(g, BS_LAW_SMALL, 1);
		if (!t)
			bs_guest_broke(g, BS_LAW_MARK, "marked, but not as it was reported",
				       pfn[i]);
		else if (t->failed)
			bs_guest_broke(g, BS_LAW_ERROR, "marked, though its request failed",
				       pfn[i]);
		if (order < g->lowest_order)
			bs_guest_broke(g, BS_LAW_SMALL, "marked, but smaller than what is reported",
				       pfn[i]);
	}
}

/* ---- Laws of the guest ----------------------------------------------------------------------- */

void bs_guest_check_pages(struct bs_guest *g)
{
	struct bs_report_stats st;
	uint64_t pages;

	bs_report_stats(g->rc, &st);
	pages = g->held.end - g->held.start;
	pages += g->live_pages + (st.isolated_bytes + st.client_bytes) / BS_UNIT_SIZE;
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++) {
		struct bs_zone_info zi;

		bs_zone_info(g->m, z, &zi);
		pages += zi.nr_pcp_pages;
		for (unsigned int o = 0; o <= bs_guest_top(g); o++)
			pages += zi.nr_free[o] << o;
	}
	bs_guest_saw(g, BS_LAW_PAGES, g->live_pages != 0);
	if (pages != g->pages)
		bs_guest_broke(g, BS_LAW_PAGES,
			       "free, isolated, allocated and per-cpu pages are not all",
			       BS_NO_PFN);
}

/* Free memory that nobody has to report: in small blocks, or on a per-cpu list. */
static uint64_t unreportable_bytes(const struct bs_guest *g)
{
	uint64_t pages = 0;

	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++) {
		struct bs_zone_info zi;

		bs_zone_info(g->m, z, &zi);
		pages += zi.nr_pcp_pages;
		for (unsigned int o = 0; o < g->lowest_order; o++)
			pages += zi.nr_free[o] << o;
	}
	return pages * BS_UNIT_SIZE;
}

static void check_held(struct bs_guest *g, uint64_t held)
{
	uint64_t touched = 0;

	for (unsigned int i = 0; i < PAGES / 64; i++)
		touched += (uint64_t)__builtin_popcountll(g->touched[i]) * BS_UNIT_SIZE;
	bs_guest_saw(g, BS_LAW_HELD, held != 0 && touched < g->pages * BS_UNIT_SIZE);
	if (held > touched)
		bs_guest_broke(g, BS_LAW_HELD, "the host holds more than was touched", BS_NO_PFN);
}

void bs_guest_check_rss(struct bs_guest *g)
{
	const uint64_t rss = bs_device_real_rss(g->d);

	if (rss != BS_NO_TIME)
		check_held(g, rss);
}

static void add_hands(void *arg, bs_pfn pfn, unsigned int order, enum bs_to_strategy is)
{
	(void)pfn;
	if (is == BS_TO_HANDS)
		*(uint64_t *)arg += BS_UNIT_SIZE << order;
}

/* What a driver has allocated for itself, like the memory map of a block that it has plugged: the host is never told
 * of it. */
static uint64_t clients_own_bytes(const struct bs_guest *g)
{
	uint64_t bytes = 0;

	if (g->sc->s->caps & BS_CAP_CLIENT)
		bs_report_walk(g->rc, 0, add_hands, &bytes);
	return bytes;
}

void bs_guest_check_settled(struct bs_guest *g)
{
	uint64_t rss, left, resident, unmapped;

	if (g->over || g->sc->errors || g->sc->keeps)
		return;
	left = g->live_pages * BS_UNIT_SIZE + bs_report_raw_bytes(g->rc) + unreportable_bytes(g) +
	       clients_own_bytes(g);
	rss = bs_device_real_rss(g->d);
	bs_device_levels(g->d, &resident, &unmapped);
	bs_guest_saw(g, BS_LAW_HELD, 1);
	if (resident > left || (rss != BS_NO_TIME && rss > left))
		bs_guest_broke(g, BS_LAW_HELD, "the host holds what was reported", BS_NO_PFN);
}

void bs_guest_check(struct bs_guest *g)
{
	struct bs_report_stats st;
	uint64_t resident, unmapped;
	struct bs_error err;

	if (g->over)
		return;
	bs_report_stats(g->rc, &st);
	bs_guest_saw(g, BS_LAW_MACHINE, 1);
	bs_guest_saw(g, BS_LAW_FREE, 1);
	if (bs_machine_check(g->m, &err))
		bs_guest_broke(g, strstr(err.text, "NR_FREE_PAGES") ? BS_LAW_FREE : BS_LAW_MACHINE,
			       err.text, BS_NO_PFN);
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++)
		for (unsigned int o = 5; o <= bs_guest_top(g); o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				check_marks_of(g, z, o, mt, st.marks_set != 0);
	bs_guest_check_pages(g);
	/* Not what is unmapped: of a huge page that was taken apart the host keeps the rest, and
	 * may have to give new base pages beside it. */
	bs_device_levels(g->d, &resident, &unmapped);
	check_held(g, resident);
	bs_guest_saw(g, BS_LAW_PEAK, st.isolated_peak_bytes != 0);
	if (st.isolated_peak_bytes > bs_guest_may_isolate(g) * BS_UNIT_SIZE)
		bs_guest_broke(g, BS_LAW_PEAK, "more isolated than its requests hold", BS_NO_PFN);
}
