// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel_model.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <buddysim/machine.h>

/* Spec allocator.md 8.1 (P54 -> P61) and 8.2 (P61 -> P612); the row numbers are those tables'. */
static const struct kernel_model models[] = {
	{
		.name = "linux-5.4",
		.boot_pos = KM_HEAD,
		.move_pos = KM_HEAD,
		.pcp_orders = KM_PCP_ORDER0,
		.pcp_high_rule = KM_HIGH_6_BATCHES,
		.pcp_free_rule = KM_FREE_BATCH,
		.pcp_flush = KM_FLUSH_ROUND_ROBIN,
		.flush_type = KM_FLUSH_CACHED,
		.shuffle_one = KM_HEAD,
		.merge_guard = KM_GUARD_ISOLATE,
		.unisolate = KM_LOOSE_HEAD,
		.isolate_split = KM_SPLIT_NO,
		.reserve_flags = KM_HARDER,
		.ha_rule = KM_HA_P61,
		.fallback = KM_RELABEL,
		.boost_retry = KM_RETRY_NEVER,
		.boost_small_zone = true,
		.boost_flag_always = true,
		.pgfree_counts_isolate = true,
		.holes_set_movable = true,
		.isolate_drains = true,
		.node_load_set = true,
		.min_free_kb_max = 65536,
	},
	{
		.name = "linux-6.1",
		.boot_pos = KM_TAIL,
		.move_pos = KM_TAIL,
		.pcp_orders = KM_PCP_THP_PBO,
		.pcp_high_rule = KM_HIGH_LOW_MARK,
		.pcp_free_rule = KM_FREE_FACTOR,
		.pcp_flush = KM_FLUSH_FROM_INDEX,
		.flush_type = KM_FLUSH_CACHED,
		.shuffle_one = KM_TAIL,
		.merge_guard = KM_GUARD_NONMERGEABLE,
		.unisolate = KM_STRICT_TAIL,
		.isolate_split = KM_SPLIT_BY_RANGE,
		.reserve_flags = KM_MIN_RESERVE,
		.ha_rule = KM_HA_P61,
		.fallback = KM_RELABEL,
		.boost_retry = KM_RETRY_ATOMIC,
		.pcp_miss_falls_through = true,
		.highatomic_last_resort = true,
		.fast_order0_highatomic = true,
		.nofrag_below_pbo = true,
		.lowmem_idx_gfp = true,
		.min_free_kb_max = 262144,
	},
	{
		.name = "linux-6.12",
		.boot_pos = KM_TAIL,
		.move_pos = KM_TAIL,
		.pcp_orders = KM_PCP_THP_9,
		.pcp_high_rule = KM_HIGH_TUNED,
		.pcp_free_rule = KM_FREE_AUTO,
		.pcp_flush = KM_FLUSH_FROM_INDEX,
		.flush_type = KM_FLUSH_PAGEBLOCK,
		.shuffle_one = KM_TAIL,
		.merge_guard = KM_GUARD_RETYPE,
		.unisolate = KM_STRICT_TAIL,
		.isolate_split = KM_SPLIT_INSIDE,
		.reserve_flags = KM_MIN_RESERVE,
		.ha_rule = KM_HA_P612,
		.fallback = KM_CLAIM_STEAL,
		.boost_retry = KM_RETRY_MIN_RESERVE,
		.pcp_miss_falls_through = true,
		.highatomic_last_resort = true,
		.fast_order0_highatomic = true,
		.wm_highatomic_free = true,
		.nofrag_below_pbo = true,
		.lowmem_idx_gfp = true,
		.free_big_per_pageblock = true,
		.stat_per_removal = true,
		.pgfree_counts_isolate = true,
		.move_refuses_straddle = true,
		.below_high = true,
		.boost_clear_kswapd = true,
		.min_free_kb_max = 262144,
		.movable_like_highmem = true,
	},
};
#define NR_MODELS (sizeof(models) / sizeof(models[0]))

const struct kernel_model *bs_kernel_model(const char *name)
{
	for (size_t i = 0; i < NR_MODELS; i++)
		if (!strcmp(models[i].name, name))
			return &models[i];
	return NULL;
}

const char *const *bs_kernel_names(void)
{
	static const char *const names[] = {"linux-5.4", "linux-6.1", "linux-6.12", NULL};

	_Static_assert(sizeof(names) / sizeof(names[0]) == NR_MODELS + 1, "a name per model");
	return names;
}

