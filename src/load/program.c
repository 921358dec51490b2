// SPDX-License-Identifier: GPL-2.0-or-later
#include "program.h"

#include <errno.h>
#include <stdlib.h>

#include <buddysim/gfp.h>

#include "page_cache.h"
#include "pressure.h"
#include "user.h"

#define STEPS_AT_ONCE 4096 /* before somebody looks whether the user wants no more */
#define HUGE_ORDER 9

/* ---- What a step does to the guest ----------------------------------------------------------- */

static bs_ns now(const void *arg)
{
	return ((const struct bs_program *)arg)->g->clock->now;
}

static bs_ns busy(const void *arg, unsigned int cpu)
{
	return ((const struct bs_program *)arg)->g->cpus[cpu].busy_until;
}

static struct bs_gfp_use use_of(const struct bs_program *p, unsigned int gfp)
{
	const bool user = bs_gfp_is_movable_user(gfp);

	return (struct bs_gfp_use){
		.user = user,
		.anon = user && !p->base,
		.lru = p->setup.lru == BS_LRU_ALL || (p->setup.lru == BS_LRU_AUTO && user),
	};
}

static bs_pfn take(struct bs_program *p, unsigned int cpu, unsigned int gfp, unsigned int order,
		   uint32_t *id)
{
	*id = p->id++;
	return bs_guest_alloc(p->g, cpu, gfp, order, *id, use_of(p, gfp));
}

/* A request that failed, or whose memory is usable behind the window, has waited for none. */
static void count_delay(struct bs_program *p, unsigned int cpu)
{
	const bs_ns at = p->g->clock->now;
	bs_ns usable = p->g->cpus[cpu].busy_until;

	if (usable > p->counted_until)
		usable = p->counted_until;
	if (usable > at)
		bs_histogram_add(&p->delays, usable - at);
	else
		p->delays.zeroes++;
}

static bool alloc(void *arg, const struct bs_task *t, unsigned int gfp, struct bs_task_block *b)
{
	struct bs_program *p = arg;

	p->f.allocations++;
	b->at = take(p, t->cpu, gfp, b->order, &b->id);
	if (b->at == BS_NO_PFN)
		p->f.refused++;
	else
		count_delay(p, t->cpu);
	return b->at != BS_NO_PFN;
}

static void give(void *arg, const struct bs_task *t, const struct bs_task_block *b,
		 unsigned int offset, unsigned int order)
{
	struct bs_program *p = arg;

	bs_guest_free(p->g, t->cpu, b->at + offset, order, b->id);
}

/* A huge page that is not to be had costs a fault nothing but that. */
static bs_pfn page(void *arg, const struct bs_task *t, unsigned int order, unsigned int gfp)
{
	struct bs_program *p = arg;
	const struct bs_gfp_use use = use_of(p, gfp);
	bs_pfn pfn;

	p->f.allocations++;
	if (order) {
		pfn = bs_guest_try(p->g, t->cpu, gfp, order, p->id++, use);
	} else {
		uint32_t id;

		pfn = take(p, t->cpu, gfp, 0, &id);
		p->f.refused += pfn == BS_NO_PFN;
	}
	if (pfn != BS_NO_PFN)
		count_delay(p, t->cpu);
	return pfn;
}

/* What it is stamped with its block knows. */
static void unpage(void *arg, const struct bs_task *t, bs_pfn pfn, unsigned int order)
{
	struct bs_program *p = arg;
	unsigned int of;
	bs_pfn head;

	if (bs_page_lookup(p->g->m, pfn, &head, &of) != BS_PAGE_ALLOCATED)
		head = pfn;
	bs_guest_free(p->g, t->cpu, pfn, order, bs_page_word(p->g->m, head));
}

/* What is left of it may move, page by page, and is freed so. */
static void split(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_program *p = arg;
	struct bs_machine *m = p->g->m;

	if (p->g->pressure)
		bs_mm_lru_leave(m, pfn, order);
	for (bs_pfn i = 0; i < (bs_pfn)1 << order; i++) {
		bs_split_allocated(m, pfn + i, 0);
		bs_guest_joins(p->g, pfn + i, 0);
	}
}

