// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * draw.c - the free lists as one readable string: the notation of the spec, the tests and every
 * message. "o0 M:[8,64] o9 U:[512] M:[0r] pcp c=4 L1[7,6]"; several zones as "Z0: .. Z1: ..".
 */
#include <stdarg.h>
#include <stdio.h>

#include "pcp.h"

struct drawing {
	char *buf;
	size_t size, used;
};

static __attribute__((format(printf, 2, 3))) void put(struct drawing *d, const char *fmt, ...)
{
	const size_t left = d->used < d->size ? d->size - d->used : 0;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(left ? d->buf + d->used : NULL, left, fmt, ap);
	va_end(ap);
	if (n > 0)
		d->used += (size_t)n;
}

/* A space between items, none in front of the first. */
static const char *gap(const struct drawing *d)
{
	return d->used ? " " : "";
}

static void draw_list(const struct bs_machine *m, struct drawing *d, const struct page_list *l,
		      unsigned int order, unsigned int max_blocks)
{
	unsigned int n = 0;

	put(d, "[");
	for (bs_pfn pfn = l->first; pfn != BS_NO_PFN; pfn = bs_page(m, pfn, order)->next, n++) {
		if (n == max_blocks) {
			put(d, ",..");
			break;
		}
		put(d, "%s%u%s", n ? "," : "", pfn,
		    bs_page(m, pfn, order)->flags & PG_REPORTED ? "r" : "");
	}
	put(d, "]");
}

static void draw_order(const struct bs_machine *m, struct drawing *d, const struct zone *z,
		       unsigned int order, unsigned int max_blocks)
{
	bool first = true;

	for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
		if (z->area[order][mt].first == BS_NO_PFN)
			continue;
		if (first)
			put(d, "%so%u", gap(d), order);
		first = false;
		put(d, " %c:", "UMRHI"[mt]);
		draw_list(m, d, &z->area[order][mt], order, max_blocks);
	}
}

static void draw_pcp(const struct bs_machine *m, struct drawing *d, const struct zone *z,
		     unsigned int cpu, unsigned int max_blocks)
{
	const struct per_cpu_pages *pcp = &z->pcp[cpu];

	if (!pcp->count)
		return;
	if (m->nr_cpus > 1)
		put(d, "%spcp%u c=%d", gap(d), cpu, pcp->count);
	else
		put(d, "%spcp c=%d", gap(d), pcp->count);
	for (unsigned int i = 0; i < NR_PCP_LISTS; i++) {
		if (!(pcp->nonempty >> i & 1))
			continue;
		put(d, " L%u", i);
		draw_list(m, d, &pcp->lists[i], pcp_index_order(m, i), max_blocks);
	}
}

int bs_machine_draw(const struct bs_machine *m, char *buf, size_t size, unsigned int max_blocks)
{
	struct drawing d = {buf, size, 0};

	if (size)
		buf[0] = '\0';
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		if (m->nr_zones > 1)
			put(&d, "%sZ%u:", gap(&d), i);
		for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
			draw_order(m, &d, z, o, max_blocks);
		for (unsigned int c = 0; c < m->nr_cpus; c++)
			draw_pcp(m, &d, z, c, max_blocks);
	}
	return (int)d.used;
}
