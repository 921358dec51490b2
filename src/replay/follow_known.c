// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * follow_known.c - what trace and dumps say before the replay begins: recorded pages, which of
 * them are allocated again, per-cpu lists that the dump leaves out, memory from before the trace.
 */
#include "follow_known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/state.h>

#include "mm_follow.h"

/* ---- What is known beforehand ---------------------------------------------------------------- */

static void read_event(struct bs_follow *a, const struct bs_trace_chunk *k, unsigned int i,
		       uint32_t *number)
{
	const bs_pfn size = (bs_pfn)1 << k->order[i];
	bs_pfn pfn;

	if (k->kind[i] == BS_EV_FREE) {
		const uint32_t freed = *number - k->arg[i];

		if (freed < a->s->info->pres && a->recorded[freed] < a->max_pfn)
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

static int read_recorded(struct bs_follow *a, struct bs_error *err)
{
	struct bs_trace_chunk k;
	uint32_t number = 0;
	int ret = bs_trace_rewind(a->s->trace, err);

	a->recorded = malloc((a->s->info->numbers + 1) * sizeof(*a->recorded));
	a->last_alloc = calloc(a->max_pfn, sizeof(*a->last_alloc));
	a->alloc_before = calloc(a->s->info->pres + 1, sizeof(*a->alloc_before));
	if (a->g->nr_cpus > 1) {
		a->first_of = calloc(a->max_pfn, sizeof(*a->first_of));
		a->latest_of = calloc(a->max_pfn, sizeof(*a->latest_of));
		a->next_of = calloc(a->s->info->numbers + 1, sizeof(*a->next_of));
		a->cpu_of = calloc(a->s->info->numbers + 1, 1);
	}
	if (!a->recorded || !a->last_alloc || !a->alloc_before ||
	    (a->g->nr_cpus > 1 && !(a->first_of && a->latest_of && a->next_of && a->cpu_of)))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "agreement");
	while (ret >= 0 && (ret = bs_trace_next(a->s->trace, &k, err)) > 0)
		for (unsigned int i = 0; i < k.n; i++)
			read_event(a, &k, i, &number);
	if (a->latest_of)
		memset(a->latest_of, 0, a->max_pfn * sizeof(*a->latest_of));
	return ret < 0 && !a->s->cfg->window.keep_whole ? ret : 0;
}

static void mark_list(struct bs_follow *a, const struct bs_state_list *l, unsigned int order)
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

/*
 * A page that is on no list of the dump and that the trace allocates before it was ever freed was on
 * a per-cpu list of a CPU which the dump leaves out. Refills are appended and hits taken from the
 * head, so that these requests name the list's pages in its order. They prove nothing themselves
 * (BS_LOST_NOT_DUMPED), but what comes behind them can be predicted again.
 */
static void rebuild_lists(struct bs_follow *a, const struct bs_trace_chunk *k, uint32_t *number)
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
		if (kind == BS_EV_ALLOC && !bs_follow_bit(a->named, pfn) &&
		    !is_dumped(a->state, l.cpu) && l.cpu < a->g->nr_cpus &&
		    bs_mm_on_pcp(a->g->m, l.order)) {
			l.mt = bs_gfp_migratetype(a->s->info->gfp[k->gfp[i]]);
			if (!bs_mm_pcp_append(a->g->m, &l, pfn))
				set_bits(a->rebuilt, pfn, l.order, a->max_pfn);
		}
		set_bits(a->named, pfn, l.order, a->max_pfn);
	}
}

static int read_lists(struct bs_follow *a, struct bs_error *err)
{
	const size_t size = (size_t)a->max_pfn / 8 + 1;
	struct bs_trace_chunk k;
	uint32_t number = 0;
	bool all = true;
	int ret;

	for (unsigned int cpu = 0; cpu < a->g->nr_cpus; cpu++)
		all &= is_dumped(a->state, cpu);
	if (all || !a->r.followed)
		return 0;
	a->named = calloc(1, size);
	a->rebuilt = calloc(1, size);
	if (!a->named || !a->rebuilt)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "agreement");
	ret = bs_trace_rewind(a->s->trace, err);
	while (ret >= 0 && (ret = bs_trace_next(a->s->trace, &k, err)) > 0)
		rebuild_lists(a, &k, &number);
	return ret < 0 && !a->s->cfg->window.keep_whole ? ret : 0;
}