static const char *kernel(const void *arg)
{
	return bs_kernel_name(((const struct bs_program *)arg)->g->m);
}

static struct bs_page_cache *cache_of(struct bs_program *p, const struct bs_task_files *files)
{
	const struct bs_page_cache_setup setup = {files->pages, files->again};

	if (!p->g->cache && !bs_page_cache_create(p->g, &setup))
		bs_guest_fail_memory(p->g);
	return p->g->cache;
}

static enum bs_task_read file(void *arg, const struct bs_task *t, const struct bs_task_files *files,
			      uint64_t at, bool write)
{
	static const enum bs_task_read is[] = {
		[BS_CACHE_HIT] = BS_READ_HIT,
		[BS_CACHE_READ] = BS_READ_NEW,
		[BS_CACHE_AGAIN] = BS_READ_AGAIN,
		[BS_CACHE_NONE] = BS_READ_NONE,
	};
	struct bs_program *p = arg;
	const struct bs_gfp_use use = {.lru = p->setup.lru != BS_LRU_NONE};
	struct bs_page_cache *c = cache_of(p, files);
	enum bs_cache_read r;

	if (!c)
		return BS_READ_NONE;
	r = write ? bs_page_cache_write(c, t->cpu, at, BS_TASK_WRITE_GFP, p->id, use)
		  : bs_page_cache_read(c, t->cpu, at, BS_TASK_CACHE_GFP, p->id, use);
	if (r == BS_CACHE_HIT)
		return is[r];
	p->id++;
	p->f.allocations++;
	p->f.refused += r == BS_CACHE_NONE;
	if (r != BS_CACHE_NONE)
		count_delay(p, t->cpu);
	return is[r];
}

static void drop(void *arg, const struct bs_task *t)
{
	struct bs_program *p = arg;

	if (p->g->cache)
		bs_page_cache_drop(p->g->cache, t->cpu);
}

static void space(void *arg, const struct bs_task *t)
{
	struct bs_program *p = arg;

	if (p->g->contention)
		bs_contention_space(p->g, t->cpu);
}

static void mark(void *arg, unsigned int name)
{
	struct bs_program *p = arg;

	bs_report_event(p->g->rc, BS_EVENT_MARK, name);
}

static void cycle(void *arg, bs_ns took)
{
	struct bs_program *p = arg;

	p->f.cycles++;
	bs_histogram_add(&p->cycle_ns, took);
}

static void failed(void *arg)
{
	bs_guest_fail_memory(((struct bs_program *)arg)->g);
}

static void unswapped(void *arg, const struct bs_task *t, unsigned int pages, bool in)
{
	struct bs_program *p = arg;

	bs_pressure_unswapped(p->g, t->cpu, pages, in);
}

static const struct bs_task_ops ops = {
	.now = now,
	.alloc = alloc,
	.free = give,
	.busy = busy,
	.space = space,
	.page = page,
	.unpage = unpage,
	.split = split,
	.unswapped = unswapped,
	.kernel = kernel,
	.file = file,
	.drop = drop,
	.mark = mark,
	.cycle = cycle,
	.failed = failed,
};

/* ---- As a load of the clock ------------------------------------------------------------------ */

static bs_ns next(void *arg)
{
	const struct bs_program *p = arg;
	unsigned int cpu;

	return p->g->ended ? BS_NO_TIME : bs_tasks_next(&p->tasks, &cpu);
}

static void check_machine(struct bs_program *p)
{
	struct bs_error err;

	p->next_check += p->setup.check_every;
	if (bs_machine_check(p->g->m, &err))
		bs_guest_fail(p->g, &err);
}

static void tell_of_processes(struct bs_program *p)
{
	const struct bs_user_counts *n = bs_user_counts(p->tasks.user);

	p->g->process_bytes = n->pages << BS_USER_PAGE_SHIFT;
	p->g->huge_bytes = n->huge_pages << BS_USER_PAGE_SHIFT;
}

