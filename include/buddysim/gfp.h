/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gfp.h - allocation flags. They decide the migratetype, the zones and the watermark of a request;
 * everything else in a kernel's gfp mask is carried but changes nothing (RULES.md, rmqueue).
 */
#ifndef BUDDYSIM_GFP_H
#define BUDDYSIM_GFP_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define BS_GFP_DMA 0x1u
#define BS_GFP_HIGHMEM 0x2u
#define BS_GFP_DMA32 0x4u
#define BS_GFP_MOVABLE 0x8u
#define BS_GFP_RECLAIMABLE 0x10u
#define BS_GFP_HIGH 0x20u
#define BS_GFP_IO 0x40u
#define BS_GFP_FS 0x80u
#define BS_GFP_ZERO 0x100u
#define BS_GFP_ATOMIC_BIT 0x200u /* __GFP_ATOMIC: gone in 6.3 */
#define BS_GFP_DIRECT_RECLAIM 0x400u
#define BS_GFP_KSWAPD_RECLAIM 0x800u
#define BS_GFP_WRITE 0x1000u
#define BS_GFP_NOWARN 0x2000u
#define BS_GFP_RETRY_MAYFAIL 0x4000u
#define BS_GFP_NOFAIL 0x8000u
#define BS_GFP_NORETRY 0x10000u
#define BS_GFP_MEMALLOC 0x20000u
#define BS_GFP_COMP 0x40000u
#define BS_GFP_NOMEMALLOC 0x80000u
#define BS_GFP_HARDWALL 0x100000u
#define BS_GFP_THISNODE 0x200000u
#define BS_GFP_ACCOUNT 0x400000u

#define BS_GFP_RECLAIM (BS_GFP_DIRECT_RECLAIM | BS_GFP_KSWAPD_RECLAIM)
#define BS_GFP_KERNEL (BS_GFP_RECLAIM | BS_GFP_IO | BS_GFP_FS)
#define BS_GFP_ATOMIC (BS_GFP_HIGH | BS_GFP_ATOMIC_BIT | BS_GFP_KSWAPD_RECLAIM)
#define BS_GFP_NOWAIT BS_GFP_KSWAPD_RECLAIM
#define BS_GFP_USER (BS_GFP_KERNEL | BS_GFP_HARDWALL)
#define BS_GFP_HIGHUSER (BS_GFP_USER | BS_GFP_HIGHMEM)
#define BS_GFP_HIGHUSER_MOVABLE (BS_GFP_HIGHUSER | BS_GFP_MOVABLE)
#define BS_GFP_TRANSHUGE_LIGHT                                                         \
	((BS_GFP_HIGHUSER_MOVABLE | BS_GFP_COMP | BS_GFP_NOMEMALLOC | BS_GFP_NOWARN) & \
	 ~BS_GFP_RECLAIM)
#define BS_GFP_TRANSHUGE (BS_GFP_TRANSHUGE_LIGHT | BS_GFP_DIRECT_RECLAIM)

/**
 * bs_gfp_parse - read a printed gfp mask, "GFP_KERNEL|__GFP_ZERO" or "0xcc0"
 * @text: need not be NUL-terminated, @len characters of it are read
 * @mask: receives the flags that buddysim knows; composite names are expanded. A name or number that
 *        changed its meaning has that of 5.1 to 6.2, which is also the layout of the BS_GFP_* bits;
 *        who knows which kernel printed it says so (util/gfp_eras.h)
 *
 * Return: 0, or the number of '|'-separated names that were not recognised.
 */
int bs_gfp_parse(const char *text, size_t len, uint32_t *mask);

/** Print a mask as names; returns snprintf()'s value. */
int bs_gfp_format(uint32_t mask, char *buf, size_t size);

/** Migratetype a mask asks for: MOVABLE, RECLAIMABLE or UNMOVABLE (grouping on). */
static inline unsigned int bs_gfp_migratetype(uint32_t gfp)
{
	unsigned int mt = (gfp & (BS_GFP_MOVABLE | BS_GFP_RECLAIMABLE)) >> 3;

	return mt > BS_MIGRATE_RECLAIMABLE ? (unsigned int)BS_MIGRATE_UNMOVABLE : mt;
}

/** Memory of user processes that the kernel can move: what carries the LRU bit (MEANING.md,
 *  touching and residency). */
static inline bool bs_gfp_is_movable_user(uint32_t gfp)
{
	return (gfp & (BS_GFP_HIGHMEM | BS_GFP_MOVABLE)) == (BS_GFP_HIGHMEM | BS_GFP_MOVABLE);
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
