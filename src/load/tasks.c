// SPDX-License-Identifier: GPL-2.0-or-later
#include "tasks.h"

#include <errno.h>
#include <stdlib.h>

#include <buddysim/gfp.h>

#include "compiler.h"
#include "user.h"

/* ---- What a task does ------------------------------------------------------------------------ */

bs_ns bs_task_now(const struct bs_task *t)
{
	return t->all->ops->now(t->all->arg);
}

static bool has_room(struct bs_task *t)
{
	const size_t room = t->room ? 2 * t->room : 64;
	struct bs_task_block *more;

	if (likely(t->nr_blocks < t->room))
		return true;
	more = realloc(t->block, room * sizeof(*more));
	if (!more) {
		t->all->ops->failed(t->all->arg);
		return false;
	}
	t->block = more;
	t->room = room;
	return true;
}

/* What stands at a block's first page; 0 is nobody. */
#define NUMBER_BITS 40
static uint64_t name_of(const struct bs_task *t, size_t block)
{
	return ((uint64_t)t->number << NUMBER_BITS | block) + 1;
}

bool bs_task_alloc(struct bs_task *t, unsigned int order, unsigned int gfp)
{
	struct bs_task_block *b;
	bool got;

	if (!has_room(t))
		return false;
	b = &t->block[t->nr_blocks++];
	*b = (struct bs_task_block){.at = BS_NO_PFN, .order = (uint8_t)order};
	got = t->all->ops->alloc(t->all->arg, t, gfp, b);
	bs_pfn_map_put(&t->all->where, b->at, name_of(t, t->nr_blocks - 1));
	return got;
}

void bs_task_free_part(struct bs_task *t, size_t i, unsigned int offset, unsigned int order)
{
	if (unlikely(t->block[i].at == BS_SWAPPED))
		t->all->ops->unswapped(t->all->arg, t, 1u << order, false);
	else if (t->block[i].at != BS_NO_PFN)
		t->all->ops->free(t->all->arg, t, &t->block[i], offset, order);
}

void bs_task_free(struct bs_task *t, size_t i)
{
	bs_task_free_part(t, i, 0, t->block[i].order);
	t->block[i].at = BS_NO_PFN;
}

void bs_task_forget(struct bs_task *t)
{
	t->nr_blocks = 0;
}

void bs_task_work(struct bs_task *t, bs_ns ns)
{
	t->work += ns;
}

void bs_task_sleep(struct bs_task *t, bs_ns ns)
{
	t->sleep += ns;
}

void bs_task_yield(struct bs_task *t)
{
	t->yields = true;
}

void bs_task_meet(struct bs_task *t)
{
	t->meets = true;
}

void bs_task_space(struct bs_task *t)
{
	if (t->all->ops->space)
		t->all->ops->space(t->all->arg, t);
}

void bs_task_cycle_begins(struct bs_task *t)
{
	t->cycle_begin = bs_task_now(t);
}

void bs_task_cycle_done(struct bs_task *t)
{
	struct bs_tasks *s = t->all;

	t->cycles++;
	s->cycles++;
	if (s->ops->cycle)
		s->ops->cycle(s->arg, bs_task_now(t) - t->cycle_begin);
}

/* ---- Blocks that move ------------------------------------------------------------------------ */

static bool begin_where(struct bs_tasks *s, bs_pfn nr_pages)
{
	if (s->where.at)
		return true;
	if (!bs_pfn_map_init(&s->where, nr_pages)) {
		s->ops->failed(s->arg);
		return false;
	}
	for (unsigned int i = 0; i < s->nr_tasks; i++) {
		const struct bs_task *t = &s->tasks[i];

		for (size_t k = 0; k < t->nr_blocks; k++)
			bs_pfn_map_put(&s->where, t->block[k].at, name_of(t, k));
	}
	return true;
}