static void one_step(struct bs_program *p, unsigned int cpu)
{
	const unsigned int left = p->tasks.left;

	bs_tasks_step(&p->tasks, cpu);
	if (unlikely(p->tasks.user))
		tell_of_processes(p);
	if (unlikely(++p->f.steps >= p->next_check))
		check_machine(p);
	if (likely(p->tasks.left || !left))
		return;
	p->f.over_at = p->g->clock->now;
	if (p->setup.over)
		p->setup.over(p->setup.over_arg);
}

static void run(void *arg, bs_ns until)
{
	struct bs_program *p = arg;
	struct bs_clock *k = p->g->clock;

	for (unsigned int i = 0; i < STEPS_AT_ONCE && !k->failed && !p->g->killed; i++) {
		unsigned int cpu;
		const bs_ns at = bs_tasks_next(&p->tasks, &cpu);

		if (at == BS_NO_TIME || at > until || at >= k->next_due)
			return;
		if (at > k->now)
			bs_clock_set_time(k, at);
		one_step(p, cpu);
	}
}

/* Its time stands still with it. */
static void stood(void *arg, bs_ns by)
{
	struct bs_program *p = arg;

	bs_tasks_stood(&p->tasks, by);
	if (p->tasks.left)
		p->f.stood += by;
}

/* ---- Pages that move ------------------------------------------------------------------------- */

static bool moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct bs_program *p = arg;

	if (p->g->cache && bs_page_cache_has(p->g->cache, from))
		bs_page_cache_moved(p->g->cache, from, to);
	else
		bs_tasks_moved(&p->tasks, from, to, order);
	return true;
}

/* Nobody asks for the base again, nor for what was in use in a dump: they may go anywhere. What else nobody has, as
 * page tables, stays where it is. */
static bool stays(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_program *p = arg;
	struct bs_machine *m = p->g->m;

	if (bs_allocated_order(m, pfn) < 0 || bs_page_word(m, pfn) < p->base_ids)
		return false;
	return !(p->g->cache && !order && bs_page_cache_has(p->g->cache, pfn)) &&
	       !bs_tasks_have(&p->tasks, pfn, order, bs_max_pfn(m));
}

/* ---- When memory is short -------------------------------------------------------------------- */

static bool evict(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_program *p = arg;

	return bs_tasks_evict(&p->tasks, pfn, order, bs_max_pfn(p->g->m));
}

/* Of huge pages that were partly freed the rest. */
static uint64_t shrink(void *arg)
{
	struct bs_program *p = arg;

	return p->tasks.user ? bs_user_shrink(p->tasks.user) : 0;
}

static bool oom(void *arg, unsigned int cpu)
{
	struct bs_program *p = arg;
	const uint64_t killed = p->tasks.killed;
	const bool freed = bs_tasks_kill_largest(&p->tasks);

	(void)cpu;
	p->g->pressure->f.oom_kills += p->tasks.killed - killed;
	return freed;
}

static void own_lru(struct bs_program *p)
{
	struct bs_pressure *r = p->g->pressure;

	if (!r)
		return;
	r->anon = (struct bs_lru_owner){p, evict};
	r->shrink = shrink;
	r->shrink_arg = p;
	r->oom = oom;
	r->oom_arg = p;
}

/* ---- Before it begins ------------------------------------------------------------------------ */

static int base_failed(const struct bs_program *p, struct bs_error *err)
{
	return bs_error_set(
		err, BS_RESOURCE, 0, p->setup.spec->label, "use more --memory, or a smaller base",
		"the guest has no room for what is to be in use before the load begins");
}

static int take_huge(struct bs_program *p, uint64_t pages, struct bs_error *err)
{
	uint32_t id;

	while (pages) {
		const unsigned int order = pages >> HUGE_ORDER ? HUGE_ORDER : 0;

		if (take(p, 0, bs_load_user_gfp(order), order, &id) == BS_NO_PFN)
			return base_failed(p, err);
		pages -= UINT64_C(1) << order;
	}
	return 0;
}