/* Everything that is on no list of the end dump. */
static int read_end(struct bs_follow *a, struct bs_error *err)
{
	const struct bs_state *s = a->end_state;
	unsigned int thp_order;

	if (!s)
		return 0;
	a->used_at_end = malloc((size_t)a->max_pfn / 8 + 1);
	if (!a->used_at_end)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "agreement");
	thp_order = bs_state_platform(s)->pageblock_order;
	memset(a->used_at_end, 0xff, (size_t)a->max_pfn / 8 + 1);
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];

		for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				mark_list(a, &z->area[o][mt], o);
		for (unsigned int k = 0; k < z->nr_pcp; k++)
			for (unsigned int l = 0; l < BS_STATE_PCP_LISTS; l++)
				mark_list(a, &z->pcp[k].list[l], l < 12 ? l / 3 : thp_order);
	}
	return 0;
}

int bs_follow_create(struct bs_stream *s, const struct bs_state *state,
		     const struct bs_state *end_state, struct bs_follow **out, struct bs_error *err)
{
	struct bs_follow *a = calloc(1, sizeof(*a));
	int ret;

	*out = a;
	if (!a)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "agreement");
	a->g = s->g;
	a->s = s;
	a->state = state;
	a->end_state = end_state;
	/* Who knows the future leaves the guest as one that is idle does, and what it knows is of a
	 * guest that followed. */
	a->r.nr_orders = bs_platform_of(s->g->m)->max_order + 1;
	a->r.followed = s->g->strategy->caps & (BS_CAP_IDLE | BS_CAP_KNOWS_FUTURE);
	a->max_pfn = bs_max_pfn(s->g->m);
	ret = read_recorded(a, err);
	if (!ret)
		ret = read_end(a, err);
	return ret ? ret : read_lists(a, err);
}

void bs_follow_destroy(struct bs_follow *a)
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
static size_t untraced_at(const struct bs_follow *a, bs_pfn pfn)
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

struct bs_untraced *bs_follow_find_untraced(const struct bs_follow *a, bs_pfn pfn)
{
	for (size_t i = untraced_at(a, pfn); i < a->nr_untraced && a->untraced[i].pfn == pfn; i++)
		if (!a->untraced[i].taken)
			return &a->untraced[i];
	return NULL;
}

static void add_untraced(struct bs_follow *a, bs_pfn pfn, uint32_t number)
{
	size_t at = untraced_at(a, pfn + 1);

	if (a->nr_untraced == a->cap_untraced) {
		const size_t cap = a->cap_untraced ? a->cap_untraced * 2 : 256;
		struct bs_untraced *more = realloc(a->untraced, cap * sizeof(*more));

		if (!more) {
			bs_guest_fail_memory(a->g);
			return;
		}
		a->untraced = more;
		a->cap_untraced = cap;
	}
	memmove(&a->untraced[at + 1], &a->untraced[at],
		(a->nr_untraced - at) * sizeof(*a->untraced));
	a->untraced[at] = (struct bs_untraced){.pfn = pfn, .number = number};
	a->nr_untraced++;
}

/* In use in the dump: it is where it was recorded. Else it was allocated later, by a request that
 * left no event: when, is to be found out. */
bs_pfn bs_follow_adopt(struct bs_follow *a, uint32_t number, unsigned int order)
{
	const bs_pfn pfn = a->recorded[number];

	/* If the trace allocates the page before, this is another life of it. */
	if (!a->alloc_before[number] && !bs_machine_adopt(a->g->m, pfn, order))
		return pfn;
	if (a->r.followed)
		add_untraced(a, pfn, number);
	return BS_NO_PFN;
}

bool bs_follow_is_untraced(const struct bs_follow *a, uint32_t number)
{
	return a->r.followed && !a->over && number < a->s->info->pres &&
	       a->recorded[number] != BS_NO_PFN;
}