static struct bs_task_block *block_at(const struct bs_tasks *s, bs_pfn pfn)
{
	const uint64_t name = bs_pfn_map_get(&s->where, pfn);
	const uint64_t task = (name - 1) >> NUMBER_BITS;
	const size_t k = (name - 1) & ((UINT64_C(1) << NUMBER_BITS) - 1);

	if (!name || task >= s->nr_tasks || k >= s->tasks[task].nr_blocks ||
	    s->tasks[task].block[k].at != pfn)
		return NULL;
	return &s->tasks[task].block[k];
}

bool bs_tasks_have(struct bs_tasks *s, bs_pfn pfn, unsigned int order, bs_pfn nr_pages)
{
	const struct bs_task_block *b = begin_where(s, nr_pages) ? block_at(s, pfn) : NULL;

	return (b && b->order == order) || (s->user && bs_user_has(s->user, pfn, order, nr_pages));
}

void bs_tasks_moved(struct bs_tasks *s, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct bs_task_block *b = block_at(s, from);

	if (b) {
		b->at = to;
		bs_pfn_map_put(&s->where, to, bs_pfn_map_get(&s->where, from));
	} else if (s->user) {
		bs_user_moved(s->user, from, to, order);
	}
}

/* ---- When memory is short -------------------------------------------------------------------- */

bool bs_tasks_evict(struct bs_tasks *s, bs_pfn pfn, unsigned int order, bs_pfn nr_pages)
{
	struct bs_task_block *b = begin_where(s, nr_pages) ? block_at(s, pfn) : NULL;

	if (b && b->order == order) {
		b->at = BS_SWAPPED;
		return true;
	}
	return s->user && bs_user_has(s->user, pfn, order, nr_pages) &&
	       bs_user_evict(s->user, pfn, order);
}

static uint64_t pages_of(const struct bs_task *t)
{
	uint64_t n = t->all->user ? bs_user_pages_of(t->all->user, t) : 0;

	for (size_t i = 0; i < t->nr_blocks; i++)
		if (t->block[i].at < BS_SWAPPED)
			n += UINT64_C(1) << t->block[i].order;
	return n;
}

/* All that it has goes, in the order in which an exit has it. */
static void exit_task(struct bs_task *t)
{
	struct bs_task *const on = t->all->on;

	t->all->on = t;
	for (size_t i = 0; i < t->nr_blocks; i++)
		bs_task_free(t, i);
	t->nr_blocks = 0;
	if (t->all->user)
		bs_user_exit_of(t->all->user, t);
	t->over = true;
	t->all->on = on;
}

static void hand_over(struct bs_tasks *s, unsigned int cpu);

