/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * task.h - what a load's file includes: the parameters that every load has, and what a task can do.
 *
 * A load is one file, NAME.c, that defines struct bs_load_kind bs_load_kind_NAME, and one line in loads.def.
 * Its step() is called whenever the task may go on. What it does in there happens at that instant; what it
 * says of work and sleep is how long it takes until the next call. It does not know where it runs: on a
 * guest (program.h), where what it does may take longer, or into a trace (open.h), where nothing does.
 */
#ifndef BS_TASK_H
#define BS_TASK_H

#include <buddysim/load.h>

#include "rng.h"

struct bs_user;

/* ---- Parameters of every load ---------------------------------------------------------------- */

enum {
	BS_LOAD_BASE,
	BS_LOAD_SPREAD,
	BS_LOAD_LEAD,
	BS_LOAD_CPUS,
	BS_LOAD_SEED,
	BS_LOAD_OWN, /* the first one of a load's own */
};

#define BS_LOAD_SIZE_MAX (UINT64_C(1) << 41)
#define BS_LOAD_TIME_MAX (UINT64_C(86400) * BS_NS_PER_S)
#define BS_LOAD_LONGEST (UINT64_C(1) << 62) /* ns, all of it; as long as a trace may be */

/* Of a load whose tasks are on @c CPUs unless something else is said. */
/* clang-format off */
#define BS_LOAD_COMMON BS_LOAD_COMMON_ON(0)
#define BS_LOAD_COMMON_ON(c)                                                                      \
	[BS_LOAD_BASE] = {"base", BS_PARAM_SIZE, 0, 0, BS_LOAD_SIZE_MAX, NULL,                    \
			  "memory that is in use before the load begins, and stays so", false},   \
	[BS_LOAD_SPREAD] = {"spread", BS_PARAM_UINT, 1, 1, 512, NULL,                             \
			    "how it lies: 1: in huge pages; N: one single page of each N, and "   \
			    "those between them are free and were in use", false},                \
	[BS_LOAD_LEAD] = {"lead", BS_PARAM_TIME, 0, 0, BS_LOAD_TIME_MAX, NULL,                    \
			  "lead-in: time in which only that is in use, before the first step",    \
			  false},                                                                 \
	[BS_LOAD_CPUS] = {"cpus", BS_PARAM_UINT, c, 0, BS_MAX_CPUS, NULL,                         \
			  "CPUs that its tasks are bound to, in turn; 0: one for each task",      \
			  false},                                                                 \
	[BS_LOAD_SEED] = {"seed", BS_PARAM_UINT, 0, 0, UINT64_MAX, NULL,                          \
			  "of its random choices; 0: the run's seed", false}
/* clang-format on */

/* ---- What a task can do ---------------------------------------------------------------------- */

/*
 * Memory that a task has. @at: its first page, or in a trace the number of its allocation; BS_NO_PFN: the
 * request failed. @id: what it is stamped with
 */
struct bs_task_block {
	uint32_t at, id;
	uint8_t order;
};

/*
 * @number: from 0; @cpu: the one it is bound to
 * @v: the load's values
 * @state: kind->state_size bytes of its own
 * @block, @nr_blocks: what it has, in the order in which it was allocated
 */
struct bs_task {
	struct bs_tasks *all;
	unsigned int number, cpu;
	const uint64_t *v;
	void *state;
	struct bs_rng rng;
	struct bs_task_block *block;
	size_t nr_blocks, room;
	/* The rest is tasks.c's. */
	bs_ns begin, ready, work, sleep, cycle_begin; /* begin: of the load */
	uint64_t queued;
	uint64_t cycles;
	bool yields, meets, over, daemon, dies; /* dies: it was killed */
};

/* In the place of a block's first page: it is in the guest's swap. */
#define BS_SWAPPED (BS_NO_PFN - 1)

bs_ns bs_task_now(const struct bs_task *t);
/* Behind its last block: memory that is in use from now on, and written to. False: there was none, and
 * the block is one that is freed without effect. */
bool bs_task_alloc(struct bs_task *t, unsigned int order, unsigned int gfp);
/* Block @i, which keeps its place; or an aligned part of it. */
void bs_task_free(struct bs_task *t, size_t i);
void bs_task_free_part(struct bs_task *t, size_t i, unsigned int offset, unsigned int order);
/* All blocks have been freed: the next one is number 0. */
void bs_task_forget(struct bs_task *t);
/* The CPU is busy for that long with what it just did, and behind that the task sleeps, or lets others
 * on its CPU go first. What is said several times in a step adds up. */
void bs_task_work(struct bs_task *t, bs_ns ns);
void bs_task_sleep(struct bs_task *t, bs_ns ns);
void bs_task_yield(struct bs_task *t);
/* It goes on when every task that is not over has come here. */
void bs_task_meet(struct bs_task *t);
/* It takes, and lets go of, the lock of the address space that all tasks share. */
void bs_task_space(struct bs_task *t);
/* A cycle begins; and has been done. */
void bs_task_cycle_begins(struct bs_task *t);
void bs_task_cycle_done(struct bs_task *t);
/* The memory of the load's processes: what they ask for and give back is as the guest's kernel does it (room user),
 * on the CPU of the task whose step it is. NULL: there is no memory for the books. */
