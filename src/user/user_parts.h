/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user_parts.h - what the files of this room share. */
#ifndef BS_USER_PARTS_H
#define BS_USER_PARTS_H

#include "kernel_model.h"
#include "pfn_map.h"
#include "user.h"

/* gfp masks, as live kernels log them. */
#define GFP_TABLE 0x400dc0
#define GFP_TABLE_COMPOUND 0x440dc0
#define GFP_ZEROED_PAGE 0x140dca
#define GFP_COPIED_PAGE 0x140cca
#define GFP_BUNDLE 0x2800
#define GFP_ZERO_BLOCK 0x1c25c2
#define GFP_DIRECT 0x400 /* it may reclaim and compact itself */
#define GFP_KSWAPD 0x800
#define GFP_THIS_NODE_NO_RETRY 0x210000

/*
 * A block of several pages. @whole: how many huge mappings it has; @small: by how many small ones each of its
 * pages is mapped (NULL: by none), @nr_small: all of them
 * @written: bit per page that does not only hold zeros; NULL: all
 * @older, @newer: in the split queue
 */
struct block {
	bs_pfn head;
	uint8_t order;
	bool queued, all_written, lost;
	uint32_t whole, nr_small;
	uint16_t *small;
	uint64_t written[BS_USER_HUGE_PAGES / 64];
	struct block *older, *newer;
	struct block *next; /* in its chain of the hash */
	uint64_t at; /* address of its first page */
};

/* 2 MiB of addresses. @table: its last-level table; a huge mapping has one deposited in its place */
struct range {
	uint64_t n; /* address >> 21 */
	bs_pfn table;
	struct block *huge;
	bool zero_block; /* the huge zero page is mapped */
	uint16_t present; /* pages and zero pages of @pte */
	bs_pfn *pte; /* NULL: none is there */
	uint64_t *swapped; /* bit per page that is in swap; NULL: none was */
	uint16_t nr_swapped;
};

/*
 * @deposit: tables of the last level that lie in a second-level one, one for each huge mapping. They are a ring:
 * @head is the next that is taken, the one behind it comes after, and a new one is put behind @head and becomes it.
 */
struct upper {
	uint64_t n; /* address >> 30, >> 39 */
	bs_pfn table;
	bs_pfn *deposit;
	uint16_t nr_deposits, head;
};

struct mapping {
	uint64_t start, end;
	bool huge, no_huge;
	unsigned int kind; /* neighbours of another kind are not joined */
};

struct bs_space {
	struct bs_user *u;
	struct mapping *map;
	struct range *range;
	struct upper *upper[2]; /* second level, third level */
	size_t nr_maps, nr_ranges, nr_upper[2], room_maps, room_ranges, room_upper[2];
	uint64_t number; /* in the order in which they came to be */
	const void *owner; /* NULL: nobody's */
	struct bs_space *next;
};

struct bs_user {
	struct kernel_model km;
	const struct bs_user_ops *ops;
	void *arg;
	struct bs_user_settings set;
	struct bs_user_counts counts;
	struct bs_space *spaces;
	uint64_t numbers;
	const void *owner; /* of spaces that come to be */
	uint64_t scan_number, scan_at; /* where khugepaged goes on */
	struct block **hash; /* blocks that small mappings refer to */
	size_t nr_hashed, hash_size;
	struct block *oldest, *newest;
	bs_pfn zero_block; /* BS_NO_PFN: there is none */
	bs_pfn waits[64]; /* pages that wait to be put on the LRU together */
	uint64_t dead; /* bit per waiting page that nobody else has any more */
	unsigned int nr_waiting;
	unsigned int kinds;
	bool told; /* somebody says when they are put there */
	struct bs_pfn_map
		place; /* of each page that is mapped, and each block's first: its address + 1 */
	uint16_t *shared; /* by how many more than one each small page is mapped; NULL: none is */
	size_t nr_shared;
};

/* ---- table.c --------------------------------------------------------------------------------- */

bs_pfn user_alloc(struct bs_user *u, unsigned int order, unsigned int gfp);
struct range *user_range(const struct bs_space *s, uint64_t n);
/* Index of the first range from @n on. */
size_t user_range_from(const struct bs_space *s, uint64_t n);
/* The range, and all tables above the last level. NULL: no memory. */
struct range *user_range_make(struct bs_space *s, uint64_t n);
void user_range_drop(struct bs_space *s, size_t i);
struct mapping *user_mapping(const struct bs_space *s, uint64_t at);
/* Mappings begin and end there. */
void user_mapping_cut(struct bs_space *s, uint64_t at);
bool user_mapping_insert(struct bs_space *s, size_t i, struct mapping m);
void user_mappings_join(struct bs_space *s);
bool user_mapped_between(const struct bs_space *s, uint64_t start, uint64_t end);
bool user_table(struct bs_user *u, struct range *r);
/* The range is about to be mapped as a huge page; its table, deposited, is taken back. */
bool user_deposit(struct bs_space *s, struct range *r);
bs_pfn user_withdraw(struct bs_space *s, const struct range *r);
/* @pfn joins those that wait for the LRU; is it one of them, and is nobody's any more? */
void user_lru_add(struct bs_user *u, bs_pfn pfn);
bool user_lru_keeps(struct bs_user *u, bs_pfn pfn);
bool user_ptes(struct bs_user *u, struct range *r);

/* ---- swap.c ---------------------------------------------------------------------------------- */

bool user_is_swapped(const struct range *r, unsigned int i);
/* Page @i is in swap no more: it came back (@in), or nobody wants it. */
void user_unswap(struct bs_user *u, struct range *r, unsigned int i, bool in);

/* ---- block.c --------------------------------------------------------------------------------- */

struct block *block_new(struct bs_user *u, bs_pfn head, unsigned int order, uint64_t at);
void block_free(struct bs_user *u, struct block *b);
/* Whose small mappings refer to @pfn; NULL: a page of its own. */
struct block *block_of(const struct bs_user *u, bs_pfn pfn);
bool block_small(struct bs_user *u, struct block *b);
/* It is at @head now. */
void block_moved(struct bs_user *u, struct block *b, bs_pfn head);
void block_queue(struct bs_user *u, struct block *b);
void block_unqueue(struct bs_user *u, struct block *b);
/* The range's huge mapping becomes small ones. */
void block_split_mapping(struct bs_space *s, struct range *r);
static inline bool block_is_written(const struct block *b, unsigned int i)
{
	return b->all_written || b->written[i / 64] >> (i % 64) & 1;
}
/* One more, one less mapping of a small page. Less: true when it was the last, so that it is free; of a page
 * of a block, that the block is, and @pfn and @order then are. */
void user_share(struct bs_user *u, bs_pfn pfn);
bool user_is_shared(const struct bs_user *u, bs_pfn pfn);
bool user_unmap_page(struct bs_user *u, bs_pfn *pfn, unsigned int *order, struct block **of);
/* One huge mapping less: true when the block is free. */
bool user_unmap_huge(struct bs_user *u, struct block *b);

/* ---- split.c --------------------------------------------------------------------------------- */

uint64_t user_split(struct bs_user *u, struct block *b);

#endif
