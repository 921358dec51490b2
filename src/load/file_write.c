// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * file_write.c - tasks write a set of files from the first page to the last, again and again, and idle: what they have
 * written is in the page cache, and has to reach the disk before anybody else can have the memory.
 */
#include "files.h"

enum { SIZE = BS_LOAD_OWN, TASKS, CYCLES, PAUSE, DROP };

static const struct bs_param params[] = {
	BS_LOAD_COMMON,
	[SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(256) << 20, BS_UNIT_SIZE, UINT64_C(1) << 40, NULL,
		  "files, all of them together, of which each task writes its part", false},
	[TASKS] = {"tasks", BS_PARAM_UINT, 1, 1, BS_LOAD_TASKS_MAX, NULL, "writers", false},
	[CYCLES] = {"cycles", BS_PARAM_UINT, 2, 1, 1000000, NULL, "how often it is written", false},
	[PAUSE] = {"pause", BS_PARAM_TIME, 10 * BS_NS_PER_S, 0, BS_LOAD_TIME_MAX, NULL,
		   "idle time behind each time", false},
	[DROP] = {"drop", BS_PARAM_BOOL, 0, 0, 1, NULL,
		  "the files are removed at the end, and what is cached of them goes", false},
	{0},
};

#define COPIED_NS 150 /* for a page: looked up, copied */

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
	return pages(v) / v[TASKS] * v[CYCLES] * COPIED_NS + v[CYCLES] * v[PAUSE];
}

static unsigned int nr_tasks(const uint64_t *v)
{
	return (unsigned int)v[TASKS];
}

static int check(const uint64_t *v, struct bs_error *err)
{
	return bs_load_check_time("file-write", v[CYCLES], v[PAUSE] + pages(v) * COPIED_NS + 1,
				  "lower cycles, pause or size", err);
}

static bs_ns write_page(struct bs_task *t, const struct bs_task_files *files, uint64_t page)
{
	bs_task_write(t, files, page);
	return COPIED_NS;
}

static void step(struct bs_task *t)
{
	const struct bs_file_plan plan = {
		.files = {.pages = pages(t->v)},
		.tasks = t->v[TASKS],
		.cycles = t->v[CYCLES],
		.pause = t->v[PAUSE],
		.drop = t->v[DROP],
		.page = write_page,
	};

	bs_files_step(t, t->state, &plan);
}

const struct bs_load_kind bs_load_kind_file_write = {
	.name = "file-write",
	.summary =
		"tasks write files, which are dirty in the page cache until the disk has them, and idle",
	.params = params,
	.state_size = sizeof(struct bs_file_walk),
	.check = check,
	.gives_way = true,
	.peak_bytes = peak_bytes,
	.length = length,
	.nr_tasks = nr_tasks,
	.step = step,
};
