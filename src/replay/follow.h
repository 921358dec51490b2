/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * follow.h - does a guest that starts from a kernel's dumped state answer each request with the page
 * that the kernel gave (MEANING.md, agreement)?
 *
 * Under a strategy that does nothing the guest follows the kernel: pages that untraced bulk requests must have taken
 * are inferred, and after a miss the recorded page is taken. Under any other strategy the guest is
 * meant to differ: it is left alone, and only counted.
 */
#ifndef BS_FOLLOW_H
#define BS_FOLLOW_H

#include <buddysim/sim.h>
#include <buddysim/state.h>

/* Why a request was not answered with the recorded page; what the guest knows of that page. */
enum bs_lost {
	BS_LOST_NO_ANSWER, /* found no page: the kernel reclaimed or compacted */
	BS_LOST_NOT_FAILED, /* found a page where the kernel had none to give */
	BS_LOST_BEHIND, /* on the right per-cpu list, behind pages that nobody took */
	BS_LOST_OTHER_PCP, /* on another per-cpu list */
	BS_LOST_FREE, /* on a free list */
	BS_LOST_NOT_DUMPED, /* first of a per-cpu list that the dump does not hold: not decidable */
	BS_LOST_UNSEEN, /* in use since the dump: its free was not seen */
	BS_LOST_IN_USE, /* in use: the trace allocates it twice */
	BS_NR_LOST,
};
const char *bs_lost_name(enum bs_lost why);

struct bs_agree_count {
	uint64_t strict, inferred, total;
};

/* What goes into the record. */
struct bs_agreement {
	bool followed; /* misses were put right */
	unsigned int nr_orders;
	struct bs_agree_count all, order[BS_NR_ORDERS];
	uint64_t inferred_pages; /* pages of untraced bulk requests */
	uint64_t untraced_pages; /* of these: freed in the trace, but never allocated in it */
	uint64_t unexplained_frees; /* untraced pages that no bulk request can have taken */
	uint64_t lost[BS_NR_LOST], forced;
	/* the first miss */
	uint64_t first_request; /* 0: none; else the allocation's number, counted from 1 */
	bs_ns first_time;
	enum bs_lost first_why;
	unsigned int first_order;
	bs_pfn first_expected, first_got;
	/* the state at the end of the trace against the end dump */
	bool compared;
	unsigned int differences, differs[BS_NR_PARTS];
	struct bs_state_diff first_difference;
};

#endif