bool bs_tasks_kill_largest(struct bs_tasks *s)
{
	struct bs_task *most = NULL;
	uint64_t pages = 0;

	for (unsigned int i = 0; i < s->nr_tasks; i++) {
		struct bs_task *t = &s->tasks[i];
		const uint64_t n = t->over ? 0 : pages_of(t);

		/* One that is about to exit is enough. */
		if (t->dies && !t->over)
			return false;
		if (n > pages) {
			pages = n;
			most = t;
		}
	}
	if (!most)
		return false;
	most->dies = true;
	s->killed++;
	/* Its own step goes on to its end, without what it asked for. */
	if (most == s->on)
		return false;
	exit_task(most);
	s->left--;
	s->waiting -= most->ready == BS_NO_TIME;
	if (s->cpus[most->cpu].running == most)
		hand_over(s, most->cpu);
	return true;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static enum bs_task_read use_file(struct bs_task *t, const struct bs_task_files *files,
				  uint64_t page, bool write)
{
	struct bs_tasks *s = t->all;

	if (s->ops->file)
		return s->ops->file(s->arg, t, files, page, write);
	if (!s->cached) {
		s->cached = malloc((files->pages + 1) * sizeof(*s->cached));
		if (!s->cached) {
			s->ops->failed(s->arg);
			return BS_READ_NONE;
		}
		s->nr_cached = files->pages;
		for (uint64_t i = 0; i < s->nr_cached; i++)
			s->cached[i] = BS_NO_PFN;
	}
	if (s->cached[page] != BS_NO_PFN)
		return BS_READ_HIT;
	s->cached[page] = s->ops->page(s->arg, t, 0, write ? BS_TASK_WRITE_GFP : BS_TASK_CACHE_GFP);
	return s->cached[page] == BS_NO_PFN ? BS_READ_NONE : BS_READ_NEW;
}

enum bs_task_read bs_task_read(struct bs_task *t, const struct bs_task_files *files, uint64_t page)
{
	return use_file(t, files, page, false);
}

enum bs_task_read bs_task_write(struct bs_task *t, const struct bs_task_files *files, uint64_t page)
{
	return use_file(t, files, page, true);
}

void bs_task_drop(struct bs_task *t)
{
	struct bs_tasks *s = t->all;

	if (s->ops->drop)
		s->ops->drop(s->arg, t);
	for (uint64_t i = 0; i < s->nr_cached; i++) {
		if (s->cached[i] != BS_NO_PFN)
			s->ops->unpage(s->arg, t, s->cached[i], 0);
		s->cached[i] = BS_NO_PFN;
	}
}

bool bs_task_is_last(const struct bs_task *t)
{
	return t->all->left == 1;
}

/* ---- Memory of processes --------------------------------------------------------------------- */

static bs_pfn user_take(void *arg, unsigned int order, unsigned int gfp)
{
	struct bs_tasks *s = arg;
	const bs_pfn pfn = s->ops->page(s->arg, s->on, order, gfp);
	uint64_t freed;

	if (likely(pfn != BS_NO_PFN) || !(gfp & BS_GFP_DIRECT_RECLAIM))
		return pfn;
	/* Memory is short: who may wait has partly freed huge pages split, and looks again. */
	freed = bs_user_shrink(s->user);
	if (!freed)
		return pfn;
	bs_task_work(s->on, freed * BS_LOAD_UNMAP_PAGE_NS);
	return s->ops->page(s->arg, s->on, order, gfp);
}

static void user_give(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_tasks *s = arg;

	s->ops->unpage(s->arg, s->on, pfn, order);
}

/* What leaves together leaves in this order. */
static void user_give_all(void *arg, const struct bs_user_page *page, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		user_give(arg, page[i].pfn, page[i].order);
}

static void user_split(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_tasks *s = arg;

	if (s->ops->split)
		s->ops->split(s->arg, pfn, order);
}

static void user_unswapped(void *arg, unsigned int pages, bool in)
{
	struct bs_tasks *s = arg;

	if (s->ops->unswapped)
		s->ops->unswapped(s->arg, s->on, pages, in);
}

static void user_failed(void *arg)
{
	struct bs_tasks *s = arg;

	s->ops->failed(s->arg);
}

struct bs_user *bs_task_user(struct bs_task *t)
{
	static const struct bs_user_ops user_ops = {
		.alloc = user_take,
		.free = user_give,
		.hand_over = user_give_all,
		.later = user_give_all,
		.failed = user_failed,
		.split = user_split,
		.unswapped = user_unswapped,
	};
	struct bs_tasks *s = t->all;

	if (!s->user) {
		s->user = bs_user_create(s->ops->kernel ? s->ops->kernel(s->arg) : NULL, &user_ops,
					 s);
		s->user_at = bs_task_now(t);
		if (s->user)
			bs_user_owner(s->user, t);
		if (!s->user)
			s->ops->failed(s->arg);
	}
	return s->user;
}

/* Until @now they had what they have. */
static void count_user(struct bs_tasks *s, bs_ns now)
{
	const struct bs_user_counts *c = bs_user_counts(s->user);

	s->user_pages += (unsigned __int128)c->pages * (now - s->user_at);
	s->user_huge += (unsigned __int128)c->huge_pages * (now - s->user_at);
	s->user_at = now;
}

bool bs_tasks_user_counts(const struct bs_tasks *s, struct bs_user_counts *n)
{
	if (s->user)
		*n = *bs_user_counts(s->user);
	return s->user;
}

uint64_t bs_tasks_huge_share(const struct bs_tasks *s)
{
	return s->user_pages ? (uint64_t)(s->user_huge * 1000 / s->user_pages) : BS_NO_TIME;
}

void bs_task_mark(struct bs_task *t, unsigned int name)
{
	if (t->all->ops->mark)
		t->all->ops->mark(t->all->arg, name);
}

void bs_task_daemon(struct bs_task *t)
{
	t->all->left -= !t->daemon;
	t->daemon = true;
}

void bs_task_over(struct bs_task *t)
{
	t->over = true;
}

/* ---- CPUs ------------------------------------------------------------------------------------ */

static bool is_before(const struct bs_task *a, const struct bs_task *b)
{
	return a->ready != b->ready ? a->ready < b->ready : a->queued < b->queued;
}

/* The task of @cpu that has been ready for longest, or will be first. */
static struct bs_task *longest_ready(const struct bs_tasks *s, unsigned int cpu)
{
	struct bs_task *first = NULL;

	for (unsigned int i = cpu; i < s->nr_tasks; i += s->nr_cpus) {
		struct bs_task *t = &s->tasks[i];

		if (!t->over && (!first || is_before(t, first)))
			first = t;
	}
	return first;
}

static void hand_over(struct bs_tasks *s, unsigned int cpu)
{
	struct bs_task_cpu *c = &s->cpus[cpu];

	c->running = longest_ready(s, cpu);
	if (c->running)
		c->slice_end = (c->running->ready > c->free_at ? c->running->ready : c->free_at) +
			       BS_TASK_SLICE;
}

static bs_ns busy(const struct bs_tasks *s, unsigned int cpu)
{
	return s->ops->busy ? s->ops->busy(s->arg, cpu) : 0;
}

static bs_ns cpu_next(const struct bs_tasks *s, unsigned int cpu)
{
	const struct bs_task_cpu *c = &s->cpus[cpu];
	const bs_ns other = busy(s, cpu);
	bs_ns t;

	if (!c->running)
		return BS_NO_TIME;
	t = c->running->ready > c->free_at ? c->running->ready : c->free_at;
	return other > t ? other : t;
}

bs_ns bs_tasks_next(const struct bs_tasks *s, unsigned int *cpu)
{
	bs_ns first = BS_NO_TIME;

	for (unsigned int i = 0; i < s->nr_cpus; i++) {
		const bs_ns t = cpu_next(s, i);

		if (t >= first)
			continue;
		first = t;
		*cpu = i;
	}
	return first;
}

static void wait_for_all(struct bs_tasks *s, struct bs_task *t)
{
	t->ready = BS_NO_TIME;
	s->waiting++;
}

/* All have come; the last one is done with its step at @at. */
static void let_go(struct bs_tasks *s, bs_ns at)
{
	s->waiting = 0;
	for (unsigned int i = 0; i < s->nr_tasks; i++)
		if (!s->tasks[i].over && s->tasks[i].ready == BS_NO_TIME)
			s->tasks[i].ready = at;
	for (unsigned int i = 0; i < s->nr_cpus; i++)
		hand_over(s, i);
}

/* Only daemons are left. */
static void end_daemons(struct bs_tasks *s)
{
	for (unsigned int i = 0; i < s->nr_tasks; i++)
		s->tasks[i].over |= s->tasks[i].daemon;
	for (unsigned int i = 0; i < s->nr_cpus; i++)
		if (s->cpus[i].running && s->cpus[i].running->over)
			hand_over(s, i);
}

void bs_tasks_step(struct bs_tasks *s, unsigned int cpu)
{
	struct bs_task_cpu *c = &s->cpus[cpu];
	struct bs_task *t = c->running;
	const bs_ns now = bs_task_now(t);
	bs_ns done;

	t->work = t->sleep = 0;
	t->yields = t->meets = false;
	s->steps++;
	s->on = t;
	if (unlikely(s->user)) {
		count_user(s, now);
		bs_user_owner(s->user, t);
	}
	s->kind->step(t);
	if (unlikely(t->dies) && !t->over)
		exit_task(t);
	done = busy(s, cpu);
	done = (done > now ? done : now) + t->work;
	c->free_at = done;
	t->ready = done + t->sleep;
	if (t->over)
		s->left -= !t->daemon;
	else if (unlikely(t->meets))
		wait_for_all(s, t);
	if (likely(!t->over && !t->sleep && !t->yields && !t->meets && done < c->slice_end))
		return;
	t->queued = ++s->queued;
	hand_over(s, cpu);
	if (unlikely(!s->left))
		end_daemons(s);
	if (unlikely(s->waiting && s->waiting == s->left))
		let_go(s, done);
}

void bs_tasks_stood(struct bs_tasks *s, bs_ns by)
{
	const bs_ns now = s->nr_tasks ? bs_task_now(&s->tasks[0]) : 0;

	for (unsigned int i = 0; i < s->nr_tasks; i++) {
		struct bs_task *t = &s->tasks[i];

		t->begin += by;
		t->cycle_begin += by;
		if (t->ready > now && t->ready != BS_NO_TIME)
			t->ready += by;
	}
	for (unsigned int i = 0; i < s->nr_cpus; i++) {
		struct bs_task_cpu *c = &s->cpus[i];

		c->free_at = (c->free_at > now ? c->free_at : now) + by;
		c->slice_end += by;
	}
}

/* ---- Life ------------------------------------------------------------------------------------ */

static int begin_task(struct bs_tasks *s, unsigned int i, const struct bs_load_spec *spec,
		      uint64_t seed, bs_ns start, struct bs_error *err)
{
	struct bs_task *t = &s->tasks[i];

	*t = (struct bs_task){.all = s,
			      .number = i,
			      .cpu = i % s->nr_cpus,
			      .v = spec->values,
			      .begin = start,
			      .ready = start,
			      .queued = ++s->queued};
	/* The first one's choices are those of a load that has only one. */
	bs_rng_seed(&t->rng, seed + i * UINT64_C(0x9e3779b97f4a7c15));
	t->state = calloc(1, spec->kind->state_size + 1);
	if (!t->state)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, spec->label, NULL, "tasks");
	return spec->kind->begin ? spec->kind->begin(t, err) : 0;
}

