// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * export_llfree.c - a trace as LLFree's bench `replay` reads it (llfree.h). Blocks are named by the pfn that the
 * traced kernel gave. A page is written when it is full, so that those of the CPUs follow as their events do.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exporter.h"
#include "llfree.h"

/* A page that a CPU fills. */
struct filling {
	unsigned char page[BS_LLFREE_PAGE];
	unsigned int n;
};

struct llfree {
	struct filling *cpu; /* [BS_MAX_CPUS] */
	uint64_t *coming; /* events of each CPU */
	bs_pfn *pfn; /* of each allocation */
	uint64_t cap;
	uint32_t nr_cpus;
};

static int begin(void *state, const struct bs_trace_info *info, FILE *out)
{
	unsigned char head[BS_LLFREE_PAGE] = {0};
	struct llfree *l = state;
	uint64_t pages = 0;

	l->cpu = calloc(BS_MAX_CPUS, sizeof(*l->cpu));
	if (!l->cpu)
		return -ENOMEM;
	for (unsigned int cpu = 0; l->coming && cpu < BS_MAX_CPUS; cpu++)
		pages += (l->coming[cpu] + BS_LLFREE_EVENTS - 1) / BS_LLFREE_EVENTS;
	bs_llfree_put32(head, (uint32_t)pages);
	bs_llfree_put32(head + 4, info->nr_cpus);
	bs_llfree_put32(head + 8, info->max_pfn);
	fwrite(head, sizeof(head), 1, out);
	return 0;
}

static void put_page(struct llfree *l, unsigned int cpu, FILE *out)
{
	struct filling *f = &l->cpu[cpu];

	bs_llfree_put32(f->page, cpu);
	fwrite(f->page, sizeof(f->page), 1, out);
	memset(f, 0, sizeof(*f));
}

static int remember(struct llfree *l, uint64_t number, bs_pfn pfn)
{
	if (number >= l->cap) {
		const uint64_t cap = (number + 1) * 2;
		bs_pfn *bigger = realloc(l->pfn, cap * sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		l->pfn = bigger;
		l->cap = cap;
	}
	l->pfn[number] = pfn;
	return 0;
}

/* What is put of an event; its pfn is BS_NO_PFN where the form has no place for it: 64 GiB, and nothing failed. */
static int packed(struct llfree *l, const struct bs_export_event *e, struct bs_llfree_event *put)
{
	const struct bs_trace_event *ev = e->event;
	bs_pfn pfn = ev->kind == BS_EV_FAILED ? BS_NO_PFN : ev->pfn;

	*put = (struct bs_llfree_event){.us = ev->time / 1000, .order = ev->order};
	if (put->us > BS_LLFREE_MAX_US)
		put->us = BS_LLFREE_MAX_US;
	if (ev->kind == BS_EV_FREE) {
		pfn = l->pfn[e->number];
		if (pfn != BS_NO_PFN)
			pfn += ev->offset;
	} else {
		put->alloc = 1;
		put->gfp = ev->gfp & BS_LLFREE_GFP;
		if (remember(l, e->number, pfn))
			return -ENOMEM;
	}
	put->pfn = pfn > BS_LLFREE_MAX_PFN ? BS_NO_PFN : pfn;
	return 0;
}

static int event(void *state, const struct bs_export_event *e, FILE *out)
{
	struct llfree *l = state;
	struct bs_llfree_event put;
	struct filling *f;

	if (!l->coming)
		l->coming = calloc(BS_MAX_CPUS, sizeof(*l->coming));
	if (!l->coming || packed(l, e, &put))
		return -ENOMEM;
	if (put.pfn == BS_NO_PFN)
		return 0;
	if (!out) {
		l->coming[e->event->cpu]++;
		return 0;
	}
	f = &l->cpu[e->event->cpu];
	bs_llfree_pack(&put, f->page + BS_LLFREE_EVENT * (1 + f->n));
	if (++f->n == BS_LLFREE_EVENTS)
		put_page(l, e->event->cpu, out);
	return 0;
}

static void end(void *state, FILE *out)
{
	struct llfree *l = state;

	for (unsigned int cpu = 0; l->cpu && cpu < BS_MAX_CPUS; cpu++)
		if (l->cpu[cpu].n)
			put_page(l, cpu, out);
	free(l->cpu);
	free(l->coming);
	free(l->pfn);
}

const struct bs_exporter bs_export_llfree = {
	.form = {"llfree", "LLFree's bench replay"},
	.needs_pfn = true,
	.counts = true,
	.state_size = sizeof(struct llfree),
	.begin = begin,
	.event = event,
	.end = end,
};
