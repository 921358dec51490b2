// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * file_read.c - tasks read a set of files from the first page to the last, once or again and again, and then idle:
 * what they have read stays in the page cache as long as nobody else wants the memory.
 */
#include "files.h"

enum { SIZE = BS_LOAD_OWN, TASKS, CYCLES, PAUSE, READ, DROP };

static const struct bs_param params[] = {
	BS_LOAD_COMMON,
	[SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(256) << 20, BS_UNIT_SIZE, UINT64_C(1) << 40, NULL,
		  "files, all of them together, of which each task reads its part", false},
	[TASKS] = {"tasks", BS_PARAM_UINT, 1, 1, BS_LOAD_TASKS_MAX, NULL, "readers", false},
	[CYCLES] = {"cycles", BS_PARAM_UINT, 2, 1, 1000000, NULL, "how often it is read", false},
	[PAUSE] = {"pause", BS_PARAM_TIME, 10 * BS_NS_PER_S, 0, BS_LOAD_TIME_MAX, NULL,
		   "idle time behind each reading", false},
	[READ] = {"read", BS_PARAM_TIME, 500 * BS_NS_PER_US, 0, BS_NS_PER_S, NULL,
		  "time that a MiB takes that is not in the page cache", false},
	[DROP] = {"drop", BS_PARAM_BOOL, 0, 0, 1, NULL,
		  "the files are removed at the end, and what is cached of them goes", false},
	{0},
};

#define MIB (UINT64_C(1) << 20)
#define CACHED_NS 150 /* for a page that is there: looked up, copied by a quarter */

static uint64_t pages(const uint64_t *v)
{
	return bs_load_blocks(v[SIZE], 0);
}

static uint64_t peak_bytes(const uint64_t *v)
{
	return pages(v) * BS_UNIT_SIZE;
}

static bs_ns length(const uint64_t *v)
{
	return pages(v) / v[TASKS] * (v[READ] * BS_UNIT_SIZE / MIB + (v[CYCLES] - 1) * CACHED_NS) +
	       v[CYCLES] * v[PAUSE];
}

static unsigned int nr_tasks(const uint64_t *v)
{
	return (unsigned int)v[TASKS];
}

static int check(const uint64_t *v, struct bs_error *err)
{
	return bs_load_check_time("file-read", v[CYCLES], v[PAUSE] + pages(v) * v[READ] / 256 + 1,
				  "lower cycles, pause or size", err);
}

/* What is read again blocks the CPU: a stall, and no work. */
static bs_ns read_page(struct bs_task *t, const struct bs_task_files *files, uint64_t page)
{
	const enum bs_task_read is = bs_task_read(t, files, page);

	return is == BS_READ_HIT ? CACHED_NS : is == BS_READ_AGAIN ? 0 : files->again;
}

static void step(struct bs_task *t)
{
	const struct bs_file_plan plan = {
		.files = {pages(t->v), t->v[READ] * BS_UNIT_SIZE / MIB},
		.tasks = t->v[TASKS],
		.cycles = t->v[CYCLES],
		.pause = t->v[PAUSE],
		.drop = t->v[DROP],
		.page = read_page,
	};

	bs_files_step(t, t->state, &plan);
}

const struct bs_load_kind bs_load_kind_file_read = {
	.name = "file-read",
	.summary = "tasks read files, which stay in the page cache, and idle",
	.params = params,
	.state_size = sizeof(struct bs_file_walk),
	.check = check,
	.gives_way = true,
	.peak_bytes = peak_bytes,
	.length = length,
	.nr_tasks = nr_tasks,
	.step = step,
};
