/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * llfree.h - the file in which LLFree's kernel records allocations, and its bench `replay` reads them: pages of
 * 4 KiB, little-endian. The first says how many follow (u32), of how many CPUs (u32), and the highest pfn (u32).
 * Each other one is of one CPU (u32, then 12 bytes of nothing) and has 255 events of 16 bytes, in the order of
 * their times; the last of a CPU may have fewer, and zeros behind them. An event from its lowest bit: 38 bits
 * microseconds, 24 pfn, 1 allocation, 4 order, 29 gfp mask, 32 process.
 */
#ifndef BS_TRACE_LLFREE_H
#define BS_TRACE_LLFREE_H

#include <stdint.h>

#define BS_LLFREE_PAGE 4096
#define BS_LLFREE_EVENT 16
#define BS_LLFREE_EVENTS 255 /* of a page */
#define BS_LLFREE_MAX_US ((UINT64_C(1) << 38) - 1)
#define BS_LLFREE_MAX_PFN ((UINT32_C(1) << 24) - 1)
#define BS_LLFREE_GFP \
	((UINT32_C(1) << 28) - 1) /* the bit above is LLFree's own: of the page cache */
#define BS_LLFREE_MAX_CPUS 256

struct bs_llfree_event {
	uint64_t us;
	uint32_t pfn, gfp, pid;
	uint8_t order;
	uint8_t alloc; /* or a free */
};

static inline void bs_llfree_put32(unsigned char *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(v >> 8 * i);
}

static inline uint32_t bs_llfree_get32(const unsigned char *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline void bs_llfree_pack(const struct bs_llfree_event *e, unsigned char *at)
{
	const uint64_t low = e->us | (uint64_t)e->pfn << 38 | (uint64_t)e->alloc << 62 |
			     (uint64_t)(e->order & 1) << 63;
	const uint64_t high =
		(uint64_t)e->order >> 1 | (uint64_t)e->gfp << 3 | (uint64_t)e->pid << 32;

	bs_llfree_put32(at, (uint32_t)low);
	bs_llfree_put32(at + 4, (uint32_t)(low >> 32));
	bs_llfree_put32(at + 8, (uint32_t)high);
	bs_llfree_put32(at + 12, (uint32_t)(high >> 32));
}

static inline struct bs_llfree_event bs_llfree_unpack(const unsigned char *at)
{
	const uint64_t low = bs_llfree_get32(at) | (uint64_t)bs_llfree_get32(at + 4) << 32;
	const uint64_t high = bs_llfree_get32(at + 8) | (uint64_t)bs_llfree_get32(at + 12) << 32;

	return (struct bs_llfree_event){
		.us = low & BS_LLFREE_MAX_US,
		.pfn = (uint32_t)(low >> 38) & BS_LLFREE_MAX_PFN,
		.alloc = low >> 62 & 1,
		.order = (uint8_t)((low >> 63) | (high & 7) << 1),
		.gfp = (uint32_t)(high >> 3) & ((UINT32_C(1) << 29) - 1),
		.pid = (uint32_t)(high >> 32),
	};
}

#endif
