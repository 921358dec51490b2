/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot.h - what /proc says of free memory, and start states made of it.
 *
 * A snapshot is what buddyinfo, pagetypeinfo, zoneinfo, vmstat, a report of show_mem() (out of memory,
 * SysRq m) or a dump say of one moment. Nothing in it depends on a model: orders and zones are as many
 * as the kernel has. A state (state.h) is what a guest can start from.
 */
#ifndef BUDDYSIM_SNAPSHOT_H
#define BUDDYSIM_SNAPSHOT_H

#include <buddysim/machine.h>
#include <buddysim/state.h>
#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** More orders than any kernel has. */
#define BS_SNAPSHOT_ORDERS 24

/** Migratetypes as pagetypeinfo names them, whatever their numbers are in that kernel. */
enum bs_snapshot_type {
	BS_TYPE_UNMOVABLE,
	BS_TYPE_MOVABLE,
	BS_TYPE_RECLAIMABLE,
	BS_TYPE_HIGHATOMIC,
	BS_TYPE_CMA,
	BS_TYPE_ISOLATE,
	BS_NR_SNAPSHOT_TYPES,
};
const char *bs_snapshot_type_name(enum bs_snapshot_type type);

/**
 * What pagetypeinfo says of a zone.
 * @capped: bit per order: the kernel printed ">100000" and @nr_free has that limit
 * @listed: bit per type whose lists it has
 * @blocks: pageblocks of each type; @has_blocks: they were there
 */
struct bs_snapshot_types {
	uint64_t nr_free[BS_NR_SNAPSHOT_TYPES][BS_SNAPSHOT_ORDERS];
	uint32_t capped[BS_NR_SNAPSHOT_TYPES];
	uint64_t blocks[BS_NR_SNAPSHOT_TYPES];
	unsigned int listed;
	bool has_blocks;
};

/**
 * What zoneinfo says of a zone, in pages. What it does not say is 0.
 * @lru: pages on the LRU lists; @pcp_pages: on per-cpu lists, @pcp_count: on each CPU's; @high, @batch ...: of CPU 0's
 * @reserve: its protection, by zone
 */
struct bs_snapshot_sizes {
	uint64_t free, boost, min, low, high, spanned, present, managed, cma, start;
	uint64_t reserve[BS_NR_ZONE_TYPES];
	uint64_t lru, pcp_pages, pcp_high, pcp_batch, pcp_high_min, pcp_high_max, stat_threshold;
	unsigned int nr_reserve, nr_cpus;
	uint32_t pcp_count[BS_MAX_CPUS];
};

/** @nr_orders: 0 if nothing said how many free blocks there are. @types, @sizes: NULL if unknown. */
struct bs_snapshot_zone {
	unsigned int node, nr_orders;
	char name[16];
	uint64_t nr_free[BS_SNAPSHOT_ORDERS];
	struct bs_snapshot_types *types;
	struct bs_snapshot_sizes *sizes;
};

/** Counters of vmstat that say how the machine coped; in the order of bs_vmstat_name(). */
#define BS_NR_VMSTAT 12
const char *bs_vmstat_name(unsigned int index);

/**
 * @when: as the text has it, or empty; @time: the same in ns since 1970 or since boot, or BS_NO_TIME
 * @pageblock_order: 0 if nothing said so
 * @page_size: 0 if nothing said so
 */
struct bs_snapshot {
	char when[48];
	bs_ns time;
	unsigned int pageblock_order, nr_zones;
	uint64_t page_size;
	struct bs_snapshot_zone *zone;
	bool has_vmstat;
	uint64_t vmstat[BS_NR_VMSTAT];
};

/** Snapshots in the order of their time, or of the text. */
struct bs_snapshots {
	struct bs_snapshot *s;
	size_t n, cap;
};

/**
 * bs_snapshots_read - read files, each of which is whatever it is
 * @paths: of buddyinfo, pagetypeinfo, zoneinfo, vmstat, a report or a dump, once or again and again,
 *         plain, .gz or .zst, with quoting, timestamps or anything else in front of the lines; of
 *         kpageflags, which then says what is free; "-" is stdin
 *
 * The first buddyinfo of all files belongs with the first zoneinfo, and so on; sizes that are said
 * less often hold on. Return: 0 and the snapshots (caller owns them); negative with @err naming file
 * and line: unreadable, a line of a zone that is malformed, nothing found.
 */
