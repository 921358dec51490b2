// SPDX-License-Identifier: GPL-2.0-or-later
#include "anon.h"

#include <stdio.h>

#include "tasks.h"

#define PAGES_AT_ONCE 16 /* base pages that one step is worth */
#define LOOK_NS \
	3000 /* khugepaged looks at 512 entries of a table, and the pages that they are of */

const char *const bs_anon_thp_words[] = {"off", "never", "madvise", "always", NULL};
const char *const bs_anon_defrag_words[] = {"always",  "defer", "defer+madvise",
					    "madvise", "never", NULL};

/* ---- What is asked for ----------------------------------------------------------------------- */

int bs_anon_check(const char *load, const struct bs_param *params, const uint64_t *v,
		  uint64_t order, uint64_t usual, struct bs_error *err)
{
	char owner[64];

	snprintf(owner, sizeof(owner), "load %s", load);
	if (bs_anon_is_process(v) && order != usual)
		return bs_error_set(err, BS_USAGE, 0, owner, "leave order out, or say thp=off",
				    "of processes thp says how large their pages are");
	for (unsigned int i = BS_ANON_DEFRAG; i < BS_ANON_NR; i++) {
		const bool of_khugepaged = i > BS_ANON_SCAN_SLEEP;

		if (v[i] == params[i].def)
			continue;
		if (!bs_anon_is_process(v))
			return bs_error_set(err, BS_USAGE, 0, owner, "say thp=always",
					    "%s is of processes, and thp is off", params[i].name);
		if (of_khugepaged && !bs_anon_khugepaged(v))
			return bs_error_set(
				err, BS_USAGE, 0, owner, "say thp=always, scan_sleep=10s",
				"%s is of khugepaged, which does not run", params[i].name);
	}
	return 0;
}

/* ---- A process ------------------------------------------------------------------------------- */

static struct bs_user *user_of(struct bs_task *t, const uint64_t *v)
{
	struct bs_user *u = bs_task_user(t);
	struct bs_user_settings *set;

	if (!u)
		return NULL;
	set = bs_user_settings(u);
	set->thp = (enum bs_huge)(v[BS_ANON_THP] - BS_ANON_NEVER);
	set->defrag = (enum bs_huge_defrag)v[BS_ANON_DEFRAG];
	set->max_ptes_none = (unsigned int)v[BS_ANON_MAX_PTES_NONE];
	set->collapse_compacts = v[BS_ANON_KHUGEPAGED_DEFRAG];
	return u;
}

static void map(const struct bs_anon *a)
{
	bs_space_map(a->space, a->start, a->bytes);
	if (a->advised)
		bs_space_advise(a->space, a->start, a->bytes, true);
}

static bool begin_in(struct bs_task *t, struct bs_anon *a, const uint64_t *v, struct bs_space *s,
		     uint64_t start, uint64_t bytes)
{
	*a = (struct bs_anon){
		.space = s, .start = start, .bytes = bs_anon_pages(bytes) << BS_USER_PAGE_SHIFT};
	if (!s) {
		bs_task_over(t);
		return false;
	}
	a->advised = v[BS_ANON_ADVISED];
	map(a);
	return true;
}

bool bs_anon_begin(struct bs_task *t, struct bs_anon *a, const uint64_t *v, uint64_t start,
		   uint64_t bytes)
{
	struct bs_user *u = user_of(t, v);

	return begin_in(t, a, v, u ? bs_space_create(u) : NULL, start, bytes);
}

bool bs_anon_begin_shared(struct bs_task *t, struct bs_anon *a, const uint64_t *v, uint64_t start,
			  uint64_t bytes)
{
	struct bs_user *u = user_of(t, v);

	if (u && !t->all->space) {
		t->all->space = bs_space_create(u);
		if (t->all->space)
			bs_space_disown(t->all->space);
	}
	return begin_in(t, a, v, t->all->space, start, bytes);
}

unsigned int bs_anon_touch(struct bs_anon *a)
{
	const uint64_t at = a->start + a->at;
	bool huge = false;

	if (bs_space_faults(a->space, at, true))
		bs_space_fault(a->space, at, true);
	bs_space_page(a->space, at, &huge);
	if (huge && !(at & (BS_ANON_HUGE - 1))) {
		bs_space_all_written(a->space, at);
		a->at += BS_ANON_HUGE;
		return BS_USER_HUGE_PAGES;
	}
	bs_space_written(a->space, at);
	a->at += BS_ANON_PAGE;
	return 1;
}

bool bs_anon_fill_some(struct bs_task *t, struct bs_anon *a, bs_ns touch_per_mib)
{
	for (unsigned int n = 0; n < PAGES_AT_ONCE && a->at < a->bytes;) {
		const unsigned int pages = bs_anon_touch(a);

		bs_task_work(t,
			     bs_load_touch_ns(touch_per_mib, pages > 1 ? BS_USER_HUGE_ORDER : 0));
		n += pages;
	}
	return a->at >= a->bytes;
}

void bs_anon_unmap(struct bs_task *t, struct bs_anon *a)
{
	bs_space_unmap(a->space, a->start, a->bytes);
	map(a);
	bs_task_work(t, a->bytes / BS_ANON_PAGE * bs_load_free_ns(0));
	a->at = 0;
}

void bs_anon_exit(struct bs_anon *a)
{
	if (a->space)
		bs_space_exit(a->space, 0);
	a->space = NULL;
}

/* ---- khugepaged ------------------------------------------------------------------------------ */

void bs_anon_khugepaged_step(struct bs_task *t, const uint64_t *v)
{
	struct bs_user *u = bs_task_user(t);
	const bool first = !t->daemon;
	const uint64_t ranges = v[BS_ANON_PAGES_TO_SCAN] / BS_USER_HUGE_PAGES;
	struct bs_user_pass pass = {.ranges = ranges ? (unsigned int)ranges : 1};

	bs_task_daemon(t);
	if (!u) {
		bs_task_over(t);
		return;
	}
	if (!first)
		bs_user_khugepaged(u, &pass);
	bs_task_work(t, pass.looked * LOOK_NS + pass.made * v[BS_ANON_COLLAPSE]);
	bs_task_sleep(t, pass.failed ? v[BS_ANON_ALLOC_SLEEP] : v[BS_ANON_SCAN_SLEEP]);
}
