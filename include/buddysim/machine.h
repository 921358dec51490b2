/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.h - a guest: its physical memory and the page allocator that manages it.
 *
 * A machine is an object; many live in one process, none shares anything with another. One thread
 * at a time may use a machine. Everything that is visible from outside (returned pfns, list orders,
 * counters, pageblock types, Reported marks, per-cpu lists) follows the machine's kernel model as
 * src/mm/RULES.md describes it; src/mm/FIDELITY.md says how exactly.
 */
#ifndef BUDDYSIM_MACHINE_H
#define BUDDYSIM_MACHINE_H

#include <buddysim/gfp.h>
#include <buddysim/platform.h>
#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct bs_machine;

/* ---- Making a guest -------------------------------------------------------------------------- */

/** A range of present memory, [start, end) in pfns; ranges ascend and do not overlap. */
struct bs_mem_range {
	bs_pfn start, end;
	uint8_t node;
};

/** A zone given explicitly (tests, dumps). [start, start+spanned) may contain holes. */
struct bs_zone_range {
	uint8_t node;
	uint8_t type; /* enum bs_zone_type */
	bs_pfn start, spanned;
};

/**
 * struct bs_machine_config - what bs_machine_create() builds
 * @kernel: kernel model, as bs_kernel_check() takes it; NULL = bs_kernel_default()
 * @machine: what a page is, how large blocks are, where memory lies (machines.def)
 * @memory_bytes: the usual way to say how much memory there is; rounded down to whole pages; ignored
 *                if @nr_ranges is set
 * @ranges: explicit memory map instead; copied
 * @zones: explicit zones; 0 of them = the machine's own, by address. Copied.
 * @movable_bytes: so much of the last memory is a zone Movable of its own, where @zones are none; it ends at a multiple of
 *                 @movable_unit, and what memory there is behind that belongs to it. 0: there is no such zone
 * @nr_cpus: simulated CPUs, 1 .. BS_MAX_CPUS; 0 = 1
 * @cpu_node: node of each CPU; NULL = spread over the nodes in blocks, as firmware usually numbers
 *            them. Copied.
 * @distance: of each node from each; NULL = 10 to itself, 20 to others. Copied.
 * @pageblock_order: 0 = the machine's
 * @no_thp: THP disabled: no per-cpu lists for huge pages, no raised min_free_kbytes
 * @no_boot: leave all memory unfreed; the caller frees it with bs_machine_boot_range()
 * @shuffle: page_alloc.shuffle=1: zones shuffled at the end of boot, random ends for top orders
 * @counter_drift: model the per-cpu vmstat deltas (RULES.md, counters); off = exact counters
 * @reserved_kib: memory that boot keeps for itself (kernel image, memmap), taken from the bottom
 *                of the first range; 0 = none
 * @seed: of the shuffle's random source; 0 = 1
 */
struct bs_machine_config {
	const char *kernel;
	uint64_t memory_bytes;
	enum bs_machine_kind machine;
	const struct bs_mem_range *ranges;
	unsigned int nr_ranges;
	const struct bs_zone_range *zones;
	unsigned int nr_zones;
	uint64_t movable_bytes, movable_unit;
	unsigned int nr_cpus;
	const uint8_t *cpu_node;
	const uint8_t (*distance)[BS_MAX_NODES];
	unsigned int pageblock_order;
	bool no_thp, no_boot, shuffle, counter_drift;
	uint64_t reserved_kib;
	uint64_t seed;
};

/**
 * bs_machine_create - build a guest and boot it
 *
 * Descriptors are reserved, not touched: a guest of 1 TiB starts in milliseconds and a few MiB.
 *
 * Return: 0 and the machine in @mp (caller owns it, bs_machine_destroy()); -EINVAL for a
 * configuration that cannot be (unknown kernel, overlapping ranges, too much memory), -ENOMEM.
 */
int bs_machine_create(const struct bs_machine_config *config, struct bs_machine **mp,
		      struct bs_error *err);

/** Free a machine and all it owns. NULL is allowed. */
void bs_machine_destroy(struct bs_machine *m);

/** Free [start, end) to the allocator the way boot does: maximal aligned chunks, ascending
 *  (RULES.md, boot). Updates managed; call bs_machine_boot_done() afterwards. */
int bs_machine_boot_range(struct bs_machine *m, bs_pfn start, bs_pfn end, struct bs_error *err);

/** End of boot: mobility grouping, watermarks, per-cpu list sizes, zone shuffle. */
void bs_machine_boot_done(struct bs_machine *m);

