/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * anon.h - memory of a load's processes that comes by faults, with page tables and huge pages, and khugepaged beside
 * them: what loads share whose tasks can be processes.
 *
 * Such a load has these parameters, from @first on, as the files below /sys/kernel/mm/transparent_hugepage call
 * them; @thp is "enabled".
 */
#ifndef BS_ANON_H
#define BS_ANON_H

#include "task.h"
#include "user.h"

/* Parameters, behind the first. */
enum {
	BS_ANON_THP,
	BS_ANON_DEFRAG,
	BS_ANON_ADVISED,
	BS_ANON_SCAN_SLEEP,
	BS_ANON_PAGES_TO_SCAN,
	BS_ANON_ALLOC_SLEEP,
	BS_ANON_MAX_PTES_NONE,
	BS_ANON_KHUGEPAGED_DEFRAG,
	BS_ANON_COLLAPSE,
	BS_ANON_NR,
};

/* The values of BS_ANON_THP. OFF: tasks are no processes. */
enum { BS_ANON_OFF, BS_ANON_NEVER, BS_ANON_MADVISE, BS_ANON_ALWAYS };
extern const char *const bs_anon_thp_words[];
extern const char *const bs_anon_defrag_words[];

#define BS_ANON_PTES 512
/* clang-format off */
/* ([a + b] at a place like these is Objective-C to clang-format.) */
#define BS_ANON_AT_PLACE(at, ...) [at] = {__VA_ARGS__}
#define BS_ANON_PARAM(first, what, ...) BS_ANON_AT_PLACE((first) + BS_ANON_##what, __VA_ARGS__)
#define BS_ANON_PARAMS(first, thp, off)                                                          \
	BS_ANON_PARAM(first, THP, "thp", BS_PARAM_ENUM, thp, 0, 0, bs_anon_thp_words,            \
		"transparent_hugepage/enabled" off, false),                                      \
	BS_ANON_PARAM(first, DEFRAG, "defrag", BS_PARAM_ENUM, BS_HUGE_DEFRAG_MADVISE, 0, 0,      \
		bs_anon_defrag_words, "transparent_hugepage/defrag: what a fault that finds no " \
		"huge page may do", false),                                                      \
	BS_ANON_PARAM(first, ADVISED, "advised", BS_PARAM_BOOL, 0, 0, 1, NULL,                   \
		"processes ask for huge pages (MADV_HUGEPAGE)", false),                          \
	BS_ANON_PARAM(first, SCAN_SLEEP, "scan_sleep", BS_PARAM_TIME, 10 * BS_NS_PER_S, 0,       \
		BS_LOAD_TIME_MAX, NULL,                                                          \
		"time between two passes of khugepaged, on the last CPU; 0: it does not run", false), \
	BS_ANON_PARAM(first, PAGES_TO_SCAN, "pages_to_scan", BS_PARAM_UINT, 4096, 1, 1u << 30, NULL, \
		"pages that khugepaged looks at in a pass, 512 for each 2 MiB", false),          \
	BS_ANON_PARAM(first, ALLOC_SLEEP, "alloc_sleep", BS_PARAM_TIME, 60 * BS_NS_PER_S, 0,     \
		BS_LOAD_TIME_MAX, NULL, "its sleep behind a pass that found no block", false),   \
	BS_ANON_PARAM(first, MAX_PTES_NONE, "max_ptes_none", BS_PARAM_UINT, BS_ANON_PTES - 1, 0, \
		BS_ANON_PTES - 1, NULL, "pages that a range may lack for khugepaged to take it", false), \
	BS_ANON_PARAM(first, KHUGEPAGED_DEFRAG, "khugepaged_defrag", BS_PARAM_BOOL, 1, 0, 1, NULL, \
		"khugepaged compacts for a block", false),                                       \
	BS_ANON_PARAM(first, COLLAPSE, "collapse", BS_PARAM_TIME, 300 * BS_NS_PER_US, 0,         \
		BS_NS_PER_S, NULL, "how long it works for a range that it collapses", false)
/* clang-format on */

/* One process's area. @at: what of it has been written */
struct bs_anon {
	struct bs_space *space;
	uint64_t start, bytes, at;
	bool advised;
};

#define BS_ANON_AT (UINT64_C(1) << 40) /* where areas begin, aligned to huge pages */
#define BS_ANON_PAGE ((uint64_t)1 << BS_USER_PAGE_SHIFT)
#define BS_ANON_HUGE ((uint64_t)1 << BS_USER_HUGE_SHIFT)

static inline uint64_t bs_anon_pages(uint64_t bytes)
{
	return (bytes + BS_ANON_PAGE - 1) >> BS_USER_PAGE_SHIFT;
}
/* @bytes of it with its tables, and what khugepaged makes of its holes. */
static inline uint64_t bs_anon_peak(uint64_t bytes)
{
	const uint64_t ranges = bytes / BS_ANON_HUGE + 1;

	return ranges * BS_ANON_HUGE + (2 * ranges + 32) * BS_ANON_PAGE;
}

/* @v: the load's values from @first on. Are its tasks processes? */
static inline bool bs_anon_is_process(const uint64_t *v)
{
	return v[BS_ANON_THP] != BS_ANON_OFF;
}
/* ... does khugepaged run? */
static inline bool bs_anon_khugepaged(const uint64_t *v)
{
	return v[BS_ANON_THP] > BS_ANON_NEVER && v[BS_ANON_SCAN_SLEEP];
}
/* Something was said that has no effect: BS_USAGE. @order, @usual: of the blocks, if tasks are no processes. */
int bs_anon_check(const char *load, const struct bs_param *params, const uint64_t *v,
		  uint64_t order, uint64_t usual, struct bs_error *err);

/* A process, and an area of @bytes from @start on. False: there is no memory for the books, and the task is over. */
bool bs_anon_begin(struct bs_task *t, struct bs_anon *a, const uint64_t *v, uint64_t start,
		   uint64_t bytes);
/* ... in the address space that all of the load's tasks share. */
bool bs_anon_begin_shared(struct bs_task *t, struct bs_anon *a, const uint64_t *v, uint64_t start,
			  uint64_t bytes);
/* The next page is written, or huge page. Returns how many pages that were. */
unsigned int bs_anon_touch(struct bs_anon *a);
/* As many as a step is worth, with the time for it. True: all is written. */
bool bs_anon_fill_some(struct bs_task *t, struct bs_anon *a, bs_ns touch_per_mib);
/* All of it is unmapped: the process goes on; the area is mapped again, with nothing there. */
void bs_anon_unmap(struct bs_task *t, struct bs_anon *a);
void bs_anon_exit(struct bs_anon *a);
/* The step of a task that is khugepaged. */
void bs_anon_khugepaged_step(struct bs_task *t, const uint64_t *v);

#endif
