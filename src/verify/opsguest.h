/* SPDX-License-Identifier: GPL-2.0-or-later */
/* opsguest.h - the guest that an .ops file describes: its memory, its zones, its boot. */
#ifndef BS_OPSGUEST_H
#define BS_OPSGUEST_H

#include <buddysim/machine.h>

#include <stdio.h>

#include "opsline.h"

struct bs_ops_guest {
	const char *kernel;
	struct bs_machine *m; /* NULL until bs_ops_guest_need() */
	uint64_t pages;
	unsigned int pageblock_order;
	struct bs_zone_range zones[BS_NR_ZONE_TYPES];
	unsigned int nr_zones;
	uint64_t *booted; /* a bit per page that boot has handed over */
	uint64_t *owned; /* a bit per page that an alloc has got and no free has given back */
	bool reporter; /* a strategy is bound to it already */
	uint64_t lcg;
	uint64_t allocated, failed; /* allocations: what a verifier has compared */
};

/* pages N PAGEBLOCK_ORDER; zone TYPE START END. 0 or -EINVAL with @err. */
int bs_ops_pages(struct bs_ops_guest *g, const struct bs_ops_line *l, const char *where,
		 struct bs_error *err);
int bs_ops_zone(struct bs_ops_guest *g, const struct bs_ops_line *l, const char *where,
		struct bs_error *err);
/* The guest as described, made when the first line needs it. */
int bs_ops_guest_need(struct bs_ops_guest *g, const char *where, struct bs_error *err);
/* boot START END */
int bs_ops_boot(struct bs_ops_guest *g, const struct bs_ops_line *l, const char *where,
		struct bs_error *err);
/* The file's commands have got these pages, or given them back: true if they could, being nobody's,
 * or theirs. The allocator's own account is not asked. */
bool bs_ops_own(struct bs_ops_guest *g, bs_pfn pfn, unsigned int order, bool get);
/* Zone index of a zone type, or -1. */
int bs_ops_zone_index(const struct bs_ops_guest *g, uint64_t type);
void bs_ops_guest_free(struct bs_ops_guest *g);

#endif
