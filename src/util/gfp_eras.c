// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfp_eras.h"

#include <stdio.h>
#include <string.h>

/* ---- Layouts: what each bit of include/linux/gfp.h meant ------------------------------------- */

#define WAIT (BS_GFP_DIRECT_RECLAIM | BS_GFP_KSWAPD_RECLAIM)
/* A bit that has a meaning there, and decides nothing here. */
#define NONE 0

static const uint32_t before_4_4[32] = {
	BS_GFP_DMA,
	BS_GFP_HIGHMEM,
	BS_GFP_DMA32,
	BS_GFP_MOVABLE,
	WAIT,
	BS_GFP_HIGH,
	BS_GFP_IO,
	BS_GFP_FS,
	NONE /* COLD */,
	BS_GFP_NOWARN,
	BS_GFP_RETRY_MAYFAIL,
	BS_GFP_NOFAIL,
	BS_GFP_NORETRY,
	BS_GFP_MEMALLOC,
	BS_GFP_COMP,
	BS_GFP_ZERO,
	BS_GFP_NOMEMALLOC,
	BS_GFP_HARDWALL,
	BS_GFP_THISNODE,
	BS_GFP_RECLAIMABLE,
	NONE /* KMEMCG */,
	NONE,
	NONE /* NO_KSWAPD */,
	NONE,
	BS_GFP_WRITE,
};

static const uint32_t from_4_4[32] = {
	BS_GFP_DMA,
	BS_GFP_HIGHMEM,
	BS_GFP_DMA32,
	BS_GFP_MOVABLE,
	BS_GFP_RECLAIMABLE,
	BS_GFP_HIGH,
	BS_GFP_IO,
	BS_GFP_FS,
	NONE /* COLD */,
	BS_GFP_NOWARN,
	BS_GFP_RETRY_MAYFAIL,
	BS_GFP_NOFAIL,
	BS_GFP_NORETRY,
	BS_GFP_MEMALLOC,
	BS_GFP_COMP,
	BS_GFP_ZERO,
	BS_GFP_NOMEMALLOC,
	BS_GFP_HARDWALL,
	BS_GFP_THISNODE,
	BS_GFP_ATOMIC_BIT,
	BS_GFP_ACCOUNT,
	NONE,
	BS_GFP_DIRECT_RECLAIM,
	NONE /* OTHER_NODE */,
	BS_GFP_WRITE,
	BS_GFP_KSWAPD_RECLAIM,
};

/* OTHER_NODE is gone, and those above it move down. */
static const uint32_t from_4_10[32] = {
	BS_GFP_DMA,
	BS_GFP_HIGHMEM,
	BS_GFP_DMA32,
	BS_GFP_MOVABLE,
	BS_GFP_RECLAIMABLE,
	BS_GFP_HIGH,
	BS_GFP_IO,
	BS_GFP_FS,
	NONE /* COLD */,
	BS_GFP_NOWARN,
	BS_GFP_RETRY_MAYFAIL,
	BS_GFP_NOFAIL,
	BS_GFP_NORETRY,
	BS_GFP_MEMALLOC,
	BS_GFP_COMP,
	BS_GFP_ZERO,
	BS_GFP_NOMEMALLOC,
	BS_GFP_HARDWALL,
	BS_GFP_THISNODE,
	BS_GFP_ATOMIC_BIT,
	BS_GFP_ACCOUNT,
	NONE,
	BS_GFP_DIRECT_RECLAIM,
	BS_GFP_WRITE,
	BS_GFP_KSWAPD_RECLAIM,
	NONE /* NOLOCKDEP */,
};

/* WRITE takes the place of COLD, and the reclaim bits move down. */
static const uint32_t from_4_17[32] = {
	BS_GFP_DMA,
	BS_GFP_HIGHMEM,
	BS_GFP_DMA32,
	BS_GFP_MOVABLE,
	BS_GFP_RECLAIMABLE,
	BS_GFP_HIGH,
	BS_GFP_IO,
	BS_GFP_FS,
	BS_GFP_WRITE,
	BS_GFP_NOWARN,
	BS_GFP_RETRY_MAYFAIL,
	BS_GFP_NOFAIL,
	BS_GFP_NORETRY,
	BS_GFP_MEMALLOC,
	BS_GFP_COMP,
	BS_GFP_ZERO,
	BS_GFP_NOMEMALLOC,
	BS_GFP_HARDWALL,
	BS_GFP_THISNODE,
	BS_GFP_ATOMIC_BIT,
	BS_GFP_ACCOUNT,
	BS_GFP_DIRECT_RECLAIM,
	BS_GFP_KSWAPD_RECLAIM,
	NONE /* NOLOCKDEP */,
};

/* All in a new order, which is the one of the BS_GFP_* bits; 6.3 left the place of ATOMIC empty. */
static const uint32_t from_5_1[32] = {
	BS_GFP_DMA,
	BS_GFP_HIGHMEM,
	BS_GFP_DMA32,
	BS_GFP_MOVABLE,
	BS_GFP_RECLAIMABLE,
	BS_GFP_HIGH,
	BS_GFP_IO,
	BS_GFP_FS,
	BS_GFP_ZERO,
	BS_GFP_ATOMIC_BIT,
	BS_GFP_DIRECT_RECLAIM,
	BS_GFP_KSWAPD_RECLAIM,
	BS_GFP_WRITE,
	BS_GFP_NOWARN,
	BS_GFP_RETRY_MAYFAIL,
	BS_GFP_NOFAIL,
	BS_GFP_NORETRY,
	BS_GFP_MEMALLOC,
	BS_GFP_COMP,
	BS_GFP_NOMEMALLOC,
	BS_GFP_HARDWALL,
	BS_GFP_THISNODE,
	BS_GFP_ACCOUNT,
};

