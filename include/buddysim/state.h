/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - the state of a page allocator as data: what a live kernel's dump says, what a guest can
 * be built from, and what a guest can be turned into.
 *
 * The text format is the one of the oracle's kernel module (traces/capture): one record per line,
 * pfns in decimal, unknown keys ignored, unknown records an error.
 */
#ifndef BUDDYSIM_STATE_H
#define BUDDYSIM_STATE_H

#include <buddysim/machine.h>
#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define BS_STATE_PCP_LISTS 14
/** Type of a pageblock without memory. */
#define BS_STATE_HOLE 0xff

/**
 * A list, its head first.
 * @mark: parallel to @pfn. Free list: carries the Reported mark. Per-cpu list: the migratetype
 *        that a drain frees to (before 6.10, where the page remembers it)
 */
struct bs_state_list {
	uint32_t n, cap;
	bs_pfn *pfn;
	uint8_t *mark;
};

/** The per-cpu lists of one CPU in one zone. @node: the CPU's. @diff: NR_FREE_PAGES not yet folded. */
struct bs_state_pcp {
	int64_t cpu, node, count, high, batch;
	int64_t free_factor; /* 6.1 */
	int64_t high_min, high_max, alloc_factor, flags, free_count; /* 6.12 */
	int64_t diff;
	int64_t expire; /* rounds of the vmstat work until a remote list loses a batch */
	struct bs_state_list list[BS_STATE_PCP_LISTS];
};

/** @first, @count: pages in use that move_freepages() counts as movable. */
struct bs_state_lru {
	bs_pfn first;
	uint32_t count;
};

/** Pages that keep their pageblock from being isolated, as bs_state_lru has them. */
struct bs_state_fixed {
	struct bs_state_lru *run;
	size_t n;
	bool known; /* the dump says which; else what the last one said still holds */
};

/** The order of zones for requests of one node; zones are numbered as in the file. */
struct bs_state_zonelist {
	unsigned int n;
	uint16_t zone[BS_MAX_ZONES];
};

/** One populated zone. All figures in pages; @vm_free is what watermarks read. */
struct bs_state_zone {
	unsigned int type; /* enum bs_zone_type */
	int64_t node, start, spanned, present, managed;
	int64_t min, low, high, boost, highatomic, flags;
	int64_t vm_free, vm_free_diff, stat_threshold, nr_isolate;
	int64_t nr_free_highatomic; /* 6.12 */
	int64_t lowmem_reserve[BS_NR_ZONE_TYPES];
	int64_t nr_free[BS_NR_ORDERS];
	struct bs_state_list area[BS_NR_ORDERS][BS_MIGRATE_TYPES];
	struct bs_state_pcp *pcp;
	unsigned int nr_pcp;
	bs_pfn first_block; /* block_type[0] is the type of the pageblock that starts here */
	uint8_t *block_type;
	uint8_t *block_stored; /* 6.17 on: the type beside ISOLATE; NULL if the dump has none */
	size_t nr_blocks;
	struct bs_state_lru *lru;
	size_t nr_lru;
};

struct bs_state_compact;

/** A dump. @nr_zone_types: of the kernel it comes from, which numbers its zones by it. */
struct bs_state {
	char name[64]; /* of the dump: "start", "trace_end" */
	/* As the kernel calls itself, "6.1.0-56-cloud-amd64"; of a guest, its model. */
	char kernel[512];
	/* What placed its memory: empty for a kernel or a guest, else how it was made (snapshot.h):
	 * "counts" drawn from counts alone, "pages" as kpageflags says; then ",seed=N". */
	char origin[40];
	int64_t page_size; /* 0: 4 KiB */
	int64_t pageblock_order, nr_pcp_lists, migratetypes, nr_zone_types, nr_cpus;
	int64_t shuffle, reporting, report_order;
	int64_t boost_factor; /* watermark_boost_factor, 1/10000 */
	unsigned int nr_zones;
	struct bs_state_zone zone[BS_MAX_ZONES];
	/* With several nodes: distances and, [1]: of its own zones only, zone orders. */
	unsigned int nr_distances;
	uint8_t distance[BS_MAX_NODES][BS_MAX_NODES];
	struct bs_state_zonelist zonelist[BS_MAX_NODES][2];
	struct bs_state_fixed fixed;
	struct bs_state_compact
		*compact; /* NULL: the dump says nothing of compaction and page cache */
};

