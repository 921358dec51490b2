// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agreement.c - following a recorded kernel request by request (semantics.md 5).
 *
 * alloc_pages_bulk() is not traced in linux-6.1, but it can be inferred: it takes the first pages of
 * a per-cpu list. A traced request that finds the recorded page behind others shows that those were
 * taken before; they must turn up as frees of memory never allocated, or as in use at the end.
 */
#include <errno.h>
#include <stdlib.h>

#include "follow_int.h"
#include "mm_follow.h"
#include "start.h"

const char *bs_lost_name(enum bs_lost why)
{
	static const char *const names[BS_NR_LOST] = {
		"no_answer", "not_failed", "behind_others", "other_pcp_list",
		"free",	     "not_dumped", "free_not_seen", "in_use",
	};

	return (unsigned int)why < BS_NR_LOST ? names[why] : "?";
}

const struct bs_agreement *bs_agree_result(const struct bs_agree *a)
{
	return &a->r;
}

/* ---- Inferring ------------------------------------------------------------------------------- */

/* May an untraced request have taken @pfn? Then it is freed untraced, or in use at the end, before
 * any traced request gets it again. */
static bool may_be_taken(const struct bs_cell *c, bs_pfn pfn)
{
	const struct bs_agree *a = c->agree;
	const struct bs_untraced *u = bs_agree_find_untraced(a, pfn);

	if (u)
		return a->alloc_before[u->number] < c->number;
	return a->used_at_end && pfn < a->max_pfn && bs_agree_bit(a->used_at_end, pfn) &&
	       a->last_alloc[pfn] < c->number;
}

/* The guest has given @pfn out to an untraced request. */
static void note_taken(struct bs_cell *c, bs_pfn pfn)
{
	struct bs_agree *a = c->agree;
	struct bs_untraced *u = bs_agree_find_untraced(a, pfn);
	struct bs_error err;
	bs_ns cost = 0;

	a->r.inferred_pages++;
	bs_page_set_word(c->m, pfn, u ? u->number : UINT32_MAX);
	if (!u)
		return;
	u->taken = true;
	a->r.untraced_pages++;
	c->block_pfn[u->number] = pfn;
	bs_cell_owned(c, pfn, 0, true);
	if (c->touch && u->number >= c->untouched_below &&
	    bs_device_alloc(c->dev, pfn, 0, u->number, c->now, &cost, &err))
		bs_cell_fail(c, &err);
}

/* What a per-cpu list says about a page that it should have given. */
struct found {
	bool there; /* it is on the list ... */
	bool may; /* ... and every entry before it, or every entry of all, may have been taken */
	unsigned int before; /* entries before it, or all */
};

static struct found look_at(const struct bs_cell *c, const struct bs_mm_pcp_list *l, bs_pfn want)
{
	struct found f = {.may = true};

	for (bs_pfn p = bs_mm_pcp_first(c->m, l); p != BS_NO_PFN; p = bs_mm_pcp_next(c->m, l, p)) {
		if (p == want) {
			f.there = true;
			return f;
		}
		f.may &= may_be_taken(c, p);
		f.before++;
	}
	return f;
}

/* Take @n pages of the list for untraced requests. */
static void take_bulk(struct bs_cell *c, const struct bs_mm_pcp_list *l, unsigned int n)
{
	for (; n > 0; n--) {
		const bs_pfn pfn = bs_mm_bulk_alloc(c->m, l);

		if (pfn == BS_NO_PFN)
			return;
		note_taken(c, pfn);
	}
}

#define REFILLS 4 /* a bulk request for more pages than that refills bring is none that we know */

/*
 * Explain that @want is next by untraced requests before this one: they took what is before it on
 * the list, or used the list up and went on with the refill that @want is in. False: cannot be.
 */
static bool infer(struct bs_cell *c, struct bs_mm_pcp_list *l, bs_pfn want)
{
	for (unsigned int i = 0; !l->order && i < REFILLS; i++) {
		const struct found f = look_at(c, l, want);
		bs_pfn pfn;

		if (!f.may || (!f.there && bs_page_state(c->m, want) != BS_PAGE_FREE))
			return false;
		take_bulk(c, l, f.before);
		if (f.there)
			return true;
		pfn = bs_mm_bulk_alloc(c->m, l);
		if (pfn == BS_NO_PFN)
			return false;
		bs_mm_unpop(c->m, pfn, l);
	}
	return false;
}

/* ---- A miss ---------------------------------------------------------------------------------- */

static enum bs_lost why_lost(const struct bs_cell *c, const struct bs_mm_pcp_list *l, bs_pfn want,
			     bs_pfn got)
{
	unsigned int order;
	bs_pfn head;

	switch (bs_page_lookup(c->m, want, &head, &order)) {
	case BS_PAGE_PCP:
		if (bs_mm_on_pcp(c->m, l->order) && look_at(c, l, want).there)
			return BS_LOST_BEHIND;
		return BS_LOST_OTHER_PCP;
	case BS_PAGE_FREE:
		return got == BS_NO_PFN ? BS_LOST_NO_ANSWER : BS_LOST_FREE;
	case BS_PAGE_ALLOCATED:
		return BS_LOST_IN_USE;
	default:
		return BS_LOST_UNSEEN;
	}
}

