// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * file_read.c - tasks read a set of files from the first page to the last, once or again and again, and then idle:
 * what they have read stays in the page cache as long as nobody else wants the memory.
 */
#include "files.h"

enum { READ = BS_FILES_OWN, DROP };

static const struct bs_param params[] = {
	BS_FILES_PARAMS("files, all of them together, of which each task reads its part", "readers",
			"how often it is read", "idle time behind each reading"),
	[READ] = {"read", BS_PARAM_TIME, 500 * BS_NS_PER_US, 0, BS_NS_PER_S, NULL,
		  "time that a MiB takes that is not in the page cache", false},
	[DROP] = BS_FILES_DROP,
	{0},
};

#define MIB (UINT64_C(1) << 20)
#define CACHED_NS 150 /* for a page that is there: looked up, copied by a quarter */

static bs_ns length(const uint64_t *v)
{
	return bs_files_pages(v) / v[BS_FILES_TASKS] *
		       (v[READ] * BS_UNIT_SIZE / MIB + (v[BS_FILES_CYCLES] - 1) * CACHED_NS) +
	       v[BS_FILES_CYCLES] * v[BS_FILES_PAUSE];
}

static int check(const uint64_t *v, struct bs_error *err)
{
	return bs_load_check_time("file-read", v[BS_FILES_CYCLES],
				  v[BS_FILES_PAUSE] + bs_files_pages(v) * v[READ] / 256 + 1,
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
		.again = t->v[READ] * BS_UNIT_SIZE / MIB, .drop = t->v[DROP], .page = read_page};

	bs_files_step(t, &plan);
}

const struct bs_load_kind bs_load_kind_file_read = {
	.name = "file-read",
	.summary = "tasks read files, which stay in the page cache, and idle",
	.params = params,
	.state_size = sizeof(struct bs_file_walk),
	.check = check,
	.gives_way = true,
	.peak_bytes = bs_files_peak_bytes,
	.length = length,
	.nr_tasks = bs_files_nr_tasks,
	.step = step,
};
