/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy.h - a change to the allocator, in one file.
 *
 * A policy is a table of functions, each of which may be left out: where it says nothing the kernel
 * model's own rule holds. It decides; the allocator does, counts, and checks each answer: one that
 * cannot be (a block that is not free, a place on another list) is not followed, and the machine's
 * check names it. A policy acts on the guest through the functions below alone. A guest without one
 * runs not one instruction for it. src/policy/POLICIES.md says where the shipped ones are from.
 */
#ifndef BUDDYSIM_POLICY_H
#define BUDDYSIM_POLICY_H

#include <buddysim/hooks.h>
#include <buddysim/machine.h>
#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define BS_POLICY_ABI 1

/** One guest as its policy sees it. */
struct bs_policy_ctx;

/** What is looked for: a block of @order for a request of @mt. @unmixed: pageblocks must not be mixed
 *  for it, as long as there is another way (ALLOC_NOFRAGMENT). */
struct bs_policy_want {
	unsigned int zone, order, mt, cpu;
	bool unmixed;
};

/** What to do when no block of a migratetype is left. */
enum bs_policy_answer {
	BS_POLICY_KERNEL, /* what the kernel model does */
	BS_POLICY_NONE, /* nothing: this zone has none to give */
	BS_POLICY_CLAIM, /* the pageblocks of the named block change to the type, with all that is free in them */
	BS_POLICY_TAKE, /* the named block is taken, and what is left of it stays with its type */
	BS_POLICY_AGAIN, /* the policy has changed something: look again */
};

/** One step of a split: @upper: the upper half is handed on, not the lower one; @keep_mark: the half that
 *  stays is still reported, if the block was, and the reporter can take that. */
struct bs_policy_cut {
	bool upper, keep_mark;
};

/**
 * struct bs_policy - a policy
 * @abi: BS_POLICY_ABI
 * @name: what it is called; no ' ', ',', ':' or '='
 * @summary, @origin: one line each; the paper or series it follows, with its date
 * @params: its parameters; NULL: none
 * @state_bytes, @zone_bytes, @cpu_bytes: of its state per machine, zone, and CPU of a zone; all zero at first
 *
 * All below may be NULL. The zone's lock counts as held in all of them but begin(), pcp_size(), flush()
 * and zones().
 *
 * @begin: the guest has booted, or is as its dump says; nothing was asked of it yet. 0, or -ENOMEM
 * @type: which list a block of @order at @pfn that is freed goes to, @mt being the model's answer
 * @merge: may the block @b, which is being freed, swallow its free buddy? Asked only where the model would
 * @place: where block @b lands on the list of its order and type; @at holds the model's choice. Why it
 *         comes: freed, given back by a reporter, left by a split (BS_SPLIT), moved between types
 * @block_in, @block_out: a block came to its list; is about to leave it. Not told of one that moves to
 *             the list of another type
 * @choose: which free block to take for @w: any of w->mt in w->zone, of w->order or more. True: *@block;
 *          false: the model's, the first of the smallest order there is. There is one
 * @split: @b, which has left its list, is halved once more for a request of @order; @cut holds the model's way
 * @fallback: no block of w->mt is left in w->zone. *@block: what to claim, or take: a free block of another
 *            type of a caller (unmovable, movable, reclaimable) in that zone, for BS_POLICY_TAKE at least of w->order
 * @short_of: the zone has no block of w->order of any caller's type. True: something was merged: look again
 * @pcp_size: how many pages a CPU's lists of a zone may hold, and how many are moved at once; both hold the
 *            model's. Asked at first and whenever the model computes them again
 * @refill: how many blocks to fetch when a CPU's list is empty, @n being the model's number; at least 1
 * @flush: how many pages to flush from a CPU's lists of a zone, asked before each free; with it the model
 *         flushes none by itself. The lists hold @count pages, and may hold @high
 * @zones: the order in which requests of @node look at zones; @zone[@n] holds the model's
 */
struct bs_policy {
	unsigned int abi;
	const char *name, *summary, *origin;
	const struct bs_param *params;
	size_t state_bytes, zone_bytes, cpu_bytes;
	int (*begin)(struct bs_policy_ctx *c);
	unsigned int (*type)(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int order,
			     unsigned int mt);
	bool (*merge)(struct bs_policy_ctx *c, const struct bs_block *b,
		      const struct bs_block *buddy);
	void (*place)(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why,
		      struct bs_spot *at);
	void (*block_in)(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why);
	void (*block_out)(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why);
	bool (*choose)(struct bs_policy_ctx *c, const struct bs_policy_want *w,
		       struct bs_range *block);
	void (*split)(struct bs_policy_ctx *c, const struct bs_block *b, unsigned int order,
		      struct bs_policy_cut *cut);
	enum bs_policy_answer (*fallback)(struct bs_policy_ctx *c, const struct bs_policy_want *w,
					  struct bs_range *block);
	bool (*short_of)(struct bs_policy_ctx *c, const struct bs_policy_want *w);
	void (*pcp_size)(struct bs_policy_ctx *c, unsigned int zone, int *high, int *batch);
	int (*refill)(struct bs_policy_ctx *c, const struct bs_policy_want *w, int n);
	int (*flush)(struct bs_policy_ctx *c, unsigned int zone, unsigned int cpu, int count,
		     int high);
	void (*zones)(struct bs_policy_ctx *c, unsigned int node, uint8_t *zone, unsigned int n);
};