/** NULL when memory is short. bs_state_free(NULL) is allowed. */
struct bs_state *bs_state_new(void);
void bs_state_free(struct bs_state *s);

/**
 * bs_state_load - read one dump of a file (plain, .gz or .zst)
 * @which: name of the dump, or NULL for the first
 *
 * Operations between dumps are skipped. Return: 0 and the state (caller owns it); negative with
 * @err naming file and line: unreadable, malformed, no such dump.
 */
int bs_state_load(const char *path, const char *which, struct bs_state **out, struct bs_error *err);
/** Write a state as a file with one dump; "-" is stdout. The file appears whole or not at all. */
int bs_state_save(const struct bs_state *s, const char *path, struct bs_error *err);

/**
 * bs_state_check - is the dump consistent in itself?
 *
 * Blocks aligned, inside their zone, overlapping nothing; counters equal to the lists.
 * Return: 0; 1 with @err->text describing the first contradiction.
 */
int bs_state_check(const struct bs_state *s, struct bs_error *err);

/** The machine that has pages of a state's size; a state that was read has such a machine. */
enum bs_machine_kind bs_state_machine(const struct bs_state *s);
const struct bs_platform *bs_state_platform(const struct bs_state *s);
/** Kernel model that fits a state's kernel ("linux-6.1"), or NULL. */
const char *bs_state_model(const struct bs_state *s);

/** What two states may differ in; order is that of discovery within a zone. */
enum bs_state_part {
	BS_PART_ZONE, /* marks, flags, boost, reserves */
	BS_PART_FREE_PAGES, /* NR_FREE_PAGES or its unfolded part */
	BS_PART_FREE_LIST,
	BS_PART_REPORTED,
	BS_PART_PCP, /* counters of the per-cpu lists */
	BS_PART_PCP_LIST,
	BS_PART_BLOCK_TYPE,
	BS_PART_LRU, /* bs_state_lru_equal() only */
	BS_NR_PARTS,
};
const char *bs_state_part_name(enum bs_state_part part);

/**
 * struct bs_state_diff - one difference between an expected state and another
 * @what: "zone 1 free_list order 3 M"
 * @expected, @got: values; of a list the entries from shortly before the first difference
 */
struct bs_state_diff {
	enum bs_state_part part;
	char what[96], expected[256], got[256];
};

/**
 * bs_state_compare - compare all that both can know
 * @model: kernel model; decides whether cached types are compared. Pages in use are not.
 * @differs: called for each difference; may be NULL
 * Return: number of differences.
 */
unsigned int bs_state_compare(const struct bs_state *expected, const struct bs_state *got,
			      const char *model,
			      void (*differs)(void *arg, const struct bs_state_diff *d), void *arg);

/**
 * bs_state_lru_equal - do the same pages count as movable?
 *
 * Apart from bs_state_compare(), because a running system changes them without allocating.
 * Return: true; or false with the first difference in @d.
 */
bool bs_state_lru_equal(const struct bs_state *expected, const struct bs_state *got,
			struct bs_state_diff *d);

/**
 * bs_machine_from_state - a guest that is in this state
 * @kernel: model, or NULL for the one that fits the state's kernel
 *
 * Pages that are managed, in use and on no list belong to nobody until bs_machine_adopt().
 * Counters drift as the kernel's do. Return: 0 and the machine (caller owns it); -EINVAL for a
 * state that contradicts itself or a kernel nobody models; -ENOMEM.
 */
int bs_machine_from_state(const struct bs_state *s, const char *kernel, struct bs_machine **mp,
			  struct bs_error *err);
/** The state a guest is in. */
int bs_state_of_machine(const struct bs_machine *m, struct bs_state **out, struct bs_error *err);

/**
 * bs_machine_adopt - turn memory that was in use when the state was dumped into a caller's block
 *
 * A replayed trace frees such memory at whatever order it was allocated. Return: 0; -EBUSY if a
 * page of it is free, on a per-cpu list or a caller's already; -EINVAL misaligned or outside.
 */
int bs_machine_adopt(struct bs_machine *m, bs_pfn pfn, unsigned int order);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
