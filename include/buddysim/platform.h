/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * platform.h - what a guest's machine decides: the size of a page, how large blocks and pageblocks
 * are, where memory lies (machines.def).
 */
#ifndef BUDDYSIM_PLATFORM_H
#define BUDDYSIM_PLATFORM_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** The machines of machines.def, in its order. */
enum bs_machine_kind {
#define BS_MACHINE(id, ...) BS_MACHINE_##id,
#include <buddysim/machines.def>
	BS_NR_MACHINES
};

enum bs_layout {
	BS_LAYOUT_FLAT, /* from pfn 0 upward, no hole */
	BS_LAYOUT_PC, /* from pfn 0 upward, with a hole between 3 and 4 GiB */
	BS_LAYOUT_VIRT, /* from 1 GiB upward, no hole */
};

/**
 * struct bs_platform - a machine
 * @page_shift: a page has 2^page_shift bytes
 * @max_order: of the largest block, inclusive; at most BS_MAX_ORDER
 * @pageblock_order: what migratetypes are kept for; huge pages are as large
 * @report_order: what free page reporting starts at if nobody says
 */
struct bs_platform {
	const char *name, *summary;
	unsigned int page_shift, max_order, pageblock_order, report_order;
	enum bs_layout layout;
};

/** Machine number @index (enum bs_machine_kind); NULL behind the last. */
const struct bs_platform *bs_platform_at(unsigned int index);
/** The first machine with pages of that size; BS_NR_MACHINES: none has such ones. */
enum bs_machine_kind bs_machine_of_page(uint64_t page_bytes);
/** An order of x86, as parameters' defaults and limits are written down, on this machine: 9, a
 *  pageblock, is what reporting starts at here, and 10 the largest; others are of the same size in bytes,
 *  but at least 0. */
unsigned int bs_platform_order(const struct bs_platform *p, unsigned int x86_order);
/** A copy of a parameter table, its terminator included, with defaults and limits of orders as they are
 *  on this machine (NULL: x86). To be free()d; NULL when out of memory. */
struct bs_param *bs_params_on(const struct bs_param *table, const struct bs_platform *p);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