/* ---- What a policy may look at and do -------------------------------------------------------- */

/** The guest: whatever machine.h tells of one. */
const struct bs_machine *bs_policy_machine(const struct bs_policy_ctx *c);
/** The value of parameter number @index of its table. */
uint64_t bs_policy_param(const struct bs_policy_ctx *c, unsigned int index);
/** Its state: of the machine, of a zone, of a CPU of a zone. */
void *bs_policy_state(const struct bs_policy_ctx *c);
void *bs_policy_zone_state(const struct bs_policy_ctx *c, unsigned int zone);
void *bs_policy_cpu_state(const struct bs_policy_ctx *c, unsigned int zone, unsigned int cpu);
/** More of it, all zero, that goes with the guest; NULL when out of memory. */
void *bs_policy_alloc(struct bs_policy_ctx *c, size_t bytes);
/** A number of the guest's own seeded source. */
uint64_t bs_policy_random(struct bs_policy_ctx *c);

/**
 * bs_policy_first, _last, _next, _prev - walk a free list
 *
 * A policy that walks pays: each block that it comes to, and each it looks up, counts (list_nodes).
 * Return: the block's first pfn, BS_NO_PFN at the end.
 */
bs_pfn bs_policy_first(struct bs_policy_ctx *c, unsigned int zone, unsigned int order,
		       unsigned int mt);
bs_pfn bs_policy_last(struct bs_policy_ctx *c, unsigned int zone, unsigned int order,
		      unsigned int mt);
bs_pfn bs_policy_next(struct bs_policy_ctx *c, unsigned int order, bs_pfn pfn);
bs_pfn bs_policy_prev(struct bs_policy_ctx *c, unsigned int order, bs_pfn pfn);
/** Does a free block begin at @pfn? What it is. */
bool bs_policy_block(struct bs_policy_ctx *c, bs_pfn pfn, struct bs_block *b);
/** A bit for each order of which the list of @mt in @zone has a block. */
unsigned int bs_policy_orders(const struct bs_policy_ctx *c, unsigned int zone, unsigned int mt);
/** Pages of a pageblock that are free, and those in use that can be moved; false: not wholly in a zone. */
bool bs_policy_pageblock(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int *free,
			 unsigned int *movable);

/** A free block goes to another place of its list. False, and a fault: there is no such block or place. */
bool bs_policy_move(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int order,
		    const struct bs_spot *at);
/** A free block merges with its buddy, and so on, if that is free: at once in begin() and short_of(), else
 *  before the next block is freed. */
void bs_policy_merge(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int order);
/** In merge(), which then allows it: the pageblocks of the buddy change to the type of the block. */
void bs_policy_retype(struct bs_policy_ctx *c, const struct bs_block *buddy, unsigned int mt);

/* ---- Giving a guest a policy ------------------------------------------------------------------ */

/**
 * bs_machine_set_policy - from now on the guest's allocator asks @p
 * @values: of its parameters, parallel to its table; NULL: the defaults. Copied
 *
 * Once, before anything is asked of the guest. Return: 0; -EINVAL: it has one; -ENOMEM.
 */
int bs_machine_set_policy(struct bs_machine *m, const struct bs_policy *p, const uint64_t *values,
			  struct bs_error *err);
/** What its policy is called; NULL: none. */
const char *bs_machine_policy(const struct bs_machine *m);

/** Policy number @index; NULL behind the last. */
const struct bs_policy *bs_policy_at(unsigned int index);
/** By its name, or from the shared object that "./mine.so" names; what follows a ':' is not looked at. NULL
 *  with @err. */
const struct bs_policy *bs_policy_find(const char *spec, struct bs_error *err);
/** Is it well formed: ABI, name, parameters? 0, or -EINVAL with @err. */
int bs_policy_check(const struct bs_policy *p, const char *where, struct bs_error *err);
/** Can each of "kernel,lazy:slack=4,./mine.so" be had, and none twice? 0, or negative with @err. */
int bs_policies_check(const char *list, struct bs_error *err);
/** Find the policy that @spec names, read its parameters, give it to the guest. 0, or negative with @err. */
int bs_policy_attach(struct bs_machine *m, const char *spec, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