int bs_snapshots_read(const char *const *paths, unsigned int nr_paths, struct bs_snapshots **out,
		      struct bs_error *err);
void bs_snapshots_free(struct bs_snapshots *s);
/** Take in a dump as one more snapshot. 0 or -ENOMEM. */
int bs_snapshots_add_state(struct bs_snapshots *s, const struct bs_state *state);

struct bs_snapshot_zone *bs_snapshot_zone(const struct bs_snapshot *s, unsigned int node,
					  const char *name);
/** All zones together; @nr_free[BS_SNAPSHOT_ORDERS]. Return: how many orders there are. */
unsigned int bs_snapshot_nr_free(const struct bs_snapshot *s, uint64_t *nr_free);
/** Pages in free blocks of at least this order. */
uint64_t bs_free_from_order(const uint64_t nr_free[BS_SNAPSHOT_ORDERS], unsigned int order);
/** The same as a share of all free pages, in 1/1000, rounded down; 1000 if nothing is free. */
unsigned int bs_usable_index(const uint64_t nr_free[BS_SNAPSHOT_ORDERS], unsigned int order);

/**
 * struct bs_giveback - what reporting from an order on could give back right now
 * @pages: in free blocks that large; @reported: of these, in zones that a reporter would look at: it
 *         leaves a zone alone in which less is free than the low watermark and @capacity blocks
 *         (unknown marks are 0); @zones_below: how many zones that is, of those with such blocks
 */
struct bs_giveback {
	uint64_t pages, reported;
	unsigned int zones_below;
};
struct bs_giveback bs_snapshot_giveback(const struct bs_snapshot *s, unsigned int order,
					unsigned int capacity);

/* ---- By counts ------------------------------------------------------------------------------- */

/** A count that two snapshots differ in. @type: BS_NR_SNAPSHOT_TYPES for all types together. */
struct bs_count_diff {
	unsigned int node, order;
	const char *zone;
	enum bs_snapshot_type type;
	uint64_t a, b;
};
/**
 * bs_snapshots_compare - free blocks by zone and order, and by type where both know it
 * @differs: called for each difference; may be NULL
 * Return: number of differences. A zone that only one has differs where it has free blocks.
 */
unsigned int bs_snapshots_compare(const struct bs_snapshot *a, const struct bs_snapshot *b,
				  void (*differs)(void *arg, const struct bs_count_diff *d),
				  void *arg);

/* ---- A start state --------------------------------------------------------------------------- */

#define BS_EVERY_NODE UINT32_MAX

/**
 * struct bs_state_import - what a start state is made of
 * @paths: as bs_snapshots_read() takes them; the first snapshot is used
 * @pageflags, @pagecount: /proc/kpageflags and /proc/kpagecount, or NULL
 * @kernel: a model, or a release that one fits ("6.12.9-amd64"); NULL = bs_kernel_default()
 * @machine: how large pages are, and where memory lies where no zoneinfo says it
 * @memory_bytes: the guest's size where no zoneinfo says it
 * @nr_cpus: 0 = as zoneinfo says, else 1
 * @node: which node of several; BS_EVERY_NODE: a guest with all that zoneinfo has the sizes of, else with the
 *        first that has free memory
 * @seed: of the placement, and of the order within lists
 */
struct bs_state_import {
	const char *const *paths;
	unsigned int nr_paths;
	const char *pageflags, *pagecount, *kernel;
	uint64_t memory_bytes;
	enum bs_machine_kind machine;
	unsigned int nr_cpus, node;
	uint64_t seed;
};

/** What an import has to say: each text is one line. */
struct bs_state_notes {
	char text[16][256];
	unsigned int n;
};

/**
 * bs_state_import - make a start state
 *
 * Of counts alone: a placement drawn from the seed that has exactly these free blocks by zone, order
 * and type, none of which could merge with its buddy; unmovable and reclaimable memory stands in as
 * many pageblocks as pagetypeinfo says, or as it needs. With kpageflags: what is free, in use or on
 * the LRU is where it was, and only the order within lists is drawn. The state says which it is
 * (bs_state.origin).
 *
 * Return: 0 and the state (caller owns it), @notes filled; -EINVAL with @err for input that cannot be
 * read, sizes that nobody says, counts that cannot be.
 */
int bs_state_import(const struct bs_state_import *c, struct bs_state **out,
		    struct bs_state_notes *notes, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
