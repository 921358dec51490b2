// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agreement.c - following a recorded kernel request by request (semantics.md 5).
 *
 * alloc_pages_bulk() is not traced in linux-6.1, but it can be inferred: it takes the first pages of
 * a per-cpu list. A traced request that finds the recorded page behind others shows that those were
 * taken before; they must turn up as frees of memory never allocated, or as in use at the end.
 */
#include "agreement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "mm_follow.h"
#include "start.h"

/* Block @number frees @pfn without having been allocated in the trace or before it. */
struct untraced {
	bs_pfn pfn;
	uint32_t number;
	bool taken; /* the guest has given the page out for it */
};

struct bs_agree {
	struct bs_agreement r;
	uint32_t *recorded; /* pfn per allocation number */
	/* Numbers + 1 of traced allocations: per page the last one at all, and per block from before
	 * the trace the last one of its page before it is freed. */
	uint32_t *last_alloc, *alloc_before;
	/* Several CPUs: per page its first traced request and the latest so far, per number the next
	 * of the same page, all as number + 1; and who made it. */
	uint32_t *first_of, *latest_of, *next_of;
	uint8_t *cpu_of;
	struct untraced *untraced; /* ascending by pfn, then by number */
	size_t nr_untraced, cap_untraced;
	/* bit per page: in use in the end dump; put on a list that the start dump does not hold */
	uint8_t *used_at_end, *rebuilt;
	uint8_t *named; /* the trace has named it by now */
	bs_pfn max_pfn;
	bool over;
};

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

/* ---- What is known beforehand ---------------------------------------------------------------- */

static void read_event(struct bs_cell *c, const struct bs_trace_chunk *k, unsigned int i,
		       uint32_t *number)
{
	struct bs_agree *a = c->agree;
	const bs_pfn size = (bs_pfn)1 << k->order[i];
	bs_pfn pfn;

	if (k->kind[i] == BS_EV_FREE) {
		const uint32_t freed = *number - k->arg[i];

		if (freed < c->info->pres && a->recorded[freed] < a->max_pfn)
			a->alloc_before[freed] = a->last_alloc[a->recorded[freed]];
		return;
	}
	if (k->kind[i] > BS_EV_FAILED)
		return;
	pfn = k->pfn ? k->pfn[i] : BS_NO_PFN;
	a->recorded[(*number)++] = pfn;
	if (k->kind[i] != BS_EV_ALLOC)
		return;
	for (bs_pfn p = pfn; p < a->max_pfn && p < pfn + size; p++)
		a->last_alloc[p] = *number;
	if (!a->cpu_of || pfn >= a->max_pfn)
		return;
	a->cpu_of[*number] = k->cpu[i];
	if (!a->first_of[pfn])
		a->first_of[pfn] = *number;
	else
		a->next_of[a->latest_of[pfn]] = *number;
	a->latest_of[pfn] = *number;
}

static int read_recorded(struct bs_cell *c, struct bs_agree *a, struct bs_error *err)
{
	struct bs_trace_chunk k;
	uint32_t number = 0;
	int ret = bs_trace_rewind(c->trace, err);

	a->recorded = malloc((c->info->numbers + 1) * sizeof(*a->recorded));
	a->last_alloc = calloc(a->max_pfn, sizeof(*a->last_alloc));
	a->alloc_before = calloc(c->info->pres + 1, sizeof(*a->alloc_before));
	if (c->nr_cpus > 1) {
		a->first_of = calloc(a->max_pfn, sizeof(*a->first_of));
		a->latest_of = calloc(a->max_pfn, sizeof(*a->latest_of));
		a->next_of = calloc(c->info->numbers + 1, sizeof(*a->next_of));
		a->cpu_of = calloc(c->info->numbers + 1, 1);
	}
	if (!a->recorded || !a->last_alloc || !a->alloc_before ||
	    (c->nr_cpus > 1 && !(a->first_of && a->latest_of && a->next_of && a->cpu_of)))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "agreement");
	while (ret >= 0 && (ret = bs_trace_next(c->trace, &k, err)) > 0)
		for (unsigned int i = 0; i < k.n; i++)
			read_event(c, &k, i, &number);
	if (a->latest_of)
		memset(a->latest_of, 0, a->max_pfn * sizeof(*a->latest_of));
	return ret < 0 && !c->cfg->keep_whole ? ret : 0;
}

static void mark_list(struct bs_agree *a, const struct bs_state_list *l, unsigned int order)
{
	for (uint32_t i = 0; i < l->n; i++)
		for (bs_pfn p = l->pfn[i]; p < l->pfn[i] + ((bs_pfn)1 << order); p++)
			if (p < a->max_pfn)
				a->used_at_end[p >> 3] &= (uint8_t) ~(1u << (p & 7));
}

/* ---- Lists that the dump does not hold ------------------------------------------------------- */

static bool is_dumped(const struct bs_state *s, unsigned int cpu)
{
	for (unsigned int i = 0; i < s->nr_zones; i++)
		for (unsigned int k = 0; k < s->zone[i].nr_pcp; k++)
			if (s->zone[i].pcp[k].cpu == cpu)
				return true;
	return false;
}