static void note_lost(struct bs_cell *c, enum bs_lost why, uint32_t number, unsigned int order,
		      bs_pfn got)
{
	struct bs_agreement *r = &c->agree->r;

	r->lost[why]++;
	if (r->first_request)
		return;
	r->first_request = number - c->info->pres + 1;
	r->first_time = c->now;
	r->first_why = why;
	r->first_order = order;
	r->first_expected = c->agree->recorded[number];
	r->first_got = got;
}

/* Whose traced request gets @pfn next; the list's own CPU if nobody's. */
static unsigned int next_cpu(const struct bs_agree *a, const struct bs_mm_pcp_list *l, bs_pfn pfn)
{
	const uint32_t latest = a->latest_of[pfn];
	const uint32_t next = latest ? a->next_of[latest] : a->first_of[pfn];

	return next ? a->cpu_of[next] : l->cpu;
}

#define SOON 32

/* Does a request of this CPU get the list's first entry before long? Then the kernel has it there
 * too, and it was another page that was out of place. */
static bool is_first_soon(const struct bs_cell *c, const struct bs_mm_pcp_list *l)
{
	const struct bs_agree *a = c->agree;
	const bs_pfn first = bs_mm_pcp_first(c->m, l);
	uint32_t next;

	if (!a->cpu_of || first == BS_NO_PFN)
		return false;
	next = a->latest_of[first] ? a->next_of[a->latest_of[first]] : a->first_of[first];
	return next && a->cpu_of[next] == l->cpu && next - c->number < SOON;
}

#define MAX_MOVED 64

/*
 * Two CPUs refill one after the other, and the trace shows their requests the other way round: the
 * guest has given one's pages to the other. Entries of @l from @from up to @to (BS_NO_PFN: the end)
 * that another CPU gets next go to that CPU's list, in the same order.
 */
static void exchange(struct bs_cell *c, const struct bs_mm_pcp_list *l, bs_pfn from, bs_pfn to)
{
	bs_pfn moved[MAX_MOVED];
	unsigned int n = 0;

	for (bs_pfn p = from; p != to && p != BS_NO_PFN && n < MAX_MOVED;
	     p = bs_mm_pcp_next(c->m, l, p))
		if (next_cpu(c->agree, l, p) != l->cpu)
			moved[n++] = p;
	while (n--)
		bs_mm_pcp_move(c->m, l, moved[n], next_cpu(c->agree, l, moved[n]));
}

/* Put the lists right, so that @want is next, if pages of two CPUs were exchanged. */
static bool resync(struct bs_cell *c, struct bs_mm_pcp_list *l, bs_pfn want, enum bs_lost why)
{
	struct bs_mm_pcp_list other = *l;
	bs_pfn pfn;

	if (!c->agree->cpu_of || !bs_mm_on_pcp(c->m, l->order))
		return false;
	if (why == BS_LOST_OTHER_PCP) {
		for (other.cpu = 0; other.cpu < c->nr_cpus; other.cpu++)
			if (other.cpu != l->cpu && look_at(c, &other, want).there)
				exchange(c, &other, want, BS_NO_PFN);
	} else {
		exchange(c, l, bs_mm_pcp_first(c->m, l), want);
	}
	if (bs_mm_pcp_first(c->m, l) == BS_NO_PFN) {
		pfn = bs_mm_bulk_alloc(c->m, l);
		if (pfn != BS_NO_PFN)
			bs_mm_unpop(c->m, pfn, l);
	}
	return bs_mm_pcp_first(c->m, l) == want;
}

/* Take what the kernel took. Where that is impossible the guest keeps its own answer. */
static bs_pfn force(struct bs_cell *c, bs_pfn want, unsigned int gfp, struct bs_mm_pcp_list *l,
		    enum bs_lost why)
{
	if (resync(c, l, want, why)) {
		c->agree->r.forced++;
		return bs_mm_bulk_alloc(c->m, l);
	}
	/* A request gets a free block only through a refill. */
	if (why == BS_LOST_FREE && bs_mm_on_pcp(c->m, l->order) && !is_first_soon(c, l))
		bs_mm_refill_from(c->m, l, want);
	if (bs_mm_seize(c->m, want, l->order))
		return bs_alloc_pages(c->m, l->cpu, gfp, l->order);
	c->agree->r.forced++;
	return want;
}

static void give_back(struct bs_cell *c, struct bs_mm_pcp_list *l, bs_pfn pfn)
{
	if (bs_mm_on_pcp(c->m, l->order))
		bs_mm_unpop(c->m, pfn, l);
	else
		bs_free_pages(c->m, l->cpu, pfn, l->order);
}

/* ---- Requests and frees ---------------------------------------------------------------------- */

