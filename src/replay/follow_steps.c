// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * follow_steps.c - following a recorded kernel request by request (MEANING.md, agreement).
 *
 * alloc_pages_bulk() is not traced in linux-6.1, but it can be inferred: it takes the first pages of
 * a per-cpu list. A traced request that finds the recorded page behind others shows that those were
 * taken before; they must turn up as frees of memory never allocated, or as in use at the end.
 */
#include "follow_steps.h"

#include "follow_known.h"
#include "mm_follow.h"
#include "start.h"

/* ---- Inferring ------------------------------------------------------------------------------- */

/* May an untraced request have taken @pfn? Then it is freed untraced, or in use at the end, before
 * any traced request gets it again. */
static bool may_be_taken(const struct bs_follow *a, bs_pfn pfn)
{
	const struct bs_untraced *u = bs_follow_find_untraced(a, pfn);

	if (u)
		return a->alloc_before[u->number] < a->s->number;
	return a->used_at_end && pfn < a->max_pfn && bs_follow_bit(a->used_at_end, pfn) &&
	       a->last_alloc[pfn] < a->s->number;
}

/* The guest has given @pfn out to an untraced request. */
static void note_taken(struct bs_follow *a, bs_pfn pfn)
{
	struct bs_untraced *u = bs_follow_find_untraced(a, pfn);
	struct bs_error err;
	struct bs_fault_cost cost; /* nobody's: it has been there for long */

	a->r.inferred_pages++;
	bs_page_set_word(a->g->m, pfn, u ? u->number : UINT32_MAX);
	if (!u)
		return;
	u->taken = true;
	a->r.untraced_pages++;
	a->s->block_pfn[u->number] = pfn;
	bs_guest_note_owned(a->g, pfn, 0, true);
	if (a->g->touch && u->number >= a->s->untouched_below &&
	    bs_device_alloc(a->g->dev, pfn, 0, u->number, a->s->clock->now, &cost, &err))
		bs_guest_fail(a->g, &err);
}

/* What a per-cpu list says about a page that it should have given. */
struct found {
	bool there; /* it is on the list ... */
	bool may; /* ... and every entry before it, or every entry of all, may have been taken */
	unsigned int before; /* entries before it, or all */
};

static struct found look_at(const struct bs_follow *a, const struct bs_mm_pcp_list *l, bs_pfn want)
{
	struct found f = {.may = true};

	for (bs_pfn p = bs_mm_pcp_first(a->g->m, l); p != BS_NO_PFN;
	     p = bs_mm_pcp_next(a->g->m, l, p)) {
		if (p == want) {
			f.there = true;
			return f;
		}
		f.may &= may_be_taken(a, p);
		f.before++;
	}
	return f;
}

/* Take @n pages of the list for untraced requests. */
static void take_bulk(struct bs_follow *a, const struct bs_mm_pcp_list *l, unsigned int n)
{
	for (; n > 0; n--) {
		const bs_pfn pfn = bs_mm_bulk_alloc(a->g->m, l);

		if (pfn == BS_NO_PFN)
			return;
		note_taken(a, pfn);
	}
}

#define REFILLS 4 /* a bulk request for more pages than that refills bring is none that we know */

/*
 * Explain that @want is next by untraced requests before this one: they took what is before it on
 * the list, or used the list up and went on with the refill that @want is in. False: cannot be.
 */
static bool infer(struct bs_follow *a, struct bs_mm_pcp_list *l, bs_pfn want)
{
	for (unsigned int i = 0; !l->order && i < REFILLS; i++) {
		const struct found f = look_at(a, l, want);
		bs_pfn pfn;

		if (!f.may || (!f.there && bs_page_state(a->g->m, want) != BS_PAGE_FREE))
			return false;
		take_bulk(a, l, f.before);
		if (f.there)
			return true;
		pfn = bs_mm_bulk_alloc(a->g->m, l);
		if (pfn == BS_NO_PFN)
			return false;
		bs_mm_unpop(a->g->m, pfn, l);
	}
	return false;
}

/* ---- A miss ---------------------------------------------------------------------------------- */