/* Settings that a dump or a test imposes in place of the computed ones. @zone is the zone index. */
void bs_zone_set_watermarks(struct bs_machine *m, unsigned int zone, uint64_t min, uint64_t low,
			    uint64_t high);
void bs_zone_set_lowmem_reserve(struct bs_machine *m, unsigned int zone, unsigned int zone_type,
				uint64_t pages);
void bs_zone_set_pcp(struct bs_machine *m, unsigned int zone, unsigned int high,
		     unsigned int batch);
/** Where shuffle's random bits come from: NULL @next restores the seeded generator. */
void bs_machine_set_random(struct bs_machine *m, uint64_t (*next)(void *arg), void *arg);
/** Turn page shuffling on free (not the zone shuffle) on or off. */
void bs_machine_set_shuffle(struct bs_machine *m, bool on);

/* ---- Allocating and freeing ------------------------------------------------------------------ */

/**
 * bs_alloc_pages - allocate 2^order contiguous pages from a guest
 * @m:     the guest
 * @cpu:   simulated CPU whose per-cpu lists are used, 0 .. nr_cpus-1; its node is the first tried
 * @gfp:   BS_GFP_* bits; they decide migratetype, zones and watermark, see gfp.h
 * @order: 0 .. bs_platform_of()->max_order
 *
 * The pages are on no list afterwards and belong to the caller until bs_free_pages().
 * Never sleeps and never reclaims: where Linux would enter reclaim, this fails.
 *
 * Return: pfn of the first page, or BS_NO_PFN when no zone may give the block
 * (the counters say which watermark stood in the way).
 *
 * Follows: __alloc_pages() of the machine's kernel model; RULES.md, rmqueue.
 */
bs_pfn bs_alloc_pages(struct bs_machine *m, unsigned int cpu, unsigned int gfp, unsigned int order);

/**
 * bs_free_pages - give back a block exactly as it was allocated (or split off)
 * @order: must be the block's order
 *
 * Follows: __free_pages() of the machine's kernel model; RULES.md, merge and flush.
 */
void bs_free_pages(struct bs_machine *m, unsigned int cpu, bs_pfn pfn, unsigned int order);

/**
 * bs_split_allocated - make [pfn, pfn + 2^order) a block of its own inside an allocated block
 *
 * What split_page() and the THP split do: the enclosing allocated block becomes smaller ones, all
 * still allocated, each carrying the same page word.
 *
 * Return: 0 (also when it is a block already); -ENOENT if the range is not wholly inside one
 * allocated block.
 */
int bs_split_allocated(struct bs_machine *m, bs_pfn pfn, unsigned int order);

/** Order of the allocated block that starts at @pfn, or -1 if none does. */
int bs_allocated_order(const struct bs_machine *m, bs_pfn pfn);

/** The 32-bit word that an allocated block's owner may keep in its descriptor. */
uint32_t bs_page_word(const struct bs_machine *m, bs_pfn pfn);
void bs_page_set_word(struct bs_machine *m, bs_pfn pfn, uint32_t word);

/** Set or clear "counts as movable when stolen from" (LRU) on every page of an allocated block;
 *  cleared by free. RULES.md, fallback. */
void bs_page_set_lru(struct bs_machine *m, bs_pfn pfn, unsigned int order, bool lru);

/** Flush per-cpu lists: of one CPU, or of all with @cpu = BS_ALL_CPUS (drain_pages). */
#define BS_ALL_CPUS UINT32_MAX
void bs_drain_pages(struct bs_machine *m, unsigned int cpu);

/**
 * Isolate / un-isolate the pageblock at @pfn: the range of that one pageblock, see below.
 * bs_isolate_pageblock: 0, -EBUSY. bs_unisolate_pageblock: @mt is its type afterwards; nothing
 * happens to one that is not isolated.
 */
int bs_isolate_pageblock(struct bs_machine *m, bs_pfn pfn);
void bs_unisolate_pageblock(struct bs_machine *m, bs_pfn pfn, unsigned int mt);
/**
 * Isolate a pageblock-aligned range / undo it (RULES.md, isolation).
 *
 * Return: 0; -EINVAL: not aligned, empty or beyond the guest; -EBUSY: a pageblock is isolated
 * already or holds what cannot move, or a block reaches across an end of the range (a free one only
 * with linux-5.4, whose callers align to the largest order; later models cut it). On failure
 * nothing stays isolated. Ranges of different callers may lie side by side and end in any order.
 */