static bs_pfn missed(struct bs_cell *c, uint32_t number, unsigned int gfp, struct bs_mm_pcp_list *l,
		     bs_pfn got)
{
	struct bs_agree *a = c->agree;
	const bs_pfn want = a->recorded[number];
	enum bs_lost why;

	if (got != BS_NO_PFN)
		give_back(c, l, got);
	if (infer(c, l, want)) {
		a->r.all.inferred++;
		a->r.order[l->order].inferred++;
		return bs_mm_bulk_alloc(c->m, l);
	}
	why = why_lost(c, l, want, got);
	note_lost(c, why, number, l->order, got);
	return force(c, want, gfp, l, why);
}

bs_pfn bs_agree_alloc(struct bs_cell *c, uint32_t number, unsigned int cpu, unsigned int gfp,
		      unsigned int order)
{
	struct bs_agree *a = c->agree;
	struct bs_mm_pcp_list l = {
		.cpu = cpu, .order = order, .mt = bs_gfp_migratetype((uint32_t)gfp)};
	bs_pfn pfn;

	/* Without recorded pfns there is nothing to agree with. */
	if (a->over || a->recorded[number] == BS_NO_PFN)
		return bs_alloc_pages(c->m, cpu, gfp, order);
	if (number < c->info->pres) {
		pfn = bs_agree_adopt(c, number, order);
		return pfn != BS_NO_PFN || a->r.followed ? pfn
							 : bs_alloc_pages(c->m, cpu, gfp, order);
	}
	if (a->latest_of && a->recorded[number] < a->max_pfn)
		a->latest_of[a->recorded[number]] = number + 1;
	a->r.all.total++;
	a->r.order[order].total++;
	pfn = bs_alloc_pages(c->m, cpu, gfp, order);
	if (pfn != a->recorded[number])
		return a->r.followed ? missed(c, number, gfp, &l, pfn) : pfn;
	if (a->rebuilt && bs_agree_bit(a->rebuilt, pfn)) {
		a->rebuilt[pfn >> 3] &= (uint8_t) ~(1u << (pfn & 7));
		note_lost(c, BS_LOST_NOT_DUMPED, number, order, pfn);
		return pfn;
	}
	a->r.all.strict++;
	a->r.order[order].strict++;
	return pfn;
}

void bs_agree_failed(struct bs_cell *c, uint32_t number, unsigned int cpu, unsigned int gfp,
		     unsigned int order)
{
	struct bs_agree *a = c->agree;
	struct bs_mm_pcp_list l = {
		.cpu = cpu, .order = order, .mt = bs_gfp_migratetype((uint32_t)gfp)};
	bs_pfn pfn;

	if (a->over || !a->r.followed)
		return;
	pfn = bs_alloc_pages(c->m, cpu, gfp, order);
	a->r.all.total++;
	a->r.order[order].total++;
	if (pfn == BS_NO_PFN) {
		a->r.all.strict++;
		a->r.order[order].strict++;
		return;
	}
	give_back(c, &l, pfn);
	note_lost(c, BS_LOST_NOT_FAILED, number, order, pfn);
}

bool bs_agree_late(struct bs_cell *c, uint32_t number, unsigned int cpu, unsigned int order)
{
	struct bs_agree *a = c->agree;
	const bs_pfn pfn = a->recorded[number];
	struct bs_mm_pcp_list l = {.cpu = cpu, .mt = BS_MIGRATE_UNMOVABLE};
	struct bs_untraced *u = bs_agree_find_untraced(a, pfn);
	struct found f;

	if (!bs_agree_is_untraced(c, number) || !u || u->number != number)
		return false;
	for (; !order && l.zone < bs_nr_zones(c->m); l.zone++) {
		f = look_at(c, &l, pfn);
		if (!f.there || !f.may)
			continue;
		take_bulk(c, &l, f.before + 1);
		return u->taken;
	}
	if (bs_mm_seize(c->m, pfn, order))
		return false;
	a->r.unexplained_frees++;
	u->taken = true;
	c->block_pfn[number] = pfn;
	bs_cell_owned(c, pfn, order, true);
	bs_page_set_word(c->m, pfn, number);
	return true;
}

/* ---- The end --------------------------------------------------------------------------------- */

static void note_difference(void *arg, const struct bs_state_diff *d)
{
	struct bs_agreement *r = arg;

	if (!r->differences++)
		r->first_difference = *d;
	r->differs[d->part]++;
}

int bs_agree_end(struct bs_cell *c, struct bs_error *err)
{
	struct bs_agree *a = c->agree;
	struct bs_state *s;
	int ret;

	if (a->over)
		return 0;
	a->over = true;
	if (!c->plan->end_state)
		return 0;
	ret = bs_state_of_machine(c->m, &s, err);
	if (ret)
		return ret;
	bs_state_fold(s);
	bs_state_compare(c->plan->end_state, s, bs_kernel_name(c->m), note_difference, &a->r);
	a->r.compared = true;
	bs_state_free(s);
	return 0;
}
