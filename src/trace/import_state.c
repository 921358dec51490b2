// SPDX-License-Identifier: GPL-2.0-or-later
#include "import_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Lists of a CPU by order and one of three types; then those of huge pages. */
#define PCP_TYPES 3
#define PCP_ORDERS 4

bool bs_import_start_from(struct bs_import_start *st, const struct bs_state *s)
{
	static const char end[] = "_end";
	const bool exact = !s->origin[0];
	const size_t n = strlen(s->name);

	if (!exact && strncmp(s->origin, "pages", 5))
		return false;
	/* "trace_end": what there is when a recording of boot ends. */
	if (n >= strlen(end) && !strcmp(s->name + n - strlen(end), end))
		return false;
	*st = (struct bs_import_start){.state = s, .exact = exact};
	return true;
}

static bool has(const struct bs_state *s, bs_pfn pfn)
{
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];
		const size_t block = (pfn - z->first_block) >> s->pageblock_order;

		if (pfn >= z->start && pfn < z->start + z->spanned && pfn >= z->first_block)
			return block < z->nr_blocks && z->block_type[block] != BS_STATE_HOLE;
	}
	return false;
}

bool bs_import_start_takes(struct bs_import_start *st, bs_pfn pfn)
{
	if (!st->state || !has(st->state, pfn))
		return false;
	st->taken++;
	/* A machine runs on while somebody reads what its pages are. */
	return st->exact;
}

void bs_import_start_known(struct bs_import_start *st, bs_pfn pfn, bool was_free)
{
	if (!st->state || !has(st->state, pfn))
		return;
	st->was_used += !was_free;
	st->was_free += was_free;
}

void bs_import_start_note(const struct bs_import_start *st, struct bs_import_notes *notes)
{
	char what[64];

	if (!st->state)
		return;
	bs_import_note_add(notes, "state", "frees of memory that the state says was in use",
			   st->was_used, 0, NULL);
	/* Faults are counted as such. */
	if (st->exact || !(st->was_free || st->taken))
		return;
	snprintf(what, sizeof(what),
		 "%" PRIu64 " frees of free memory, %" PRIu64 " allocations of used", st->was_free,
		 st->taken);
	bs_import_note_add(notes, "not-as-in", what, 1, 0, NULL);
}

static int tell(const struct bs_state_list *l, unsigned int order, bs_import_block_fn *free_block,
		void *arg)
{
	int ret = 0;

	for (uint32_t i = 0; i < l->n && !ret; i++)
		ret = free_block(arg, l->pfn[i], order);
	return ret;
}

static int tell_pcp(const struct bs_state *s, const struct bs_state_pcp *p,
		    bs_import_block_fn *free_block, void *arg)
{
	int ret = 0;

	for (unsigned int i = 0; i < BS_STATE_PCP_LISTS && !ret; i++) {
		const unsigned int order = i / PCP_TYPES < PCP_ORDERS
						   ? i / PCP_TYPES
						   : (unsigned int)s->pageblock_order;

		ret = tell(&p->list[i], order, free_block, arg);
	}
	return ret;
}

int bs_import_state_free(const struct bs_state *s, bs_import_block_fn *free_block, void *arg)
{
	int ret = 0;

	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];

		for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES && !ret; mt++)
				ret = tell(&z->area[o][mt], o, free_block, arg);
		for (unsigned int c = 0; c < z->nr_pcp && !ret; c++)
			ret = tell_pcp(s, &z->pcp[c], free_block, arg);
	}
	return ret;
}