int bs_isolate_range(struct bs_machine *m, bs_pfn start, bs_pfn end);
void bs_unisolate_range(struct bs_machine *m, bs_pfn start, bs_pfn end, unsigned int mt);

/** kswapd's effect on the boost: subtract what it saw at its start (RULES.md, boost). */
void bs_kswapd_boost_done(struct bs_machine *m, unsigned int zone);

/* ---- Looking inside -------------------------------------------------------------------------- */

/** A zone's figures, all in pages unless said. Copied out at once: a consistent snapshot. */
struct bs_zone_info {
	const char *name;
	uint8_t node, type;
	bs_pfn start, spanned;
	uint64_t present, managed;
	uint64_t nr_free_pages; /* exact; without ISOLATE lists and per-cpu lists */
	uint64_t nr_pcp_pages;
	uint64_t watermark_min, watermark_low, watermark_high, watermark_boost;
	uint64_t lowmem_reserve[BS_NR_ZONE_TYPES];
	uint64_t nr_reserved_highatomic, nr_free_highatomic;
	uint64_t nr_isolate_pageblock;
	uint64_t nr_free[BS_NR_ORDERS]; /* blocks per order, all lists */
	uint32_t flags;
};

unsigned int bs_nr_zones(const struct bs_machine *m);
void bs_zone_info(const struct bs_machine *m, unsigned int zone, struct bs_zone_info *info);

/** Totals of a guest's life. Cheap to read; pages are base pages. */
struct bs_machine_counters {
	uint64_t pgalloc[BS_NR_ZONE_TYPES]; /* pages handed out, per zone type */
	uint64_t pgfree; /* pages given back */
	uint64_t allocs, frees; /* calls that succeeded */
	uint64_t allocs_order[BS_NR_ORDERS];
	uint64_t alloc_failed; /* calls that returned BS_NO_PFN */
	uint64_t failed_min, failed_low; /* ... because no zone passed that watermark */
	uint64_t pcp_refills, pcp_flushes; /* bulk transfers between pcp and buddy */
	uint64_t splits, merges; /* steps of one order */
	uint64_t fallbacks, pageblocks_stolen;
	uint64_t pageblocks_retyped; /* by isolation of free pages (RULES.md, taking a block) */
	uint64_t highatomic_reserved;
	uint64_t moved; /* blocks that came to a zone's lists, or were taken off them, as a whole */
	uint64_t list_nodes; /* blocks of free lists that a policy came to, or looked up */
};
void bs_machine_counters(const struct bs_machine *m, struct bs_machine_counters *c);

/** Managed pages of the guest; first pfn behind its memory; its model's name; CPUs; PBO. */
uint64_t bs_managed_pages(const struct bs_machine *m);
bs_pfn bs_max_pfn(const struct bs_machine *m);
const char *bs_kernel_name(const struct bs_machine *m);
unsigned int bs_nr_cpus(const struct bs_machine *m);
unsigned int bs_pageblock_order(const struct bs_machine *m);
/** The machine that the guest is. */
const struct bs_platform *bs_platform_of(const struct bs_machine *m);
/** Bytes of a block. */
uint64_t bs_block_bytes(const struct bs_machine *m, unsigned int order);
/** Zone index of a pfn, or -1 in a hole; pageblock type of a pfn. */
int bs_pfn_zone(const struct bs_machine *m, bs_pfn pfn);
unsigned int bs_pageblock_type(const struct bs_machine *m, bs_pfn pfn);
/** nr_free of the whole guest per order, all lists, into @nr_free[BS_NR_ORDERS]. */
void bs_nr_free_blocks(const struct bs_machine *m, uint64_t *nr_free);
/** Free pages of the whole guest on the lists of each migratetype, into @pages[BS_MIGRATE_TYPES]. */
void bs_free_pages_of_types(const struct bs_machine *m, uint64_t *pages);

/**
 * bs_list_blocks - copy a free list, head first
 * @pfns: room for @max entries; may be NULL with @max 0 to count
 * @reported: parallel marks, may be NULL
 * Return: length of the list (which may exceed @max).
 */
size_t bs_list_blocks(const struct bs_machine *m, unsigned int zone, unsigned int order,
		      unsigned int mt, bs_pfn *pfns, bool *reported, size_t max);
/** The same for a per-cpu list; @pindex = 3*order + mt, 12/13 for THP (RULES.md, per-cpu lists). */
size_t bs_pcp_blocks(const struct bs_machine *m, unsigned int zone, unsigned int cpu,
		     unsigned int pindex, bs_pfn *pfns, size_t max);