/* ---- The table as text ----------------------------------------------------------------------- */

static const char *const ends[] = {"head", "tail"};
static const char *const orders[] = {"0", "0-3,thp=pbo", "0-3,thp=9"};
static const char *const highs[] = {"6*batch", "low/cpus", "tuned"};
static const char *const frees[] = {"batch", "factor", "auto"};
static const char *const flushes[] = {"roundrobin", "from_index"};
static const char *const types[] = {"cached", "pageblock"};
static const char *const guards[] = {"isolate", "nonmergeable", "retype"};
static const char *const unisolates[] = {"loose_head", "strict_tail"};
static const char *const splits[] = {"no", "by range", "inside"};
static const char *const reserves[] = {"harder", "minreserve"};
static const char *const highatomics[] = {"p61", "p612"};
static const char *const fallbacks[] = {"relabel", "claim_steal"};
static const char *const retries[] = {"never", "atomic", "min_reserve"};
static const char *const no_yes[] = {"no", "yes"};

static const struct {
	const char *name;
	size_t offset;
	const char *const *words;
	const char *about;
} behaviours[] = {
#define B(field, words, about)                                             \
	{                                                                  \
#field, offsetof(struct kernel_model, field), words, about \
	}
	B(boot_pos, ends, "where boot puts a chunk"),
	B(move_pos, ends, "where a block lands that moves between migratetypes"),
	B(pcp_orders, orders, "orders that per-cpu lists hold"),
	B(pcp_high_rule, highs, "how many pages they may hold"),
	B(pcp_free_rule, frees, "how many are flushed at once"),
	B(pcp_flush, flushes, "from which list first"),
	B(flush_type, types, "migratetype a flushed page is freed to"),
	B(shuffle_one, ends, "end that a random 1 means"),
	B(merge_guard, guards, "what stops merging at pageblock order"),
	B(unisolate, unisolates, "how an isolated block comes back"),
	B(isolate_split, splits, "who cuts a block that straddles the isolated range"),
	B(reserve_flags, reserves, "which requests may dig into reserves"),
	B(ha_rule, highatomics, "HIGHATOMIC limits"),
	B(fallback, fallbacks, "how another migratetype's memory is used"),
	B(boost_retry, retries, "who may ignore the boost at order 0"),
	B(pcp_miss_falls_through, no_yes, "a per-cpu miss tries the buddy lists"),
	B(highatomic_last_resort, no_yes, "NON_BLOCK requests may end on the H list"),
	B(fast_order0_highatomic, no_yes, "the order-0 test subtracts the reserve"),
	B(wm_highatomic_free, no_yes, "... the reserve's free pages only"),
	B(nofrag_below_pbo, no_yes, "NOFRAGMENT acts below pageblock order only"),
	B(boost_small_zone, no_yes, "zones below 4 pageblocks boost"),
	B(boost_flag_always, no_yes, "BOOSTED is set even if nothing was boosted"),
	B(lowmem_idx_gfp, no_yes, "lowmem_reserve by the gfp's zone, not the preferred"),
	B(free_big_per_pageblock, no_yes, "blocks above pageblock order are freed in pieces"),
	B(stat_per_removal, no_yes, "NR_FREE changes at each removal"),
	B(pgfree_counts_isolate, no_yes, "pgfree counts frees into isolated pageblocks"),
	B(move_refuses_straddle, no_yes, "pageblocks over a zone's edge are never moved"),
	B(holes_set_movable, no_yes, "pageblocks that start in a hole become MOVABLE"),
	B(below_high, no_yes, "zones remember being below the high mark"),
	B(boost_clear_kswapd, no_yes, "only requests that may wake kswapd clear BOOSTED"),
	B(node_load_set, no_yes, "node order weighs a used node by what is left to place"),
	B(isolate_drains, no_yes, "isolating a pageblock drains the per-cpu lists"),
	B(movable_like_highmem, no_yes, "ZONE_MOVABLE's min mark is clamped"),
#undef B
};

bool bs_kernel_behaviour(const char *kernel, unsigned int index, struct bs_kernel_behaviour *out)
{
	const struct kernel_model *km = bs_kernel_model(kernel);
	uint8_t v;

	if (!km || index >= sizeof(behaviours) / sizeof(behaviours[0]))
		return false;
	v = *((const uint8_t *)km + behaviours[index].offset);
	out->name = behaviours[index].name;
	out->value = behaviours[index].words[v];
	out->about = behaviours[index].about;
	return true;
}
