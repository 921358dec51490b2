/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_model.h - what kernel versions differ in, as data (spec allocator.md 8, 10.1). Code asks
 * for a behaviour, never for a version.
 */
#ifndef BS_KERNEL_MODEL_H
#define BS_KERNEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum km_end { KM_HEAD, KM_TAIL };
enum km_pcp_orders { KM_PCP_ORDER0, KM_PCP_THP_PBO, KM_PCP_THP_9 };
enum km_pcp_high { KM_HIGH_6_BATCHES, KM_HIGH_LOW_MARK, KM_HIGH_TUNED };
enum km_pcp_free { KM_FREE_BATCH, KM_FREE_FACTOR, KM_FREE_AUTO };
enum km_pcp_flush { KM_FLUSH_ROUND_ROBIN, KM_FLUSH_FROM_INDEX };
enum km_flush_type { KM_FLUSH_CACHED, KM_FLUSH_PAGEBLOCK };
enum km_merge_guard { KM_GUARD_ISOLATE, KM_GUARD_NONMERGEABLE, KM_GUARD_RETYPE };
enum km_unisolate { KM_LOOSE_HEAD, KM_STRICT_TAIL };
enum km_isolate_split { KM_SPLIT_NO, KM_SPLIT_BY_RANGE, KM_SPLIT_INSIDE };
enum km_reserve_flags { KM_HARDER, KM_MIN_RESERVE };
enum km_highatomic { KM_HA_P61, KM_HA_P612 };
enum km_fallback { KM_RELABEL, KM_CLAIM_STEAL };
enum km_boost_retry { KM_RETRY_NEVER, KM_RETRY_ATOMIC, KM_RETRY_MIN_RESERVE };

struct kernel_model {
	const char *name;
	uint8_t boot_pos, move_pos; /* enum km_end */
	uint8_t pcp_orders, pcp_high_rule, pcp_free_rule, pcp_flush, flush_type;
	uint8_t shuffle_one; /* enum km_end: which end a drawn 1 means */
	uint8_t merge_guard, unisolate, isolate_split;
	uint8_t reserve_flags, ha_rule, fallback, boost_retry;
	bool pcp_miss_falls_through; /* a failed refill tries the buddy lists */
	bool highatomic_last_resort; /* NON_BLOCK and OOM requests may end on the H list */
	bool fast_order0_highatomic; /* the order-0 test subtracts the reserve */
	bool wm_highatomic_free; /* ... its free pages, not the reserved ones */
	bool nofrag_below_pbo; /* NOFRAGMENT raises the lowest order below PBO only */
	bool boost_small_zone; /* zones below 4 pageblocks boost too */
	bool boost_flag_always; /* BOOSTED is set even when nothing was boosted */
	bool lowmem_idx_gfp; /* lowmem_reserve index: gfp's zone, not the preferred's */
	bool free_big_per_pageblock; /* blocks above PBO are freed in pieces */
	bool stat_per_removal; /* NR_FREE changes at each removal, not per refill */
	bool pgfree_counts_isolate; /* pgfree counts a pcp-order page of an I pageblock */
	bool move_refuses_straddle; /* move_block refuses blocks over the zone's edge */
	bool holes_set_movable; /* pageblocks starting in a hole become MOVABLE at boot */
	bool below_high; /* ZONE_BELOW_HIGH exists */
	bool boost_clear_kswapd; /* only KSWAPD requests clear BOOSTED */
	bool node_load_set; /* a node's load is set to what is left to place, not raised by 1 */
	bool isolate_drains; /* isolating a pageblock drains the zone's per-cpu lists */
	uint64_t min_free_kb_max;
	bool movable_like_highmem; /* ZONE_MOVABLE's MIN is clamped, and out of the lowmem sum */
};

const struct kernel_model *bs_kernel_model(const char *name);

#endif
