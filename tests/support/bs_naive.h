/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bs_naive.h - a guest that is obviously right, for strategies that are walked a second time: plain
 * arrays, without anything of src/. The models themselves are in
 * tests/golden/test_golden_naive_*.c.
 *
 * One zone of 8192 pages, all in use by its owner, and 256 pages behind it that are always free, so
 * that the watermarks, which are 0, never refuse a block. Two types, movable and unmovable. Random
 * scripts of frees, allocations and passes, with frees while a request is in flight, run on the
 * real guest and on the naive one; requests, installs, lists and marks must be the same after each
 * step, and whether a pass is due.
 */
#ifndef BS_NAIVE_H
#define BS_NAIVE_H

#include "bs_test.h"

#define BS_NAIVE_PAGES 8192
#define BS_NAIVE_UNITS (BS_NAIVE_PAGES / 512)
#define BS_NAIVE_NONE (-1)
#define BS_NAIVE_U BS_MIGRATE_UNMOVABLE
#define BS_NAIVE_M BS_MIGRATE_MOVABLE

struct bs_naive_node {
	int pfn;
	bool marked;
};

/* node[0] is the head. */
struct bs_naive_list {
	struct bs_naive_node node[64];
	int n;
};

struct bs_naive_block {
	int pfn, order;
};

struct bs_naive {
	const struct bs_naive_kind *kind;
	int capacity, hwm; /* of the script: 1 .. 4, 1 .. 3 */
	void *s; /* the model's own state, zeroed */

	struct bs_naive_list list[2][11]; /* by type and order */
	int type[BS_NAIVE_UNITS + 1]; /* of each pageblock */
	int free_pages;
	/* What counts as the end of a movable list while active; NONE: its real end. */
	bool active;
	int boundary[11];

	bool due;
	bs_ns now, wake_at; /* kinds that are timed */
	bs_ns future[BS_NAIVE_UNITS]; /* kinds with a gap: when each unit is next needed */

	char log[1 << 16], installs[1 << 10];
	size_t used, installs_used;
	int calls;
	const struct bs_naive_block *during; /* [2 * call]: two frees; order 0: none */
};

/**
 * struct bs_naive_kind - one strategy's model
 * @params: NAME:KEY=VALUE,... with at most two %d: the capacity and the mark of the script
 * @scale: the first %d is so many times the capacity; 0: 1
 * @state_size: of bs_naive.s
 * @device: ranges that the device takes in a request; 0: 32
 * @small: it deals in single pages: all lists are compared, not only those from order 8 on
 * @once: it acts once: mostly frees, so that there is something then
 * @timed: time passes between the steps; when the pass is due is compared, too
 * @gap: what is left alone for longer pays; not 0: there is a future
 * @start: switched on
 * @freeing: the owner frees this, before anything is merged
 * @merged: a block has grown to this order, not on its list yet
 * @final: no further merging, not on its list yet
 * @freed: an owner's block of order >= 9 is on its list
 * @allocated: the owner has been given this
 * @pass: what is due runs
 *
 * All but @params may be NULL.
 */
struct bs_naive_kind {
	const char *params;
	size_t state_size;
	int scale, device;
	bool small, once, timed;
	bs_ns gap;
	void (*start)(struct bs_naive *v);
	void (*freeing)(struct bs_naive *v, int pfn, int order);
	void (*merged)(struct bs_naive *v, int pfn, int order);
	void (*final)(struct bs_naive *v, int pfn, int order);
	void (*freed)(struct bs_naive *v, int pfn, int order);
	void (*allocated)(struct bs_naive *v, int pfn, int order);
	void (*pass)(struct bs_naive *v);
	int variant; /* the model's own business */
};

/* Index of the node; NONE. */
int bs_naive_find(const struct bs_naive_list *l, int pfn);
int bs_naive_raw(const struct bs_naive_list *l);
/* Take node @at off the movable list of @order. Return: its pfn. */
int bs_naive_take(struct bs_naive *v, int order, int at);
/* Give a taken block back, to the end of its list or where any free block goes. Return: what it has
 * become; the same order: it did not merge. */
struct bs_naive_block bs_naive_put(struct bs_naive *v, struct bs_naive_block b, bool tail);
/* The same, marked unless it merged. */
struct bs_naive_block bs_naive_put_marked(struct bs_naive *v, struct bs_naive_block b, bool tail);
/* NONE: there is no such block. */
int bs_naive_alloc(struct bs_naive *v, int order, int type);
/* Free pages that bs_naive_alloc() gave; as the owner does. */
void bs_naive_free(struct bs_naive *v, int pfn, int order);

/* A request that is waited for; or in two parts. tell() returns its number, for the answer. */
void bs_naive_request(struct bs_naive *v, const struct bs_naive_block *b, int n);
int bs_naive_tell(struct bs_naive *v, const struct bs_naive_block *b, int n);
void bs_naive_answer(struct bs_naive *v, int call);
void bs_naive_install(struct bs_naive *v, int pfn, int order);
/* A pass after @delay, unless one is due already. */
void bs_naive_wake(struct bs_naive *v, bs_ns delay);

/* 300 scripts of 60 steps. @least: requests that there must have been in all. */
void bs_naive_run(const struct bs_naive_kind *k, uint64_t least);

#endif
