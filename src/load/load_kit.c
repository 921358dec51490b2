// SPDX-License-Identifier: GPL-2.0-or-later
/* load_kit.c - what loads share: masks, sequences, limits (task.h). */
#include "task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddysim/gfp.h>

#include "units.h"

unsigned int bs_load_user_gfp(unsigned int order)
{
	if (order >= 9)
		return BS_GFP_TRANSHUGE;
	return BS_GFP_HIGHUSER_MOVABLE | BS_GFP_COMP | BS_GFP_ZERO;
}

uint64_t bs_load_tasks_blocks(const uint64_t *v)
{
	return bs_load_blocks(v[BS_LOAD_SIZE], (unsigned int)v[BS_LOAD_ORDER]);
}

uint64_t bs_load_tasks_peak(const uint64_t *v)
{
	return v[BS_LOAD_TASKS] * bs_load_tasks_blocks(v) * (BS_UNIT_SIZE << v[BS_LOAD_ORDER]);
}

unsigned int bs_load_tasks_number(const uint64_t *v)
{
	return (unsigned int)v[BS_LOAD_TASKS];
}

uint32_t *bs_load_sequence(uint64_t n, bool shuffle, struct bs_rng *rng, struct bs_error *err)
{
	uint32_t *seq = malloc((n ? n : 1) * sizeof(*seq));

	if (!seq) {
		bs_error_set(err, BS_RESOURCE, ENOMEM, "load", NULL, "no memory for its blocks");
		return NULL;
	}
	for (uint64_t i = 0; i < n; i++)
		seq[i] = (uint32_t)i;
	for (uint64_t i = n; shuffle && i > 1; i--) {
		const uint64_t j = bs_rng_below(rng, i);
		const uint32_t last = seq[i - 1];

		seq[i - 1] = seq[j];
		seq[j] = last;
	}
	return seq;
}

/*
 * What a guest's own kernel does in a fault is what a bare process's does: cold faults of 2 MiB take 616 us in base
 * pages and 231 us in one piece, MADV_DONTNEED of that, which unmaps and frees, 32.5 and 3.8 us, and writing 2 MiB
 * that are in no cache 195 us (measured with the costs of device/costs.def, which says where).
 */
#define FAULT_PAGE_NS 1203
#define FAULT_HUGE_NS 231000
#define UNMAP_HUGE_NS 3800
#define WRITE_PAGE_NS 381

#define PAGES_AT_ONCE 16 /* base pages that one step is worth: about 20 us of work */
#define HUGE_ORDER 9

static bs_ns of_block(unsigned int order, bs_ns page, bs_ns huge)
{
	return order < HUGE_ORDER ? page << order : huge << (order - HUGE_ORDER);
}

bool bs_load_time_is_up(const struct bs_task *t, bs_ns time)
{
	return bs_task_now(t) >= t->begin + time;
}

bs_ns bs_load_touch_ns(bs_ns per_mib, unsigned int order)
{
	if (per_mib)
		return per_mib * (BS_UNIT_SIZE << order) >> 20;
	return of_block(order, FAULT_PAGE_NS, FAULT_HUGE_NS);
}

bs_ns bs_load_free_ns(unsigned int order)
{
	return of_block(order, BS_LOAD_UNMAP_PAGE_NS, UNMAP_HUGE_NS);
}

bs_ns bs_load_write_ns(uint64_t n, unsigned int order)
{
	return (n << order) * WRITE_PAGE_NS;
}

static unsigned int at_once(unsigned int order)
{
	return order < 4 ? PAGES_AT_ONCE >> order : 1;
}

bool bs_load_fill_some(struct bs_task *t, uint64_t n, unsigned int order, bs_ns touch_per_mib)
{
	for (unsigned int i = 0; i < at_once(order) && t->nr_blocks < n; i++) {
		bs_task_alloc(t, order, bs_load_user_gfp(order));
		bs_task_work(t, bs_load_touch_ns(touch_per_mib, order));
	}
	return t->nr_blocks >= n;
}

bool bs_load_free_some(struct bs_task *t, uint64_t *at, unsigned int order)
{
	for (unsigned int i = 0; i < at_once(order) && *at < t->nr_blocks; i++) {
		bs_task_free(t, (*at)++);
		bs_task_work(t, bs_load_free_ns(order));
	}
	if (*at < t->nr_blocks)
		return false;
	bs_task_forget(t);
	*at = 0;
	return true;
}

int bs_load_check_time(const char *load, uint64_t n, bs_ns each, const char *advice,
		       struct bs_error *err)
{
	char owner[64], limit[32];

	if ((unsigned __int128)n * each < BS_LOAD_LONGEST)
		return 0;
	snprintf(owner, sizeof(owner), "load %s", load);
	bs_format_time(BS_LOAD_LONGEST / BS_NS_PER_S * BS_NS_PER_S, limit, sizeof(limit));
	return bs_error_set(err, BS_USAGE, 0, owner, advice,
			    "it could take longer than a load may (%s)", limit);
}
