// SPDX-License-Identifier: GPL-2.0-or-later
#include "files.h"

#define PAGES_AT_ONCE 32 /* what is read ahead */

uint64_t bs_files_pages(const uint64_t *v)
{
	return bs_load_blocks(v[BS_FILES_SIZE], 0);
}

uint64_t bs_files_peak_bytes(const uint64_t *v)
{
	return bs_files_pages(v) * BS_UNIT_SIZE;
}

unsigned int bs_files_nr_tasks(const uint64_t *v)
{
	return (unsigned int)v[BS_FILES_TASKS];
}

static void some_pages(struct bs_task *t, struct bs_file_walk *w, const struct bs_file_plan *plan)
{
	const struct bs_task_files files = {bs_files_pages(t->v), plan->again};
	const uint64_t tasks = t->v[BS_FILES_TASKS];
	const uint64_t first = t->number * files.pages / tasks;
	const uint64_t end = (t->number + 1) * files.pages / tasks;

	if (!w->at)
		bs_task_cycle_begins(t);
	for (unsigned int i = 0; i < PAGES_AT_ONCE && first + w->at < end; i++, w->at++)
		bs_task_work(t, plan->page(t, &files, first + w->at));
	if (first + w->at < end)
		return;
	bs_task_cycle_done(t);
	w->at = 0;
	w->cycle++;
	w->pauses = true;
	bs_task_sleep(t, t->v[BS_FILES_PAUSE]);
}

void bs_files_step(struct bs_task *t, const struct bs_file_plan *plan)
{
	struct bs_file_walk *w = t->state;

	if (w->pauses && w->cycle == t->v[BS_FILES_CYCLES]) {
		if (plan->drop && bs_task_is_last(t))
			bs_task_drop(t);
		bs_task_over(t);
		return;
	}
	w->pauses = false;
	some_pages(t, w, plan);
}