static enum bs_lost why_lost(const struct bs_follow *a, const struct bs_mm_pcp_list *l, bs_pfn want,
			     bs_pfn got)
{
	unsigned int order;
	bs_pfn head;

	switch (bs_page_lookup(a->g->m, want, &head, &order)) {
	case BS_PAGE_PCP:
		if (bs_mm_on_pcp(a->g->m, l->order) && look_at(a, l, want).there)
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

static void note_lost(struct bs_follow *a, enum bs_lost why, uint32_t number, unsigned int order,
		      bs_pfn got)
{
	struct bs_agreement *r = &a->r;

	r->lost[why]++;
	if (r->first_request)
		return;
	r->first_request = number - a->s->info->pres + 1;
	r->first_time = a->s->clock->now;
	r->first_why = why;
	r->first_order = order;
	r->first_expected = a->recorded[number];
	r->first_got = got;
}

/* Whose traced request gets @pfn next; the list's own CPU if nobody's. */
static unsigned int next_cpu(const struct bs_follow *a, const struct bs_mm_pcp_list *l, bs_pfn pfn)
{
	const uint32_t latest = a->latest_of[pfn];
	const uint32_t next = latest ? a->next_of[latest] : a->first_of[pfn];

	return next ? a->cpu_of[next] : l->cpu;
}

#define SOON 32

/* Does a request of this CPU get the list's first entry before long? Then the kernel has it there
 * too, and it was another page that was out of place. */
static bool is_first_soon(const struct bs_follow *a, const struct bs_mm_pcp_list *l)
{
	const bs_pfn first = bs_mm_pcp_first(a->g->m, l);
	uint32_t next;

	if (!a->cpu_of || first == BS_NO_PFN)
		return false;
	next = a->latest_of[first] ? a->next_of[a->latest_of[first]] : a->first_of[first];
	return next && a->cpu_of[next] == l->cpu && next - a->s->number < SOON;
}

#define MAX_MOVED 64

/*
 * Two CPUs refill one after the other, and the trace shows their requests the other way round: the
 * guest has given one's pages to the other. Entries of @l from @from up to @to (BS_NO_PFN: the end)
 * that another CPU gets next go to that CPU's list, in the same order.
 */
static void exchange(struct bs_follow *a, const struct bs_mm_pcp_list *l, bs_pfn from, bs_pfn to)
{
	bs_pfn moved[MAX_MOVED];
	unsigned int n = 0;

	for (bs_pfn p = from; p != to && p != BS_NO_PFN && n < MAX_MOVED;
	     p = bs_mm_pcp_next(a->g->m, l, p))
		if (next_cpu(a, l, p) != l->cpu)
			moved[n++] = p;
	while (n--)
		bs_mm_pcp_move(a->g->m, l, moved[n], next_cpu(a, l, moved[n]));
}

/* Put the lists right, so that @want is next, if pages of two CPUs were exchanged. */
static bool resync(struct bs_follow *a, struct bs_mm_pcp_list *l, bs_pfn want, enum bs_lost why)
{
	struct bs_mm_pcp_list other = *l;
	bs_pfn pfn;

	if (!a->cpu_of || !bs_mm_on_pcp(a->g->m, l->order))
		return false;
	if (why == BS_LOST_OTHER_PCP) {
		for (other.cpu = 0; other.cpu < a->g->nr_cpus; other.cpu++)
			if (other.cpu != l->cpu && look_at(a, &other, want).there)
				exchange(a, &other, want, BS_NO_PFN);
	} else {
		exchange(a, l, bs_mm_pcp_first(a->g->m, l), want);
	}
	if (bs_mm_pcp_first(a->g->m, l) == BS_NO_PFN) {
		pfn = bs_mm_bulk_alloc(a->g->m, l);
		if (pfn != BS_NO_PFN)
			bs_mm_unpop(a->g->m, pfn, l);
	}
	return bs_mm_pcp_first(a->g->m, l) == want;
}

/* Take what the kernel took. Where that is impossible the guest keeps its own answer. */
static bs_pfn force(struct bs_follow *a, bs_pfn want, unsigned int gfp, struct bs_mm_pcp_list *l,
		    enum bs_lost why)
{
	if (resync(a, l, want, why)) {
		a->r.forced++;
		return bs_mm_bulk_alloc(a->g->m, l);
	}
	/* A request gets a free block only through a refill. */
	if (why == BS_LOST_FREE && bs_mm_on_pcp(a->g->m, l->order) && !is_first_soon(a, l))
		bs_mm_refill_from(a->g->m, l, want);
	if (bs_mm_seize(a->g->m, want, l->order))
		return bs_alloc_pages(a->g->m, l->cpu, gfp, l->order);
	a->r.forced++;
	return want;
}

static void give_back(struct bs_follow *a, struct bs_mm_pcp_list *l, bs_pfn pfn)
{
	if (bs_mm_on_pcp(a->g->m, l->order))
		bs_mm_unpop(a->g->m, pfn, l);
	else
		bs_free_pages(a->g->m, l->cpu, pfn, l->order);
}

/* ---- Requests and frees ---------------------------------------------------------------------- */

static bs_pfn missed(struct bs_follow *a, uint32_t number, unsigned int gfp,
		     struct bs_mm_pcp_list *l, bs_pfn got)
{
	const bs_pfn want = a->recorded[number];
	enum bs_lost why;

	if (got != BS_NO_PFN)
		give_back(a, l, got);
	if (infer(a, l, want)) {
		a->r.all.inferred++;
		a->r.order[l->order].inferred++;
		return bs_mm_bulk_alloc(a->g->m, l);
	}
	why = why_lost(a, l, want, got);
	note_lost(a, why, number, l->order, got);
	return force(a, want, gfp, l, why);
}

static bs_pfn follow_alloc(void *arg, uint32_t number, unsigned int cpu, unsigned int gfp,
			   unsigned int order)
{
	struct bs_follow *a = arg;
	struct bs_mm_pcp_list l = {
		.cpu = cpu, .order = order, .mt = bs_gfp_migratetype((uint32_t)gfp)};
	bs_pfn pfn;

	/* Without recorded pfns there is nothing to agree with. */
	if (a->over || a->recorded[number] == BS_NO_PFN)
		return bs_alloc_pages(a->g->m, cpu, gfp, order);
	if (number < a->s->info->pres) {
		pfn = bs_follow_adopt(a, number, order);
		return pfn != BS_NO_PFN || a->r.followed ? pfn
							 : bs_alloc_pages(a->g->m, cpu, gfp, order);
	}
	if (a->latest_of && a->recorded[number] < a->max_pfn)
		a->latest_of[a->recorded[number]] = number + 1;
	a->r.all.total++;
	a->r.order[order].total++;
	pfn = bs_alloc_pages(a->g->m, cpu, gfp, order);
	if (pfn != a->recorded[number])
		return a->r.followed ? missed(a, number, gfp, &l, pfn) : pfn;
	if (a->rebuilt && bs_follow_bit(a->rebuilt, pfn)) {
		a->rebuilt[pfn >> 3] &= (uint8_t) ~(1u << (pfn & 7));
		note_lost(a, BS_LOST_NOT_DUMPED, number, order, pfn);
		return pfn;
	}
	a->r.all.strict++;
	a->r.order[order].strict++;
	return pfn;
}

static void follow_failed(void *arg, uint32_t number, unsigned int cpu, unsigned int gfp,
			  unsigned int order)
{
	struct bs_follow *a = arg;
	struct bs_mm_pcp_list l = {
		.cpu = cpu, .order = order, .mt = bs_gfp_migratetype((uint32_t)gfp)};
	bs_pfn pfn;

	if (a->over || !a->r.followed)
		return;
	pfn = bs_alloc_pages(a->g->m, cpu, gfp, order);
	a->r.all.total++;
	a->r.order[order].total++;
	if (pfn == BS_NO_PFN) {
		a->r.all.strict++;
		a->r.order[order].strict++;
		return;
	}
	give_back(a, &l, pfn);
	note_lost(a, BS_LOST_NOT_FAILED, number, order, pfn);
}

static bool follow_place(void *arg, uint32_t number, unsigned int cpu, unsigned int order)
{
	struct bs_follow *a = arg;
	const bs_pfn pfn = a->recorded[number];
	struct bs_mm_pcp_list l = {.cpu = cpu, .mt = BS_MIGRATE_UNMOVABLE};
	struct bs_untraced *u = bs_follow_find_untraced(a, pfn);
	struct found f;

	if (!bs_follow_is_untraced(a, number) || !u || u->number != number)
		return false;
	for (; !order && l.zone < bs_nr_zones(a->g->m); l.zone++) {
		f = look_at(a, &l, pfn);
		if (!f.there || !f.may)
			continue;
		take_bulk(a, &l, f.before + 1);
		return u->taken;
	}
	if (bs_mm_seize(a->g->m, pfn, order))
		return false;
	a->r.unexplained_frees++;
	u->taken = true;
	a->s->block_pfn[number] = pfn;
	bs_guest_note_owned(a->g, pfn, order, true);
	bs_page_set_word(a->g->m, pfn, number);
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

static int follow_end(void *arg, struct bs_error *err)
{
	struct bs_follow *a = arg;
	struct bs_state *s;
	int ret;

	if (a->over)
		return 0;
	a->over = true;
	if (!a->end_state)
		return 0;
	ret = bs_state_of_machine(a->g->m, &s, err);
	if (ret)
		return ret;
	bs_state_fold(s);
	bs_state_compare(a->end_state, s, bs_kernel_name(a->g->m), note_difference, &a->r);
	a->r.compared = true;
	bs_state_free(s);
	return 0;
}

static bool is_placed_later(const void *arg, uint32_t number)
{
	return bs_follow_is_untraced(arg, number);
}

const struct bs_follow_ops bs_follow_ops = {
	.alloc = follow_alloc,
	.is_placed_later = is_placed_later,
	.place = follow_place,
	.failed = follow_failed,
	.end = follow_end,
};