struct bs_user *bs_task_user(struct bs_task *t);
/* All files of the load together. @again: time for a page that has to be read again; 0: as the costs of reclaim say */
struct bs_task_files {
	uint64_t pages;
	bs_ns again;
};
enum bs_task_read { BS_READ_HIT, BS_READ_NEW, BS_READ_AGAIN, BS_READ_NONE };
/* A page of the files, which stays in the page cache: it was there; it is new; it was there once, and the CPU waited
 * for it; there is no memory to keep it. */
enum bs_task_read bs_task_read(struct bs_task *t, const struct bs_task_files *files, uint64_t page);
/* All of the page is written, and dirty until it has reached the disk: HIT, NEW, AGAIN, and nobody waits for that; or
 * NONE. */
enum bs_task_read bs_task_write(struct bs_task *t, const struct bs_task_files *files,
				uint64_t page);
/* All that is cached goes. */
void bs_task_drop(struct bs_task *t);
/* All other tasks are over. */
bool bs_task_is_last(const struct bs_task *t);
/* Phase number @name of the load's begins. */
void bs_task_mark(struct bs_task *t, unsigned int name);
/* It is there for the others: when they are over, so is it. Behind that nobody waits for it. */
void bs_task_daemon(struct bs_task *t);
/* There is no next step. */
void bs_task_over(struct bs_task *t);

/* ---- What loads share ------------------------------------------------------------------------ */

/* The gfp mask that user memory of this order is allocated with. */
unsigned int bs_load_user_gfp(unsigned int order);
/* Whole blocks of @order that hold @bytes. */
static inline uint64_t bs_load_blocks(uint64_t bytes, unsigned int order)
{
	const uint64_t block = BS_UNIT_SIZE << order;

	return (bytes + block - 1) / block;
}
/* Time of step @i of @n when they are spread evenly over @span; and from that one to the next. */
static inline bs_ns bs_load_spread(bs_ns span, uint64_t i, uint64_t n)
{
	return (bs_ns)((unsigned __int128)span * i / n);
}
static inline bs_ns bs_load_share(bs_ns span, uint64_t i, uint64_t n)
{
	return bs_load_spread(span, i + 1, n) - bs_load_spread(span, i, n);
}
/* 0 .. n-1, in order or shuffled; the caller frees it. NULL: out of memory, @err filled. */
uint32_t *bs_load_sequence(uint64_t n, bool shuffle, struct bs_rng *rng, struct bs_error *err);
/* What a load that goes on until a time has of it: "time"; and how long what it touches takes. */
#define BS_LOAD_UNTIL_PARAM(t)                                                                \
	{                                                                                     \
		"time", BS_PARAM_TIME, t, BS_NS_PER_MS, BS_LOAD_TIME_MAX, NULL,               \
			"how long it goes on; the cycle that is running then is ended", false \
	}
#define BS_LOAD_TOUCH_PARAM                                                                   \
	{                                                                                     \
		"touch", BS_PARAM_TIME, 0, 0, BS_NS_PER_S, NULL,                              \
			"the guest's own time for the first touch of a MiB: fault, zeroing, " \
			"writing; 0: as measured, by the order",                              \
			false                                                                 \
	}
/* A load of tasks that each have the same amount begins its own parameters with these; its blocks of a task, its
 * peak and its tasks are then (struct bs_load_kind): */
enum { BS_LOAD_SIZE = BS_LOAD_OWN, BS_LOAD_TASKS, BS_LOAD_ORDER, BS_LOAD_OF_TASKS };
uint64_t bs_load_tasks_blocks(const uint64_t *v);
uint64_t bs_load_tasks_peak(const uint64_t *v);
unsigned int bs_load_tasks_number(const uint64_t *v);
#define BS_LOAD_TASKS_MAX 4096
#define BS_LOAD_MAX_ORDER 10 /* a load asks for pages of 4 KiB, and up to 4 MiB */
/* Is the load, which goes on for @time, to end? */
bool bs_load_time_is_up(const struct bs_task *t, bs_ns time);
/* The guest's own time for a block that is touched the first time, @per_mib being that parameter; for one that is
 * unmapped and freed; and for writing @n of them that are there. */
bs_ns bs_load_touch_ns(bs_ns per_mib, unsigned int order);
bs_ns bs_load_free_ns(unsigned int order);
#define BS_LOAD_UNMAP_PAGE_NS 63 /* of a page; measured as load_kit.c says */
bs_ns bs_load_write_ns(uint64_t n, unsigned int order);
/* Some more of @n blocks of user memory are allocated and touched, as many as a step is worth. True: that
 * was the last of them. */
bool bs_load_fill_some(struct bs_task *t, uint64_t n, unsigned int order, bs_ns touch_per_mib);
/* Some more of its blocks from number *@at on are freed. True: it has none left. */
bool bs_load_free_some(struct bs_task *t, uint64_t *at, unsigned int order);

/* @n times @each is a time that a run can take: 0, or BS_USAGE with @advice. */
int bs_load_check_time(const char *load, uint64_t n, bs_ns each, const char *advice,
		       struct bs_error *err);

#endif
