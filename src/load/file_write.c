// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * file_write.c - tasks write a set of files from the first page to the last, again and again, and idle: what they have
 * written is in the page cache, and has to reach the disk before anybody else can have the memory.
 */
#include "files.h"

enum { DROP = BS_FILES_OWN };

static const struct bs_param params[] = {
	BS_FILES_PARAMS("files, all of them together, of which each task writes its part",
			"writers", "how often it is written", "idle time behind each time"),
	[DROP] = BS_FILES_DROP,
	{0},
};

#define COPIED_NS 150 /* for a page: looked up, copied */

static bs_ns length(const uint64_t *v)
{
	return bs_files_pages(v) / v[BS_FILES_TASKS] * v[BS_FILES_CYCLES] * COPIED_NS +
	       v[BS_FILES_CYCLES] * v[BS_FILES_PAUSE];
}

static int check(const uint64_t *v, struct bs_error *err)
{
	return bs_load_check_time("file-write", v[BS_FILES_CYCLES],
				  v[BS_FILES_PAUSE] + bs_files_pages(v) * COPIED_NS + 1,
				  "lower cycles, pause or size", err);
}

static bs_ns write_page(struct bs_task *t, const struct bs_task_files *files, uint64_t page)
{
	bs_task_write(t, files, page);
	return COPIED_NS;
}

static void step(struct bs_task *t)
{
	const struct bs_file_plan plan = {.drop = t->v[DROP], .page = write_page};

	bs_files_step(t, &plan);
}

const struct bs_load_kind bs_load_kind_file_write = {
	.name = "file-write",
	.summary =
		"tasks write files, which are dirty in the page cache until the disk has them, and idle",
	.params = params,
	.state_size = sizeof(struct bs_file_walk),
	.check = check,
	.gives_way = true,
	.peak_bytes = bs_files_peak_bytes,
	.length = length,
	.nr_tasks = bs_files_nr_tasks,
	.step = step,
};