static void set_bits(uint8_t *bits, bs_pfn pfn, unsigned int order, bs_pfn max)
{
	for (bs_pfn p = pfn; p < pfn + ((bs_pfn)1 << order) && p < max; p++)
		bits[p >> 3] |= (uint8_t)(1u << (p & 7));
}

static bool bit(const uint8_t *bits, bs_pfn pfn)
{
	return bits[pfn >> 3] >> (pfn & 7) & 1;
}

/*
 * A page that is on no list of the dump and that the trace allocates before it was ever freed was on
 * a per-cpu list of a CPU which the dump leaves out. Refills are appended and hits taken from the
 * head, so that these requests name the list's pages in its order. They prove nothing themselves
 * (BS_LOST_NOT_DUMPED), but what comes behind them can be predicted again.
 */
static void rebuild_lists(struct bs_cell *c, struct bs_agree *a, const struct bs_trace_chunk *k,
			  uint32_t *number)
{
	for (unsigned int i = 0; i < k->n; i++) {
		const unsigned int kind = k->kind[i];
		struct bs_mm_pcp_list l = {.cpu = k->cpu[i], .order = k->order[i]};
		bs_pfn pfn;

		if (kind > BS_EV_FAILED)
			continue;
		pfn = kind == BS_EV_FREE ? a->recorded[*number - k->arg[i]] : a->recorded[*number];
		*number += kind != BS_EV_FREE;
		if (kind == BS_EV_FAILED || pfn >= a->max_pfn ||
		    (kind == BS_EV_PRE && a->alloc_before[*number - 1]))
			continue;
		if (kind == BS_EV_ALLOC && !bit(a->named, pfn) &&
		    !is_dumped(c->cfg->state, l.cpu) && l.cpu < c->nr_cpus &&
		    bs_mm_on_pcp(c->m, l.order)) {
			l.mt = bs_gfp_migratetype(c->info->gfp[k->gfp[i]]);
			if (!bs_mm_pcp_append(c->m, &l, pfn))
				set_bits(a->rebuilt, pfn, l.order, a->max_pfn);
		}
		set_bits(a->named, pfn, l.order, a->max_pfn);
	}
}

static int read_lists(struct bs_cell *c, struct bs_agree *a, struct bs_error *err)
{
	const size_t size = (size_t)a->max_pfn / 8 + 1;
	struct bs_trace_chunk k;
	uint32_t number = 0;
	bool all = true;
	int ret;

	for (unsigned int cpu = 0; cpu < c->nr_cpus; cpu++)
		all &= is_dumped(c->cfg->state, cpu);
	if (all || !a->r.followed)
		return 0;
	a->named = calloc(1, size);
	a->rebuilt = calloc(1, size);
	if (!a->named || !a->rebuilt)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "agreement");
	ret = bs_trace_rewind(c->trace, err);
	while (ret >= 0 && (ret = bs_trace_next(c->trace, &k, err)) > 0)
		rebuild_lists(c, a, &k, &number);
	return ret < 0 && !c->cfg->keep_whole ? ret : 0;
}

/* Everything that is on no list of the end dump. */
static int read_end(struct bs_cell *c, struct bs_agree *a, struct bs_error *err)
{
	const struct bs_state *s = c->cfg->end_state;

	if (!s)
		return 0;
	a->used_at_end = malloc((size_t)a->max_pfn / 8 + 1);
	if (!a->used_at_end)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "agreement");
	memset(a->used_at_end, 0xff, (size_t)a->max_pfn / 8 + 1);
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];

		for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				mark_list(a, &z->area[o][mt], o);
		for (unsigned int k = 0; k < z->nr_pcp; k++)
			for (unsigned int l = 0; l < BS_STATE_PCP_LISTS; l++)
				mark_list(a, &z->pcp[k].list[l], l < 12 ? l / 3 : 9);
	}
	return 0;
}

int bs_agree_create(struct bs_cell *c, struct bs_error *err)
{
	struct bs_agree *a = calloc(1, sizeof(*a));
	int ret;

	if (!a)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "agreement");
	c->agree = a;
	a->r.followed = !strcmp(c->strategy->name, "none");
	a->max_pfn = bs_max_pfn(c->m);
	ret = read_recorded(c, a, err);
	if (!ret)
		ret = read_end(c, a, err);
	return ret ? ret : read_lists(c, a, err);
}

void bs_agree_destroy(struct bs_agree *a)
{
	if (!a)
		return;
	free(a->first_of);
	free(a->latest_of);
	free(a->next_of);
	free(a->cpu_of);
	free(a->recorded);
	free(a->last_alloc);
	free(a->alloc_before);
	free(a->untraced);
	free(a->used_at_end);
	free(a->rebuilt);
	free(a->named);
	free(a);
}

/* ---- Memory from before the trace ------------------------------------------------------------ */