/** What a page is right now. */
enum bs_page_state {
	BS_PAGE_HOLE, /* no memory there */
	BS_PAGE_RESERVED, /* present, never given to the allocator */
	BS_PAGE_FREE, /* inside a block on a free list */
	BS_PAGE_PCP, /* on a per-cpu list */
	BS_PAGE_ALLOCATED, /* a caller's */
	BS_PAGE_ISOLATED, /* taken off its list by a reporter */
};
enum bs_page_state bs_page_state(const struct bs_machine *m, bs_pfn pfn);
/** The same, with the first pfn and order of the block the page belongs to. */
enum bs_page_state bs_page_lookup(const struct bs_machine *m, bs_pfn pfn, bs_pfn *head,
				  unsigned int *order);

/**
 * bs_machine_walk - visit every free, per-cpu, allocated and isolated block, ascending pfn
 * @visit: return non-zero to stop; that value is returned
 */
int bs_machine_walk(const struct bs_machine *m,
		    int (*visit)(void *arg, bs_pfn pfn, unsigned int order,
				 enum bs_page_state state),
		    void *arg);

/**
 * bs_machine_check - verify every invariant of the allocator
 *
 * Every block on exactly one list, of its order, in its zone; counters equal to the lists; free +
 * isolated + allocated + per-cpu = managed; marks only where they may be; links intact (RULES.md,
 * counters). O(pages touched so far).
 *
 * Return: 0, or -EUCLEAN with @err naming the law and the first page that breaks it.
 */
int bs_machine_check(const struct bs_machine *m, struct bs_error *err);

/**
 * bs_machine_draw - the free lists as one readable string
 *
 * "o0 M:[8,64] o3 U:[0r]" per zone, empty lists left out, r = Reported; pcp lists as "pcp c=4
 * L1[7,6]"; the notation of the spec, the tests and every message. @max_blocks per list, then "..".
 *
 * Return: length of the string, as snprintf() counts.
 */
int bs_machine_draw(const struct bs_machine *m, char *buf, size_t size, unsigned int max_blocks);

/**
 * bs_machine_explain - have the allocator say, line by line, why it decides as it does
 * @line: called for every decision: passes, zones and their marks, per-cpu lists, refills, flushes,
 *        splits, merges, claims and steals; NULL turns it off. @text has no newline
 *
 * Changes nothing but speed: requests then take the long way, which decides the same.
 */
void bs_machine_explain(struct bs_machine *m, void (*line)(void *arg, const char *text), void *arg);

/* ---- Kernel models --------------------------------------------------------------------------- */

/** Names of the kernel models, NULL-terminated; the one that NULL stands for. */
const char *const *bs_kernel_names(void);
const char *bs_kernel_default(void);

/**
 * bs_kernel_check - can a guest be made with this kernel?
 * @kernel: a model's name, or one with changes: "linux-6.1:boot_pos=head,below_high=yes"
 *
 * Return: 0, or -EINVAL with @err naming what there is.
 */
int bs_kernel_check(const char *kernel, struct bs_error *err);

/**
 * bs_kernel_mutation - one behaviour of a kernel undone
 * @index: counts behaviours and their other values
 * @change: what to write behind the kernel's name, "fallback=relabel,stat_per_removal=no": the behaviour,
 *          and behind it what goes together with it only; empty: it cannot be changed so
 *
 * Return: false behind the last.
 */
bool bs_kernel_mutation(const char *kernel, unsigned int index, char *change, size_t size);
/** Does the first behaviour of such a change act only on requests that wait, on compaction and reclaim? */
bool bs_kernel_change_waits(const char *change);

/**
 * bs_kernel_span - length of the first kernel of a list, "linux-6.1:boot_pos=head,below_high=yes,linux-7.3"
 *
 * What stands behind a comma is a kernel, unless it changes another behaviour of the one before. The
 * next begins behind the comma that follows.
 */
size_t bs_kernel_span(const char *list);
/** How many there are in a list. */
unsigned int bs_kernel_count(const char *list);
/** bs_kernel_check() of each; and none may be given twice. */
int bs_kernels_check(const char *list, struct bs_error *err);

/**
 * struct bs_kernel_behaviour - one behaviour that models differ in
 * @value: what this model does: one of @words; "yes" or "no", or a number, where @words is NULL
 */
struct bs_kernel_behaviour {
	const char *name, *about;
	const char *const *words;
	char value[40];
};
/** Behaviour number @index of @kernel; false behind the last or for an unknown kernel. */
bool bs_kernel_behaviour(const char *kernel, unsigned int index, struct bs_kernel_behaviour *out);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
