// SPDX-License-Identifier: GPL-2.0-or-later
#include <buddysim/platform.h>

#include <stdlib.h>
#include <string.h>

static const struct bs_platform platforms[] = {
#define BS_MACHINE(id, name, shift, max, pageblock, report, layout, summary) \
	{name, summary, shift, max, pageblock, report, BS_LAYOUT_##layout},
#include <buddysim/machines.def>
};

const struct bs_platform *bs_platform_at(unsigned int index)
{
	return index < BS_NR_MACHINES ? &platforms[index] : NULL;
}

enum bs_machine_kind bs_machine_of_page(uint64_t page_bytes)
{
	unsigned int i = 0;

	while (i < BS_NR_MACHINES && page_bytes != UINT64_C(1) << platforms[i].page_shift)
		i++;
	return (enum bs_machine_kind)i;
}

unsigned int bs_platform_order(const struct bs_platform *p, unsigned int x86_order)
{
	const struct bs_platform *x86 = &platforms[BS_MACHINE_QEMU_PC];
	const unsigned int more = p->page_shift - x86->page_shift;

	/* Tables say BS_MAX_ORDER for "whatever there is". */
	if (x86_order >= x86->max_order)
		return p->max_order;
	if (x86_order == x86->pageblock_order)
		return p->report_order;
	return x86_order > more ? x86_order - more : 0;
}

struct bs_param *bs_params_on(const struct bs_param *table, const struct bs_platform *p)
{
	const unsigned int nr = bs_param_count(table);
	struct bs_param *copy = calloc(nr + 1, sizeof(*copy));

	if (!p)
		p = &platforms[BS_MACHINE_QEMU_PC];
	if (copy && nr)
		memcpy(copy, table, nr * sizeof(*copy));
	for (unsigned int i = 0; copy && i < nr; i++) {
		if (copy[i].type != BS_PARAM_ORDER)
			continue;
		copy[i].def = bs_platform_order(p, (unsigned int)copy[i].def);
		copy[i].min = bs_platform_order(p, (unsigned int)copy[i].min);
		copy[i].max = bs_platform_order(p, (unsigned int)copy[i].max);
	}
	return copy;
}
