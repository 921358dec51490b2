/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.h - what loads share whose tasks go through a set of files, page by page, again and again. */
#ifndef BS_FILES_H
#define BS_FILES_H

#include "task.h"

/* @at: page of the task's part that is next */
struct bs_file_walk {
	uint64_t at, cycle;
	bool pauses;
};

/* @page: what happens to a page, and how long the task is busy with it */
struct bs_file_plan {
	struct bs_task_files files;
	uint64_t tasks, cycles;
	bs_ns pause;
	bool drop; /* the files are removed at the end */
	bs_ns (*page)(struct bs_task *t, const struct bs_task_files *files, uint64_t page);
};

/* The task's next step: some pages of its part; behind the last one a pause, and behind the last cycle it is over. */
void bs_files_step(struct bs_task *t, struct bs_file_walk *w, const struct bs_file_plan *plan);

#endif
