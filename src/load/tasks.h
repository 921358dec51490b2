/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tasks.h - the tasks of a load on their CPUs: whose step is next, and when.
 *
 * A CPU runs one task at a time. The task leaves it when it sleeps, yields or is over, or when it has
 * had it for a slice and another one is waiting: then the one goes on that has waited longest. What a
 * step does to memory is the backend's: a guest's (program.c) or a trace's (open.c).
 */
#ifndef BS_TASKS_H
#define BS_TASKS_H

#include "load_spec.h"
#include "pfn_map.h"
#include "task.h"

struct bs_user_counts;
struct bs_space;

#define BS_TASK_CACHE_GFP 0x112cca /* as reading ahead asks for it */
#define BS_TASK_WRITE_GFP 0x101cca /* as a write does */
#define BS_TASK_SLICE (3 * BS_NS_PER_MS) /* the kernel's own base slice */

/*
 * Every function's first argument is @arg of the tasks.
 * @now: what time it is
 * @alloc: fills in @b->at and @b->id; false: there was none
 * @free: 2^@order pages from @offset on
 * @busy: until when something else keeps the CPU; NULL: nothing does
 * @space: a task takes the lock of the address space that all share; NULL: nobody waits for it
 * @split: a block of a process is single pages from now on; may be NULL
 * @unswapped: pages that bs_tasks_evict() took are in swap no more: they are about to be back (@in), or gone
 * @page, @unpage: as @alloc and @free, for memory of a process; @kernel: whose memory that is, or NULL
 * @file, @drop: of files, read or written; NULL: each page is allocated once (@page), and stays
 * @mark: may be NULL
 * @cycle: one is done, and took so long; may be NULL
 * @failed: there is no memory for the tasks' own use
 */
struct bs_task_ops {
	bs_ns (*now)(const void *arg);
	bool (*alloc)(void *arg, const struct bs_task *t, unsigned int gfp,
		      struct bs_task_block *b);
	void (*free)(void *arg, const struct bs_task *t, const struct bs_task_block *b,
		     unsigned int offset, unsigned int order);
	bs_ns (*busy)(const void *arg, unsigned int cpu);
	void (*space)(void *arg, const struct bs_task *t);
	bs_pfn (*page)(void *arg, const struct bs_task *t, unsigned int order, unsigned int gfp);
	void (*unpage)(void *arg, const struct bs_task *t, bs_pfn pfn, unsigned int order);
	void (*split)(void *arg, bs_pfn pfn, unsigned int order);
	void (*unswapped)(void *arg, const struct bs_task *t, unsigned int pages, bool in);
	const char *(*kernel)(const void *arg);
	enum bs_task_read (*file)(void *arg, const struct bs_task *t,
				  const struct bs_task_files *files, uint64_t page, bool write);
	void (*drop)(void *arg, const struct bs_task *t);
	void (*mark)(void *arg, unsigned int name);
	void (*cycle)(void *arg, bs_ns took);
	void (*failed)(void *arg);
};

/* @running: the task that has it, or will have it next; NULL: all its tasks are over
 * @free_at: it is busy with a step until then */
struct bs_task_cpu {
	struct bs_task *running;
	bs_ns free_at, slice_end;
};

struct bs_tasks {
	const struct bs_load_kind *kind;
	const struct bs_task_ops *ops;
	void *arg;
	struct bs_task *tasks;
	struct bs_task_cpu *cpus;
	unsigned int nr_tasks, nr_cpus;
	unsigned int left, waiting; /* those that are not over; of them those that have met */
	bs_pfn *cached; /* where nobody else has a page cache: of each page of the files */
	uint64_t nr_cached;
	struct bs_pfn_map where; /* of each block's first page: its task and number */
	struct bs_user *user; /* NULL: no task has asked for it */
	struct bs_space *space; /* that tasks share; NULL: none do */
	struct bs_task *on; /* whose step it is */
	bs_ns user_at;
	unsigned __int128 user_pages,
		user_huge; /* x ns: that processes had; of them in huge pages */
	uint64_t queued; /* how often a task began to wait for a CPU */
	uint64_t steps, cycles, killed;
};

/* The first steps are at @start. @spec outlives them. 0, or negative with @err; bs_tasks_free() either way. */
int bs_tasks_init(struct bs_tasks *s, const struct bs_load_spec *spec, uint64_t seed, bs_ns start,
		  const struct bs_task_ops *ops, void *arg, struct bs_error *err);
void bs_tasks_free(struct bs_tasks *s);
/* Of the load's processes; false: it has none. */
bool bs_tasks_user_counts(const struct bs_tasks *s, struct bs_user_counts *n);
/* Of all that processes had over time, the part that was in huge pages, in 1/1000; BS_NO_TIME: they had none. */
uint64_t bs_tasks_huge_share(const struct bs_tasks *s);
/* When the next step happens, and on which CPU; BS_NO_TIME: none does. */
bs_ns bs_tasks_next(const struct bs_tasks *s, unsigned int *cpu);
/* From now on nothing happens for @by: what lies ahead comes so much later. */
void bs_tasks_stood(struct bs_tasks *s, bs_ns by);
/* Is the block of @order at @pfn one that a task or a process has, as a whole? @nr_pages: of the guest. Then it may be
 * moved, and they follow: it is at @to. */
bool bs_tasks_have(struct bs_tasks *s, bs_pfn pfn, unsigned int order, bs_pfn nr_pages);
void bs_tasks_moved(struct bs_tasks *s, bs_pfn from, bs_pfn to, unsigned int order);
/* The block of @order at @pfn goes to swap, if it is one that a task or a process has for itself. */
bool bs_tasks_evict(struct bs_tasks *s, bs_pfn pfn, unsigned int order, bs_pfn nr_pages);
/* The task that has most dies, and all it has is freed: true. One whose step this is dies behind it: false, as if none
 * had anything. */
bool bs_tasks_kill_largest(struct bs_tasks *s);
/* The next step of @cpu happens; the time is what bs_tasks_next() said. */
void bs_tasks_step(struct bs_tasks *s, unsigned int cpu);

#endif