#define KERNEL(major, minor) ((major)*1000u + (minor))

/* Where two spans overlap it is not known in which version the bits moved: the numbers tell. */
const struct bs_gfp_era bs_gfp_eras[BS_GFP_ERAS] = {
	{"before 4.4", 0, KERNEL(4, 3), "gfp.h of 3.10", 2013, before_4_4, 0x1ffffff},
	{"4.4 to 4.5", KERNEL(4, 4), KERNEL(4, 5), "gfp.h of 4.4", 2016, from_4_4, 0x3ffffff},
	{"4.6 to 4.7", KERNEL(4, 6), KERNEL(4, 7), "gfp.h of 4.6", 2016, from_4_4, 0x3ffffff},
	{"4.8 to 4.11", KERNEL(4, 8), KERNEL(4, 11), "gfp.h of 4.9", 2016, from_4_4, 0x3ffffff},
	{"4.10 to 4.17", KERNEL(4, 10), KERNEL(4, 17), "logs of 4.12 and 4.15", 2017, from_4_10,
	 0x3ffffff},
	{"4.17 to 5.0", KERNEL(4, 17), KERNEL(5, 0), "gfp.h of 4.19", 2018, from_4_17, 0xffffff},
	{"5.1 to 6.2", KERNEL(5, 1), KERNEL(6, 2), "gfp.h of 5.10", 2020, from_5_1, 0xfffffff},
	{"6.3 to 6.7", KERNEL(6, 3), KERNEL(6, 7), "gfp.h of 6.6", 2023, from_5_1,
	 0x1fffffff & ~BS_GFP_ATOMIC_BIT},
	{"6.8 and later", KERNEL(6, 8), UINT32_MAX, "recordings of 6.18", 2025, from_5_1,
	 0x1fffffff & ~BS_GFP_ATOMIC_BIT},
};

unsigned int bs_gfp_eras_of(const char *version, size_t len)
{
	unsigned int major = 0, minor = 0, eras = 0, v;
	size_t i = 0;

	while (i < len && version[i] >= '0' && version[i] <= '9' && major < 1000)
		major = major * 10 + (unsigned int)(version[i++] - '0');
	if (!i || i + 1 >= len || version[i] != '.' || version[i + 1] < '0' || version[i + 1] > '9')
		return 0;
	for (i++; i < len && version[i] >= '0' && version[i] <= '9' && minor < 999; i++)
		minor = minor * 10 + (unsigned int)(version[i] - '0');
	v = KERNEL(major, minor < 999 ? minor : 999);
	for (unsigned int e = 0; e < BS_GFP_ERAS; e++)
		if (v >= bs_gfp_eras[e].from && v <= bs_gfp_eras[e].to)
			eras |= 1u << e;
	return eras;
}

#define NO_KSWAPD 0x400000u /* before 4.4 */

uint32_t bs_gfp_decode(uint32_t value, unsigned int era)
{
	const struct bs_gfp_era *e = &bs_gfp_eras[era];
	uint32_t mask = 0;

	for (unsigned int i = 0; i < 32; i++)
		if (value >> i & 1)
			mask |= e->bits[i] & (e->known >> i & 1 ? UINT32_MAX : 0);
	/* kswapd was woken for whoever did not say otherwise. */
	if (e->bits == before_4_4)
		mask = value & NO_KSWAPD ? mask & ~BS_GFP_KSWAPD_RECLAIM
					 : mask | BS_GFP_KSWAPD_RECLAIM;
	return mask;
}

unsigned int bs_gfp_migratetype_of(unsigned int migratetype, unsigned int era)
{
	if (1u << era & BS_GFP_OLD_MIGRATETYPES && (migratetype == 1 || migratetype == 2))
		return 3 - migratetype;
	return migratetype;
}

/* Types 1 and 2 follow from the mask; 0 is also said by a guest that does not group by mobility. */
static bool agrees(uint32_t mask, unsigned int era, unsigned int migratetypes)
{
	const unsigned int asked = bs_gfp_migratetype(mask), one = migratetypes & 6;

	if (!one || one == 6)
		return true;
	return bs_gfp_migratetype_of(one >> 1, era) == asked;
}

bool bs_gfp_is_plausible(uint32_t value, unsigned int era, unsigned int migratetypes)
{
	const uint32_t mask = bs_gfp_decode(value, era), move = BS_GFP_MOVABLE | BS_GFP_RECLAIMABLE;
	const uint32_t huge = BS_GFP_COMP | BS_GFP_NOMEMALLOC;
	bool direct = mask & BS_GFP_DIRECT_RECLAIM, kswapd = mask & BS_GFP_KSWAPD_RECLAIM;

	if (value & ~bs_gfp_eras[era].known || (mask & move) == move ||
	    !agrees(mask, era, migratetypes))
		return false;
	if (bs_gfp_eras[era].bits == before_4_4)
		kswapd = direct;
	if (mask & BS_GFP_FS && !(mask & BS_GFP_IO))
		return false;
	/* Who may call into file systems may reclaim, but for attempts that do not warn. */
	if (mask & BS_GFP_IO && !direct && !kswapd && !(mask & BS_GFP_NOWARN))
		return false;
	/* Reclaim without waking kswapd is for huge pages. */
	return !direct || kswapd || (mask & BS_GFP_NOWARN && mask & huge);
}