int bs_tasks_init(struct bs_tasks *s, const struct bs_load_spec *spec, uint64_t seed, bs_ns start,
		  const struct bs_task_ops *ops, void *arg, struct bs_error *err)
{
	const unsigned int nr = bs_load_nr_tasks(spec);
	const uint64_t own = spec->values[BS_LOAD_SEED];
	int ret = 0;

	*s = (struct bs_tasks){.kind = spec->kind, .ops = ops, .arg = arg};
	s->nr_cpus = bs_load_nr_cpus(spec);
	s->tasks = calloc(nr, sizeof(*s->tasks));
	s->cpus = calloc(s->nr_cpus, sizeof(*s->cpus));
	if (!s->tasks || !s->cpus)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, spec->label, NULL, "tasks");
	while (s->nr_tasks < nr && !ret) {
		ret = begin_task(s, s->nr_tasks, spec, own ? own : seed, start, err);
		s->nr_tasks++;
	}
	s->left = nr;
	for (unsigned int i = 0; i < s->nr_cpus; i++)
		hand_over(s, i);
	return ret;
}

void bs_tasks_free(struct bs_tasks *s)
{
	for (unsigned int i = 0; i < s->nr_tasks; i++) {
		struct bs_task *t = &s->tasks[i];

		if (t->state && s->kind->end)
			s->kind->end(t);
		free(t->state);
		free(t->block);
	}
	bs_user_destroy(s->user);
	bs_pfn_map_free(&s->where);
	free(s->cached);
	free(s->tasks);
	free(s->cpus);
	*s = (struct bs_tasks){0};
}
