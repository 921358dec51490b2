// SPDX-License-Identifier: GPL-2.0-or-later
#include "opsguest.h"

#include <errno.h>
#include <stdlib.h>

#include "log_orders.h"
#include "mm_report.h"

/* 64 GiB: far more than a vector needs, and made in no time. */
#define MAX_PAGES (UINT64_C(1) << 24)

static const char zone_form[] = "zone TYPE START END, of each type one, none overlapping";

int bs_ops_pages(struct bs_ops_guest *g, const struct bs_ops_line *l, const char *where,
		 struct bs_error *err)
{
	const uint64_t pages = bs_ops_number(l, 1), order = bs_ops_number(l, 2);

	if (g->m || g->pages)
		return bs_ops_malformed(err, where, "pages once, before everything else",
					"the guest has its memory already");
	if (!pages || pages > MAX_PAGES || order < 4 || order > BS_LOG_MAX_ORDER)
		return bs_ops_malformed(err, where,
					"pages N PAGEBLOCK_ORDER, at most 16777216 and 4 to 10",
					"pages out of range");
	g->pages = pages;
	g->pageblock_order = (unsigned int)order;
	return 0;
}

int bs_ops_zone(struct bs_ops_guest *g, const struct bs_ops_line *l, const char *where,
		struct bs_error *err)
{
	const uint64_t type = bs_ops_number(l, 1), start = bs_ops_number(l, 2);
	const uint64_t end = bs_ops_number(l, 3);

	if (g->m)
		return bs_ops_malformed(err, where, "pages and zone before everything else",
					"pages and zone must come first");
	if (type >= BS_NR_ZONE_TYPES || start >= end || end > g->pages)
		return bs_ops_malformed(err, where, zone_form, "bad zone");
	for (unsigned int i = 0; i < g->nr_zones; i++) {
		const struct bs_zone_range *z = &g->zones[i];

		if (z->type == type || (start < z->start + z->spanned && z->start < end))
			return bs_ops_malformed(err, where, zone_form,
						"a zone of this type or place is there already");
	}
	g->zones[g->nr_zones++] = (struct bs_zone_range){
		.type = (uint8_t)type,
		.start = (bs_pfn)start,
		.spanned = (bs_pfn)(end - start),
	};
	return 0;
}

/* Everything that boot would compute is said by the file: watermarks and reserves are 0 and the
 * per-cpu lists as small as they can be until a line sets them. */
int bs_ops_guest_need(struct bs_ops_guest *g, const char *where, struct bs_error *err)
{
	struct bs_mem_range range = {.end = (bs_pfn)g->pages};
	const struct bs_machine_config cfg = {
		.kernel = g->kernel,
		.ranges = &range,
		.nr_ranges = 1,
		.zones = g->zones,
		.nr_zones = g->nr_zones,
		.pageblock_order = g->pageblock_order,
		.no_boot = true,
	};
	struct bs_error why;
	int ret;

	if (g->m)
		return 0;
	if (!g->nr_zones)
		return bs_ops_malformed(err, where, "pages and zone before everything else",
					"there is no guest yet");
	g->owned = calloc(g->pages / 64 + 1, sizeof(*g->owned));
	if (!g->owned)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, where, NULL, "guest");
	ret = bs_machine_create(&cfg, &g->m, &why);
	if (ret)
		return bs_ops_malformed(err, where, NULL, why.text);
	/* The harness that made the files starts from MOVABLE pageblocks everywhere, also where a
	 * zone begins inside one. */
	for (uint64_t p = 0; p < g->pages; p += UINT64_C(1) << g->pageblock_order)
		bs_mm_set_pageblock_type(g->m, (bs_pfn)p, BS_MIGRATE_MOVABLE);
	return 0;
}

/* A page handed over twice would be on two lists. */
int bs_ops_boot(struct bs_ops_guest *g, const struct bs_ops_line *l, const char *where,
		struct bs_error *err)
{
	const uint64_t start = bs_ops_number(l, 1), end = bs_ops_number(l, 2);
	struct bs_error why;

	if (start > end || end > g->pages)
		return bs_ops_malformed(err, where, "boot START END", "boot outside the memory");
	if (!g->booted)
		g->booted = calloc(g->pages / 64 + 1, sizeof(*g->booted));
	if (!g->booted)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, where, NULL, "boot");
	for (uint64_t p = start; p < end; p++) {
		if (g->booted[p / 64] >> (p & 63) & 1)
			return bs_ops_malformed(err, where, "boot START END, each page once",
						"boot of memory that is booted already");
		g->booted[p / 64] |= UINT64_C(1) << (p & 63);
	}
	if (bs_machine_boot_range(g->m, (bs_pfn)start, (bs_pfn)end, &why))
		return bs_ops_malformed(err, where, NULL, why.text);
	return 0;
}

bool bs_ops_own(struct bs_ops_guest *g, bs_pfn pfn, unsigned int order, bool get)
{
	bool right = true;

	for (uint64_t p = pfn; p < pfn + (UINT64_C(1) << order); p++) {
		right &= (g->owned[p / 64] >> (p & 63) & 1) != get;
		g->owned[p / 64] ^= UINT64_C(1) << (p & 63);
	}
	return right;
}

int bs_ops_zone_index(const struct bs_ops_guest *g, uint64_t type)
{
	for (unsigned int i = 0; i < g->nr_zones; i++)
		if (g->zones[i].type == type)
			return (int)i;
	return -1;
}

void bs_ops_guest_free(struct bs_ops_guest *g)
{
	bs_machine_destroy(g->m);
	free(g->booted);
	free(g->owned);
	g->m = NULL;
	g->booted = g->owned = NULL;
}