/* One page of each @apart stays. */
static int take_apart(struct bs_program *p, uint64_t pages, uint64_t apart, struct bs_error *err)
{
	const uint64_t all = pages * apart;
	struct bs_task_block *between = calloc(all + 1, sizeof(*between));
	uint64_t n = 0;
	int ret = 0;

	if (!between)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, p->setup.spec->label, NULL, "base");
	for (uint64_t i = 0; i < all && !ret; i++) {
		struct bs_task_block *b = &between[n];

		b->at = take(p, 0, bs_load_user_gfp(0), 0, &b->id);
		if (b->at == BS_NO_PFN)
			ret = base_failed(p, err);
		else if (i % apart)
			n++;
	}
	while (n-- && !ret)
		bs_guest_free(p->g, 0, between[n].at, 0, between[n].id);
	free(between);
	return ret;
}

static int take_base(struct bs_program *p, struct bs_error *err)
{
	const uint64_t *v = p->setup.spec->values;
	const uint64_t pages = (v[BS_LOAD_BASE] + BS_UNIT_SIZE - 1) >> BS_UNIT_SHIFT;

	if (v[BS_LOAD_SPREAD] > 1)
		return take_apart(p, pages, v[BS_LOAD_SPREAD], err);
	return take_huge(p, pages, err);
}

int bs_program_begin(struct bs_program *p, bs_ns window_end, struct bs_error *err)
{
	struct bs_guest *g = p->g;
	const bool touch = g->touch, resident = p->setup.resident != BS_RESIDENT_NONE;
	int ret;

	g->touch = touch && resident;
	p->base = true;
	ret = take_base(p, err);
	p->base = false;
	p->base_ids = p->id;
	own_lru(p);
	g->touch = touch;
	if (ret)
		return ret;
	if (touch && resident)
		bs_guest_preset_resident(g, p->setup.resident == BS_RESIDENT_ALL);
	/* It was in use for long: nobody waits for its first touches. */
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		g->cpus[i] = (struct bs_cpu){.counted_until = window_end};
	p->counted_until = window_end;
	g->load = &p->load;
	bs_clock_add_load(g->clock, &p->load);
	if (!g->clock->failed)
		return 0;
	*err = g->clock->err;
	return -EIO;
}

void bs_program_close(struct bs_program *p)
{
	p->f.unfinished = p->tasks.left;
}

/* ---- Life ------------------------------------------------------------------------------------ */

int bs_program_create(struct bs_guest *g, const struct bs_program_setup *setup,
		      struct bs_program **out, struct bs_error *err)
{
	const unsigned int cpus = bs_load_nr_cpus(setup->spec);
	struct bs_program *p;
	int ret;

	*out = NULL;
	if (cpus > g->nr_cpus)
		return bs_error_set(err, BS_USAGE, 0, setup->spec->label,
				    "use more --cpus, or fewer of the load's (cpus=N)",
				    "needs %u CPUs, and the guest has %u", cpus, g->nr_cpus);
	p = calloc(1, sizeof(*p));
	if (!p)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, setup->spec->label, NULL, "load");
	p->load = (struct bs_load){
		.next = next, .run = run, .stood = stood, .moved = moved, .stays = stays, .arg = p};
	p->g = g;
	p->setup = *setup;
	p->next_check = setup->check_every ? setup->check_every : UINT64_MAX;
	p->f.over_at = BS_NO_TIME;
	ret = bs_tasks_init(&p->tasks, setup->spec, setup->seed,
			    setup->start + setup->spec->values[BS_LOAD_LEAD], &ops, p, err);
	if (ret)
		bs_program_destroy(p);
	else
		*out = p;
	return ret;
}

void bs_program_destroy(struct bs_program *p)
{
	if (!p)
		return;
	bs_tasks_free(&p->tasks);
	free(p);
}
