/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hwm.h - what Duyck's 2019 series share (bubble to list-walk): parameters, the high-water mark
 * that requests a zone, the reference count that keeps the worker going, the worker's way through
 * the zones.
 *
 * "Requested" and "active" are per zone; the reference count is the number of requested zones that
 * the worker has not finished with. STRATEGIES.md, bubble.
 */
#ifndef BS_HWM_H
#define BS_HWM_H

#include <buddysim/report.h>

/* Order of the parameters at the head of every table. */
enum {
	BS_HWM_CAPACITY,
	BS_HWM_MARK,
	BS_HWM_ORDER,
	BS_HWM_DELAY,
	BS_HWM_KEEP_RAW,
	BS_HWM_NR_PARAMS
};

/* clang-format off */
#define BS_HWM_PARAMS(capacity_)                                                              \
	{.name = "capacity", .type = BS_PARAM_UINT, .def = (capacity_), .min = 1, .max = 512, \
	 .role = BS_ROLE_CAPACITY,                                                            \
	 .help = "blocks per request (at most the device's queue)"},                          \
	{.name = "hwm", .type = BS_PARAM_UINT, .def = 32, .min = 1, .max = 1 << 20,           \
	 .role = BS_ROLE_THRESHOLD,                                                           \
	 .help = "raw blocks of one order in a zone that start the worker"},                  \
	{.name = "order", .type = BS_PARAM_ORDER, .def = 9, .min = 0, .max = BS_MAX_ORDER,    \
	 .role = BS_ROLE_ORDER, .help = "smallest block that is reported"},                   \
	{.name = "delay", .type = BS_PARAM_TIME, .def = 100 * BS_NS_PER_MS, .min = 0,         \
	 .max = 3600 * BS_NS_PER_S, .runtime = true, .role = BS_ROLE_DELAY,                   \
	 .help = "from the high-water mark to the worker's start"},                           \
	/* An idea of the threads, in none of the series (STRATEGIES.md, variants). */        \
	{.name = "keep_raw", .type = BS_PARAM_UINT, .max = 1 << 20, .runtime = true,          \
	 .help = "blocks of each order and zone that stay warm for the next allocations"}
/* clang-format on */

/* At the head of the strategy's state. */
struct bs_hwm {
	unsigned int refcount;
	struct bs_range *batch; /* the scatterlist */
	unsigned int capacity;
	bool ascending; /* fill from the lowest order; the series go from the highest */
};

/* At the head of the strategy's zone state. The counters stand apart, as in the series since v6,
 * and only for orders that are reported: 16 bytes for the usual two. */
struct bs_hwm_zone {
	bool requested, active;
	uint8_t nr_orders, top; /* the highest order */
	uint64_t *reported; /* blocks that carry the mark, of the highest order first */
};

/* Marked blocks of @order; 0 if it is not one that is reported. */
static inline uint64_t bs_hwm_reported(const struct bs_hwm_zone *z, unsigned int order)
{
	return (unsigned int)z->top - order < z->nr_orders ? z->reported[z->top - order] : 0;
}

/* One more, or one less. A mark of a smaller order is left from a run that reported it. */
static inline void bs_hwm_count(struct bs_hwm_zone *z, unsigned int order, int by)
{
	if ((unsigned int)z->top - order < z->nr_orders)
		z->reported[z->top - order] += (uint64_t)by;
}

/* Allocate batch and counters, and request every zone that has memory: the initial flush. 0 or
 * -ENOMEM. */
int bs_hwm_start(struct bs_report_ctx *rc);
void bs_hwm_stop(struct bs_report_ctx *rc);
/* The zone's counters go with it. */
void bs_hwm_zone_gone(struct bs_report_ctx *rc, unsigned int zone);

/* A block comes to its list, from its owner or from the worker (@returned). After enough of the
 * former its zone is requested; one of the latter that comes back as it went is marked: true. */
bool bs_hwm_block_in(struct bs_report_ctx *rc, const struct bs_block *b, bool returned,
		     bool merged);
/* After a free of @order in @zone: request it if there is enough raw memory. */
void bs_hwm_notify(struct bs_report_ctx *rc, unsigned int zone, unsigned int order);

/* Fill the batch: orders from the highest down (or ascending), types from @nr_types - 1 down,
 * each list as long as @get finds a block in it and takes it (BS_NO_PFN: none) and more are raw
 * than are to be kept. Less than the capacity: no other raw block is left anywhere, and the zone
 * is no longer requested. */
unsigned int bs_hwm_fill(struct bs_report_ctx *rc, unsigned int zone, unsigned int nr_types,
			 bs_pfn (*get)(struct bs_report_ctx *rc, unsigned int zone,
				       unsigned int order, unsigned int mt));
/* Put the batch back, each block to the list of its pageblock's type. */
void bs_hwm_put_back(struct bs_report_ctx *rc, unsigned int n, enum bs_put where);
/* The same, as a drain: to the tail. */
void bs_hwm_to_tail(struct bs_report_ctx *rc, unsigned int zone, unsigned int n);

/* A strategy's half of a batch, the zone locked: take up to the capacity; give them back. */
struct bs_hwm_rounds {
	unsigned int (*fill)(struct bs_report_ctx *rc, unsigned int zone);
	void (*drain)(struct bs_report_ctx *rc, unsigned int zone, unsigned int n);
};

/* Report @zone batch by batch, until nothing is found or nobody requests it any more. */
void bs_hwm_cycle(struct bs_report_ctx *rc, unsigned int zone, const struct bs_hwm_rounds *r);
/* A pass: the requested zones, round and round, until no request is left. */
int bs_hwm_run(struct bs_report_ctx *rc, const struct bs_hwm_rounds *r);

/* One block less than the mark, of each order. */
uint64_t bs_hwm_may_leave(const struct bs_report_ctx *rc);

#endif
