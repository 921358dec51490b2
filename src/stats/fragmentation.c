// SPDX-License-Identifier: GPL-2.0-or-later
/* fragmentation.c - the kernel's three indices of a zone's free areas. */
#include <buddysim/stats.h>

struct free_info {
	uint64_t pages, blocks;
	uint64_t suitable; /* blocks of the order asked for that exist, or can be split off */
};

static struct free_info free_info(const uint64_t nr_free[BS_NR_ORDERS], unsigned int order)
{
	struct free_info f = {0};

	for (unsigned int k = 0; k < BS_NR_ORDERS; k++) {
		f.blocks += nr_free[k];
		f.pages += nr_free[k] << k;
		if (k >= order)
			f.suitable += nr_free[k] << (k - order);
	}
	return f;
}

int bs_extfrag_index(const uint64_t nr_free[BS_NR_ORDERS], unsigned int order)
{
	struct free_info f = free_info(nr_free, order);

	if (!f.blocks)
		return 0;
	if (f.suitable)
		return -1000;
	/* Both divisions truncate, the inner one first, as the kernel's do. */
	return 1000 - (int)((1000 + (f.pages * 1000 >> order)) / f.blocks);
}

int bs_unusable_index(const uint64_t nr_free[BS_NR_ORDERS], unsigned int order)
{
	struct free_info f = free_info(nr_free, order);

	if (!f.pages)
		return 1000;
	return (int)((f.pages - (f.suitable << order)) * 1000 / f.pages);
}

int bs_extfrag_percent(const uint64_t nr_free[BS_NR_ORDERS], unsigned int order)
{
	struct free_info f = free_info(nr_free, order);

	if (!f.pages)
		return 0;
	return (int)((f.pages - (f.suitable << order)) * 100 / f.pages);
}
