/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.h - what reader and writer of the native format share; traces/FORMAT.md explains it.
 *
 * This room reads, writes, imports, generates and cuts recorded events, and knows no guest: it may call
 * util and the public headers, and is called by replay and the program. Start at reader.c; a text form
 * at importer.h, a generator at gen_kit.h.
 */
#ifndef BS_TRACE_FORMAT_H
#define BS_TRACE_FORMAT_H

#include <buddysim/trace.h>

#define BS_TRACE_FORMAT "buddysim-trace"
/* What is written. 1 has pages of 4 KiB, 2 says how large they are, 3 has narrow columns: all are read. */
#define BS_TRACE_VERSION 3
#define BS_TRACE_MAX_ORDER 10
#define BS_TRACE_GFP_MAX 255
#define BS_TRACE_NAMES_MAX 4096
/* No item may claim more: a length is believed only below these. */
#define BS_ITEM_MAX_HEADER (1u << 20)
#define BS_ITEM_MAX_CHUNK (BS_CHUNK_EVENTS_MAX * 32u + 16384u)

/* The op column: kind in bits 0-2, order in bits 3-6, BS_EVF_BATCHED in bit 7. */
#define BS_OP_ORDER_SHIFT 3
#define BS_OP_BATCHED 0x80
/* dt that says "the next entry of the escape column instead". */
#define BS_DT_ESCAPE UINT16_MAX
/* Bounds that keep every sum of times below 2^63. */
#define BS_TIME_MAX (UINT64_C(1) << 62)
#define BS_TICK_MAX BS_NS_PER_S

enum bs_column_id {
	BS_COL_OP, /* u8 */
	BS_COL_DT, /* up to u16, ticks since the event before */
	BS_COL_ESC, /* u64, ticks of the events whose dt is BS_DT_ESCAPE */
	/* up to u32: FREE: age; MARK: name; ALLOC, PRE, FAILED: index of the gfp mask */
	BS_COL_ARG,
	BS_COL_CPU, /* u8 */
	BS_COL_FLAGS, /* u8, without BS_EVF_BATCHED */
	BS_COL_OFFSET, /* up to u32 */
	BS_COL_PFN, /* up to u32 */
	/* u8, bits 16 to 23 of a column of u16 */
	BS_COL_ARG_HIGH,
	BS_COL_OFFSET_HIGH,
	BS_COL_PFN_HIGH,
	BS_NR_COLS,
};

/** How a column is called, and how wide its elements are: at least, and at most. */
struct bs_column_def {
	const char *key;
	unsigned int narrowest, width;
	enum bs_column_id high; /* where its bits 16 to 23 may be; BS_NR_COLS: nowhere */
};
extern const struct bs_column_def bs_columns[BS_NR_COLS];

/* The end map's counters: name and place in bs_trace_info. */
struct bs_counter_def {
	const char *key;
	size_t offset;
};
extern const struct bs_counter_def bs_counters[];
extern const unsigned int bs_nr_counters;
/* The first of them are in every trace by name; the others in one array, where one of them is not 0. */
extern const unsigned int bs_nr_old_counters;

static inline uint64_t *bs_counter(struct bs_trace_info *info, unsigned int i)
{
	return (uint64_t *)(void *)((char *)info + bs_counters[i].offset);
}

/* ALLOC, PRE and FAILED take an allocation number and carry a gfp mask. */
static inline bool bs_ev_takes_number(unsigned int kind)
{
	return kind == BS_EV_ALLOC || kind == BS_EV_PRE || kind == BS_EV_FAILED;
}

#endif
