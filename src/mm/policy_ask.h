/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy_ask.h - the questions that the allocator has for a machine's policy. What a policy leaves out,
 * and an answer that cannot be, leaves the kernel model's rule in force. Called for machines with a policy
 * only; those without one never come here, but for mm_policy_pcp_size(), mm_policy_merges() and
 * mm_policy_type(), which then change nothing.
 */
#ifndef BS_MM_POLICY_ASK_H
#define BS_MM_POLICY_ASK_H

#include <buddysim/policy.h>

#include "zone.h"

#define POLICY_PUT_OFF 64 /* merges that wait at once: more are refused */

/* What a policy asked for beside its state. */
struct policy_piece {
	struct policy_piece *next;
	max_align_t bytes[];
};

/*
 * @hooks, @hook_arg, @mask, @order: the listener behind the policy's own hooks
 * @nobody: what a machine with a policy captures: nothing
 * @put_off: merges that wait for the next free
 * @settling: they are made now, and nothing stops them; @at_once: what is asked for need not wait
 * @fault: the first answer that could not be followed; empty: there was none
 */
struct bs_policy_ctx {
	const struct bs_policy *p;
	struct bs_machine *m;
	uint64_t *values;
	unsigned char *state;
	size_t zone_at, cpu_at, zone_bytes, cpu_bytes;
	struct policy_piece *pieces;
	const struct bs_hooks *hooks;
	void *hook_arg;
	uint32_t mask[BS_MAX_ZONES];
	uint8_t order[BS_MAX_ZONES];
	int32_t high[BS_MAX_ZONES]; /* of the per-cpu lists, where the policy flushes them */
	struct mm_capture nobody;
	struct bs_range put_off[POLICY_PUT_OFF];
	unsigned int nr_put_off;
	bool settling, at_once;
	struct bs_error fault;
};

/* The policy answered what cannot be. */
void mm_policy_fault(struct bs_policy_ctx *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

unsigned int mm_policy_type(struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			    unsigned int order, unsigned int mt);
/* [pfn, 2^order) is being freed to @mt; its buddy is free, and the model merges them. */
bool mm_policy_merges(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		      unsigned int mt);
/* *@at holds the model's choice. */
void mm_policy_place(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		     unsigned int mt, enum bs_why why, struct bs_spot *at);
void mm_policy_place_block(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why,
			   struct bs_spot *at);
void mm_policy_block_in(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			unsigned int mt, enum bs_why why);
/* *@pfn, *@high: the model's choice. */
void mm_policy_choose(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
		      bs_pfn *pfn, unsigned int *high);
void mm_policy_cut(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int high,
		   unsigned int low, unsigned int mt, bool reported, struct bs_policy_cut *cut);
enum bs_policy_answer mm_policy_fallback(struct bs_machine *m, struct zone *z, unsigned int order,
					 unsigned int mt, bool unmixed, struct bs_block *b);
bool mm_policy_short_of(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
			bool unmixed);
int32_t mm_policy_refill(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
			 bool unmixed, int32_t n);
int32_t mm_policy_flush(struct bs_policy_ctx *c, unsigned int zone, int32_t count, int32_t high);
/* @high, @most: of what is fixed, and how far what is tuned may grow. */
void mm_policy_pcp_size(struct bs_machine *m, struct zone *z, int64_t *high, int32_t *most,
			int32_t *batch);
void mm_policy_zones(struct bs_machine *m, unsigned int node, struct zonelist *zl);
/* The next merge that waits; false: there is none. */
bool mm_policy_put_off(struct bs_machine *m, struct bs_range *r);

#endif
