/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.h - what loads share whose tasks go through a set of files, page by page, again and again. */
#ifndef BS_FILES_H
#define BS_FILES_H

#include "task.h"

/* What all of them can be told, before what is their own. The texts: what stands behind each in help. */
enum {
	BS_FILES_SIZE = BS_LOAD_OWN,
	BS_FILES_TASKS,
	BS_FILES_CYCLES,
	BS_FILES_PAUSE,
	BS_FILES_OWN,
};
/* clang-format off */
#define BS_FILES_PARAMS(size_text, tasks_text, cycles_text, pause_text)				\
	BS_LOAD_COMMON,										\
	[BS_FILES_SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(256) << 20, BS_UNIT_SIZE,		\
			   UINT64_C(1) << 40, NULL, size_text, false},				\
	[BS_FILES_TASKS] = {"tasks", BS_PARAM_UINT, 1, 1, BS_LOAD_TASKS_MAX, NULL,		\
			    tasks_text, false},							\
	[BS_FILES_CYCLES] = {"cycles", BS_PARAM_UINT, 2, 1, 1000000, NULL, cycles_text, false},	\
	[BS_FILES_PAUSE] = {"pause", BS_PARAM_TIME, 10 * BS_NS_PER_S, 0, BS_LOAD_TIME_MAX, NULL,\
			    pause_text, false}
/* The last one of each. */
#define BS_FILES_DROP										\
	{"drop", BS_PARAM_BOOL, 0, 0, 1, NULL,							\
	 "the files are removed at the end, and what is cached of them goes", false}
/* clang-format on */

/* The state of a task. @at: page of its part that is next */
struct bs_file_walk {
	uint64_t at, cycle;
	bool pauses;
};

/*
 * @again: as in struct bs_task_files; @drop: the files are removed at the end
 * @page: what happens to a page, and how long the task is busy with it
 */
struct bs_file_plan {
	bs_ns again;
	bool drop;
	bs_ns (*page)(struct bs_task *t, const struct bs_task_files *files, uint64_t page);
};

/* For struct bs_load_kind. */
uint64_t bs_files_peak_bytes(const uint64_t *v);
unsigned int bs_files_nr_tasks(const uint64_t *v);
/* Of all the files. */
uint64_t bs_files_pages(const uint64_t *v);
/* The task's next step: some pages of its part; behind the last one a pause, and behind the last cycle it is over. */
void bs_files_step(struct bs_task *t, const struct bs_file_plan *plan);

#endif
