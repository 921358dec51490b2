// SPDX-License-Identifier: GPL-2.0-or-later
#include "format.h"

const struct bs_column_def bs_columns[BS_NR_COLS] = {
	[BS_COL_OP] = {"op", 1, 1, BS_NR_COLS},
	[BS_COL_DT] = {"dt", 1, 2, BS_NR_COLS},
	[BS_COL_ESC] = {"esc", 8, 8, BS_NR_COLS},
	[BS_COL_ARG] = {"arg", 1, 4, BS_COL_ARG_HIGH},
	[BS_COL_CPU] = {"cpu", 1, 1, BS_NR_COLS},
	[BS_COL_FLAGS] = {"flags", 1, 1, BS_NR_COLS},
	[BS_COL_OFFSET] = {"off", 1, 4, BS_COL_OFFSET_HIGH},
	[BS_COL_PFN] = {"pfn", 1, 4, BS_COL_PFN_HIGH},
	[BS_COL_ARG_HIGH] = {"argh", 1, 1, BS_NR_COLS},
	[BS_COL_OFFSET_HIGH] = {"offh", 1, 1, BS_NR_COLS},
	[BS_COL_PFN_HIGH] = {"pfnh", 1, 1, BS_NR_COLS},
};

#define COUNTER(name)                                       \
	{                                                   \
#name, offsetof(struct bs_trace_info, name) \
	}

const struct bs_counter_def bs_counters[] = {
	COUNTER(events),
	COUNTER(chunks),
	COUNTER(allocs),
	COUNTER(frees),
	COUNTER(pres),
	COUNTER(failed),
	COUNTER(numbers),
	COUNTER(duration),
	COUNTER(unused_batched_twins),
	COUNTER(unusable),
	COUNTER(unknown_frees),
	COUNTER(boot_frees),
	COUNTER(realloc_live),
	COUNTER(lost_events),
	COUNTER(other_events),
	COUNTER(clamped_times),
	/* Those from here on are one entry, an array: older traces have none, and a map of more than 23
	 * entries has a longer beginning. */
	COUNTER(freed_again),
	COUNTER(duplicates),
	COUNTER(coalesced),
	COUNTER(overwritten),
	COUNTER(lines),
	COUNTER(unknown_lines),
	COUNTER(cut_lines),
};
const unsigned int bs_nr_counters = sizeof(bs_counters) / sizeof(bs_counters[0]);
const unsigned int bs_nr_old_counters = 16;

/*
 * Every source event is in one class: used, or one of those that take trust away. A free of memory from
 * before the trace is no fault of it: the block was in use at the start (MEANING.md, trust).
 */
unsigned int bs_trace_trust(const struct bs_trace_info *info)
{
	uint64_t written = info->allocs + info->failed + info->frees;
	uint64_t used = written > info->clamped_times ? written - info->clamped_times : 0;
	/* Counters of a file may be anything; their sum must not wrap. */
	unsigned __int128 all = (unsigned __int128)used + info->unusable + info->freed_again +
				info->realloc_live + info->clamped_times + info->lost_events;

	return all ? (unsigned int)((unsigned __int128)used * 10000 / all) : 10000;
}
