// SPDX-License-Identifier: GPL-2.0-or-later
#include "files.h"

#define PAGES_AT_ONCE 32 /* what is read ahead */

static void some_pages(struct bs_task *t, struct bs_file_walk *w, const struct bs_file_plan *plan)
{
	const uint64_t all = plan->files.pages;
	const uint64_t first = t->number * all / plan->tasks;
	const uint64_t end = (t->number + 1) * all / plan->tasks;

	if (!w->at)
		bs_task_cycle_begins(t);
	for (unsigned int i = 0; i < PAGES_AT_ONCE && first + w->at < end; i++, w->at++)
		bs_task_work(t, plan->page(t, &plan->files, first + w->at));
	if (first + w->at < end)
		return;
	bs_task_cycle_done(t);
	w->at = 0;
	w->cycle++;
	w->pauses = true;
	bs_task_sleep(t, plan->pause);
}

void bs_files_step(struct bs_task *t, struct bs_file_walk *w, const struct bs_file_plan *plan)
{
	if (w->pauses && w->cycle == plan->cycles) {
		if (plan->drop && bs_task_is_last(t))
			bs_task_drop(t);
		bs_task_over(t);
		return;
	}
	w->pauses = false;
	some_pages(t, w, plan);
}
