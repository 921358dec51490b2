/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hooks.h - what the allocator tells its one listener, which may also decide placement.
 *
 * When each is called: RULES.md, hooks; who uses which: STRATEGIES.md, hooks. A zone carries a mask
 * of the hooks that are wanted and the lowest order they are wanted for: the hot path tests those,
 * one predictable branch, and a per-cpu-list hit never makes an indirect call (freeing() excepted,
 * where it is wanted). Clearing the Reported mark on removal is the allocator's own job, listener
 * or not.
 */
#ifndef BUDDYSIM_HOOKS_H
#define BUDDYSIM_HOOKS_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct bs_machine;

/** Why a block comes, goes or moves. */
enum bs_why {
	BS_FREE, /* freed by its owner, or flushed from a per-cpu list */
	BS_RETURN, /* given back by the reporter (putback) */
	BS_ALLOC, /* removed to be allocated, or split for that */
	BS_MERGE, /* absorbed by its buddy */
	BS_TAKE, /* taken by the reporter */
	BS_STEAL, /* moved to another migratetype's list */
	BS_ISOLATE, /* pageblock isolation moves it */
	BS_UNISOLATE, /* ... and back */
	BS_OFFLINE, /* leaves the guest */
	BS_SPLIT, /* stays on a list when the block is split that it was a part of */
	BS_NR_WHY,
};

/** Where a block is put on its list. before != BS_NO_PFN: in front of that node of the same list,
 *  which then stands for the list's tail. */
struct bs_spot {
	bool tail;
	bs_pfn before;
};

enum bs_hook {
	BS_HOOK_FREEING = 1 << 0,
	BS_HOOK_MERGED = 1 << 1,
	BS_HOOK_PLACE = 1 << 2,
	BS_HOOK_BLOCK_IN = 1 << 3,
	BS_HOOK_BLOCK_OUT = 1 << 4,
	BS_HOOK_BLOCK_MOVE = 1 << 5,
	BS_HOOK_REORDERED = 1 << 6,
	BS_HOOK_ZONE_GONE = 1 << 7,
	BS_HOOK_ALLOCATED = 1 << 8,
	BS_HOOK_SPLIT = 1 << 9,
};

/**
 * struct bs_hooks - the listener
 *
 * freeing:    a block's owner frees it; no lock, before the per-cpu list, before poisoning
 * merged:     zone lock held, after each order increment of the merge loop: @b is the merged
 *             block, on no list. The listener may drop and re-take the lock; the allocator reads
 *             the next buddy afterwards
 * place:      zone lock held, before insertion: @at holds the kernel model's choice; what
 *             the listener leaves in it is done. Why is BS_FREE or BS_RETURN
 * block_in:   zone lock held, after insertion, final order. @merged: it absorbed a buddy
 * block_out:  zone lock held, about to be unlinked: still linked, Reported still readable
 * block_move: zone lock held, before a free block moves to list @to_mt of its order: @at holds
 *             the model's choice. Return: keep the Reported mark (the model's answer is true)
 * reordered:  something else (compaction) rotated list (zone, order, mt)
 * zone_gone:  a zone lost its last memory
 * split:      zone lock held, @b is on its list, of whatever order: it was split off a block that was
 *             reported, on a kernel where that may stay so (split_keeps_mark). Return: it does
 * allocated:  no lock, the block is its new owner's; not called for per-cpu-list hits below
 *             the zone's lowest hook order
 */
struct bs_hooks {
	void (*freeing)(void *arg, const struct bs_block *b);
	void (*merged)(void *arg, const struct bs_block *b);
	void (*place)(void *arg, const struct bs_block *b, enum bs_why why, struct bs_spot *at);
	void (*block_in)(void *arg, const struct bs_block *b, enum bs_why why, bool merged);
	void (*block_out)(void *arg, const struct bs_block *b, enum bs_why why);
	bool (*block_move)(void *arg, const struct bs_block *b, unsigned int to_mt, enum bs_why why,
			   struct bs_spot *at);
	void (*reordered)(void *arg, unsigned int zone, unsigned int order, unsigned int mt);
	void (*zone_gone)(void *arg, unsigned int zone);
	void (*allocated)(void *arg, const struct bs_block *b);
	bool (*split)(void *arg, const struct bs_block *b);
};

/** Install the listener (NULL removes it). @hooks must outlive the machine or the next call. */
void bs_machine_listen(struct bs_machine *m, const struct bs_hooks *hooks, void *arg);

/** Which hooks a zone calls (mask of enum bs_hook) and the lowest block order they are called
 *  for. May be changed at any time outside a hook. */
void bs_zone_listen(struct bs_machine *m, unsigned int zone, uint32_t mask,
		    unsigned int lowest_order);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
