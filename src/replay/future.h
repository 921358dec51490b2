/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * future.h - when the trace next needs a page of each unit of memory, for a strategy that knows it.
 *
 * A unit of 2^order pages is used when the first of its pages gets an owner. The first run of a trace,
 * in which nothing is reported, writes the times of that down; the second counts along: its k-th use
 * of a unit is the k-th of the first run, whenever it happens.
 *
 *   owned pages  |  ____      ___  |
 *   of a unit    |_|    |____|   |_|     two uses: at t1 and t2; behind t2: not again
 *                  t1        t2
 */
#ifndef BS_FUTURE_H
#define BS_FUTURE_H

#include <buddysim/types.h>

struct bs_future;

/** For pfns below @pages; it begins to write down. NULL without memory. */
struct bs_future *bs_future_create(uint64_t pages, unsigned int order);
void bs_future_destroy(struct bs_future *f);
/** The trace owns these pages from @now on. 0 or -ENOMEM; following never fails. */
int bs_future_alloc(struct bs_future *f, bs_pfn pfn, unsigned int order, bs_ns now);
void bs_future_free(struct bs_future *f, bs_pfn pfn, unsigned int order);
/** The first run is over, the second begins: nothing is owned. */
void bs_future_follow(struct bs_future *f);
/** The earliest next use of the units that these pages are in; BS_NO_TIME: not again. Of a use that
 *  the first run had at this point and this run not yet: its time then, which may have passed. */
bs_ns bs_future_next(const struct bs_future *f, bs_pfn pfn, unsigned int order);

#endif