/* Binary search: the first entry whose pfn is not below @pfn. */
static size_t untraced_at(const struct bs_agree *a, bs_pfn pfn)
{
	size_t low = 0, high = a->nr_untraced;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (a->untraced[mid].pfn < pfn)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct untraced *find_untraced(const struct bs_agree *a, bs_pfn pfn)
{
	for (size_t i = untraced_at(a, pfn); i < a->nr_untraced && a->untraced[i].pfn == pfn; i++)
		if (!a->untraced[i].taken)
			return &a->untraced[i];
	return NULL;
}

static void add_untraced(struct bs_cell *c, bs_pfn pfn, uint32_t number)
{
	struct bs_agree *a = c->agree;
	size_t at = untraced_at(a, pfn + 1);

	if (a->nr_untraced == a->cap_untraced) {
		const size_t cap = a->cap_untraced ? a->cap_untraced * 2 : 256;
		struct untraced *more = realloc(a->untraced, cap * sizeof(*more));
		struct bs_error err;

		if (!more) {
			bs_error_set(&err, BS_RESOURCE, ENOMEM, c->label, NULL, "agreement");
			bs_cell_fail(c, &err);
			return;
		}
		a->untraced = more;
		a->cap_untraced = cap;
	}
	memmove(&a->untraced[at + 1], &a->untraced[at],
		(a->nr_untraced - at) * sizeof(*a->untraced));
	a->untraced[at] = (struct untraced){.pfn = pfn, .number = number};
	a->nr_untraced++;
}

/* In use in the dump: it is where it was recorded. Else it was allocated later, by a request that
 * left no event: when, is to be found out. */
static bs_pfn adopt(struct bs_cell *c, uint32_t number, unsigned int order)
{
	const bs_pfn pfn = c->agree->recorded[number];

	/* If the trace allocates the page before, this is another life of it. */
	if (pfn != BS_NO_PFN && !c->agree->alloc_before[number] &&
	    !bs_machine_adopt(c->m, pfn, order))
		return pfn;
	if (pfn != BS_NO_PFN && c->agree->r.followed)
		add_untraced(c, pfn, number);
	return BS_NO_PFN;
}

bool bs_agree_is_untraced(const struct bs_cell *c, uint32_t number)
{
	return c->agree->r.followed && !c->agree->over && number < c->info->pres;
}

/* ---- Inferring ------------------------------------------------------------------------------- */

/* May an untraced request have taken @pfn? Then it is freed untraced, or in use at the end, before
 * any traced request gets it again. */
static bool may_be_taken(const struct bs_cell *c, bs_pfn pfn)
{
	const struct bs_agree *a = c->agree;
	const struct untraced *u = find_untraced(a, pfn);

	if (u)
		return a->alloc_before[u->number] < c->number;
	return a->used_at_end && pfn < a->max_pfn && bit(a->used_at_end, pfn) &&
	       a->last_alloc[pfn] < c->number;
}

/* The guest has given @pfn out to an untraced request. */
static void note_taken(struct bs_cell *c, bs_pfn pfn)
{
	struct bs_agree *a = c->agree;
	struct untraced *u = find_untraced(a, pfn);
	struct bs_error err;
	bs_ns cost = 0;

	a->r.inferred_pages++;
	bs_page_set_word(c->m, pfn, u ? u->number : UINT32_MAX);
	if (!u)
		return;
	u->taken = true;
	a->r.untraced_pages++;
	c->block_pfn[u->number] = pfn;
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
	if (why == BS_LOST_FREE && bs_mm_on_pcp(c->m, l->order))
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

	if (!a->over && number < c->info->pres) {
		pfn = adopt(c, number, order);
		if (pfn != BS_NO_PFN || a->r.followed)
			return pfn;
	}
	if (a->latest_of && !a->over && number >= c->info->pres && a->recorded[number] < a->max_pfn)
		a->latest_of[a->recorded[number]] = number + 1;
	pfn = bs_alloc_pages(c->m, cpu, gfp, order);
	if (a->over || number < c->info->pres)
		return pfn;
	a->r.all.total++;
	a->r.order[order].total++;
	if (pfn == a->recorded[number] && pfn != BS_NO_PFN) {
		if (a->rebuilt && bit(a->rebuilt, pfn)) {
			a->rebuilt[pfn >> 3] &= (uint8_t) ~(1u << (pfn & 7));
			note_lost(c, BS_LOST_NOT_DUMPED, number, order, pfn);
			return pfn;
		}
		a->r.all.strict++;
		a->r.order[order].strict++;
		return pfn;
	}
	return a->r.followed && a->recorded[number] != BS_NO_PFN ? missed(c, number, gfp, &l, pfn)
								 : pfn;
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
	struct untraced *u = find_untraced(a, pfn);
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
	if (!c->cfg->end_state)
		return 0;
	ret = bs_state_of_machine(c->m, &s, err);
	if (ret)
		return ret;
	bs_state_fold(s);
	bs_state_compare(c->cfg->end_state, s, bs_kernel_name(c->m), note_difference, &a->r);
	a->r.compared = true;
	bs_state_free(s);
	return 0;
}
