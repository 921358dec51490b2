// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_naive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bs_report_world.h"
#include "rng.h"

#define M BS_NAIVE_M
#define PAGES BS_NAIVE_PAGES
#define NONE BS_NAIVE_NONE
#define SCRIPTS 300
#define STEPS 60
#define MAX_CALLS 4096

/* ---- Lists ----------------------------------------------------------------------------------- */

int bs_naive_find(const struct bs_naive_list *l, int pfn)
{
	for (int i = 0; i < l->n; i++)
		if (l->node[i].pfn == pfn)
			return i;
	return NONE;
}

int bs_naive_raw(const struct bs_naive_list *l)
{
	int raw = 0;

	for (int i = 0; i < l->n; i++)
		raw += !l->node[i].marked;
	return raw;
}

static void insert(struct bs_naive *v, int type, int order, int at, int pfn)
{
	struct bs_naive_list *l = &v->list[type][order];

	assert_true(l->n < (int)(sizeof(l->node) / sizeof(l->node[0])));
	memmove(&l->node[at + 1], &l->node[at], (size_t)(l->n - at) * sizeof(l->node[0]));
	l->node[at] = (struct bs_naive_node){.pfn = pfn};
	l->n++;
	v->free_pages += 1 << order;
}

/* The boundary steps towards the tail; behind the last node it is the list's head again. */
static int take(struct bs_naive *v, int type, int order, int at)
{
	struct bs_naive_list *l = &v->list[type][order];
	const int pfn = l->node[at].pfn;

	if (v->boundary[order] == pfn)
		v->boundary[order] = at + 1 < l->n ? l->node[at + 1].pfn : NONE;
	l->n--;
	memmove(&l->node[at], &l->node[at + 1], (size_t)(l->n - at) * sizeof(l->node[0]));
	v->free_pages -= 1 << order;
	return pfn;
}

int bs_naive_take(struct bs_naive *v, int order, int at)
{
	return take(v, M, order, at);
}

/* ---- A buddy allocator (RULES.md, merge and split) ------------------------------------------ */

static bool is_free(const struct bs_naive *v, int pfn, int order)
{
	return bs_naive_find(&v->list[0][order], pfn) != NONE ||
	       bs_naive_find(&v->list[1][order], pfn) != NONE;
}

static bool take_buddy(struct bs_naive *v, int buddy, int order)
{
	for (int type = 0; type < 2; type++) {
		int at = bs_naive_find(&v->list[type][order], buddy);

		if (at == NONE)
			continue;
		take(v, type, order, at);
		return true;
	}
	return false;
}

/* A block that is likely to merge soon is put where it is not allocated first. */
static bool merge_is_likely(const struct bs_naive *v, int pfn, int order)
{
	int parent = pfn & ~(1 << order);

	return order < 9 && is_free(v, parent ^ (1 << (order + 1)), order + 1);
}

/* @tail: real tail, or in front of the boundary. */
static struct bs_naive_block put(struct bs_naive *v, int pfn, int order, bool tail, bool news)
{
	const int type = v->type[pfn / 512];
	int at = 0;

	while (order < 10 && take_buddy(v, pfn ^ (1 << order), order)) {
		pfn &= ~(1 << order);
		order++;
		if (news && v->kind->merged)
			v->kind->merged(v, pfn, order);
	}
	if (news && v->kind->final)
		v->kind->final(v, pfn, order);
	if (tail && v->active && v->boundary[order] != NONE)
		at = bs_naive_find(&v->list[type][order], v->boundary[order]);
	else if (tail || merge_is_likely(v, pfn, order))
		at = v->list[type][order].n;
	insert(v, type, order, at, pfn);
	return (struct bs_naive_block){pfn, order};
}

struct bs_naive_block bs_naive_put(struct bs_naive *v, struct bs_naive_block b, bool tail)
{
	return put(v, b.pfn, b.order, tail, false);
}

struct bs_naive_block bs_naive_put_marked(struct bs_naive *v, struct bs_naive_block b, bool tail)
{
	const struct bs_naive_block now = bs_naive_put(v, b, tail);
	struct bs_naive_list *l = &v->list[v->type[b.pfn / 512]][now.order];

	if (now.order == b.order)
		l->node[bs_naive_find(l, now.pfn)].marked = true;
	return now;
}

void bs_naive_free(struct bs_naive *v, int pfn, int order)
{
	struct bs_naive_block b;

	if (v->kind->freeing)
		v->kind->freeing(v, pfn, order);
	b = put(v, pfn, order, false, true);
	if (v->kind->freed && b.order >= 9)
		v->kind->freed(v, b.pfn, b.order);
}

/* The lower half is given away, the upper one is free. */
static int smallest(struct bs_naive *v, int order, int type)
{
	int from = order, pfn;

	while (from <= 10 && !v->list[type][from].n)
		from++;
	if (from > 10)
		return NONE;
	pfn = take(v, type, from, 0);
	while (from-- > order)
		insert(v, type, from, 0, pfn + (1 << from));
	return pfn;
}

/* The largest block of the other type changes sides, with its pageblocks. */
static bool steal(struct bs_naive *v, int order, int type)
{
	int from = 10, pfn;

	while (from >= order && from >= 9 && !v->list[!type][from].n)
		from--;
	if (from < order || from < 9)
		return false;
	pfn = take(v, !type, from, 0);
	for (int p = pfn; p < pfn + (1 << from); p += 512)
		v->type[p / 512] = type;
	insert(v, type, from, 0, pfn);
	return true;
}

int bs_naive_alloc(struct bs_naive *v, int order, int type)
{
	int pfn = smallest(v, order, type);

	if (pfn == NONE && steal(v, order, type))
		pfn = smallest(v, order, type);
	return pfn;
}

/* ---- The device and the clock ---------------------------------------------------------------- */

int bs_naive_tell(struct bs_naive *v, const struct bs_naive_block *b, int n)
{
	for (int i = 0; i < n; i++)
		v->used += (size_t)snprintf(v->log + v->used, sizeof(v->log) - v->used, "%d:%d ",
					    b[i].pfn, b[i].order);
	v->used += (size_t)snprintf(v->log + v->used, sizeof(v->log) - v->used, "| ");
	assert_true(v->used < sizeof(v->log));
	return ++v->calls;
}

void bs_naive_answer(struct bs_naive *v, int call)
{
	for (int i = 0; i < 2; i++) {
		const struct bs_naive_block *b = &v->during[2 * call + i];

		if (b->order)
			bs_naive_free(v, b->pfn, b->order);
	}
}

void bs_naive_request(struct bs_naive *v, const struct bs_naive_block *b, int n)
{
	bs_naive_answer(v, bs_naive_tell(v, b, n));
}

void bs_naive_install(struct bs_naive *v, int pfn, int order)
{
	v->installs_used +=
		(size_t)snprintf(v->installs + v->installs_used,
				 sizeof(v->installs) - v->installs_used, "%d:%d@0 ", pfn, order);
	assert_true(v->installs_used < sizeof(v->installs));
}

void bs_naive_wake(struct bs_naive *v, bs_ns delay)
{
	if (!v->due)
		v->wake_at = v->now + delay;
	v->due = true;
}

/* ---- Side by side ---------------------------------------------------------------------------- */

struct pair {
	struct bs_world *w;
	struct bs_naive v;
	struct bs_rng rng;
	bool owned[PAGES / 256]; /* by whoever allocates and frees in the script */
	struct bs_naive_block during[2 * MAX_CALLS];
};

static void set_owned(struct pair *p, int pfn, int order, bool owned)
{
	for (int i = pfn / 256; i < (pfn + (1 << order)) / 256; i++)
		p->owned[i] = owned;
}

static bool is_owned(const struct pair *p, int pfn, int order)
{
	bool owned = true;

	for (int i = pfn / 256; i < (pfn + (1 << order)) / 256; i++)
		owned &= p->owned[i];
	return owned;
}

/* Cut to size and freed, if it is the owner's; order 0 if not. */
static struct bs_naive_block free_if_owned(struct pair *p, int pfn, int order)
{
	if (!is_owned(p, pfn, order) ||
	    bs_split_allocated(p->w->m, (bs_pfn)pfn, (unsigned int)order))
		return (struct bs_naive_block){pfn, 0};
	set_owned(p, pfn, order, false);
	bs_world_free(p->w, (bs_pfn)pfn, (unsigned int)order);
	return (struct bs_naive_block){pfn, order};
}

static struct bs_naive_block free_some(struct pair *p)
{
	const int order = 8 + (int)bs_rng_below(&p->rng, 3);

	return free_if_owned(p, (int)bs_rng_below(&p->rng, (unsigned int)(PAGES >> order)) << order,
			     order);
}

/* What the last range of the last request would merge with when it comes back. */
static struct bs_naive_block free_buddy(struct pair *p)
{
	const char *range = p->w->log + p->w->log_used - 4; /* its end, in front of " | " */
	int pfn, order;

	while (range > p->w->log && range[-1] != ' ')
		range--;
	assert_int_equal(sscanf(range, "%d:%d", &pfn, &order), 2);
	return order == 9 ? free_if_owned(p, pfn ^ 512, 9) : (struct bs_naive_block){pfn, 0};
}

/* Requests see up to two frees while they are in flight: enough for what merges on its way back to
 * be more than the mark. */
static void during(struct bs_world *w, unsigned int call)
{
	struct pair *p = w->arg;

	assert_true(call < MAX_CALLS);
	if (!bs_rng_below(&p->rng, 2))
		p->during[2 * call] = free_buddy(p);
	if (!bs_rng_below(&p->rng, 2))
		p->during[2 * call + 1] = free_some(p);
}

static bs_ns next_use(struct bs_world *w, bs_pfn pfn, unsigned int order)
{
	const struct pair *p = w->arg;

	assert_int_equal(order, 9);
	return p->v.future[pfn / 512];
}

/* Half of the steps come a second after the last one, but none behind the pass that is due. */
static void let_time_pass(struct pair *p)
{
	const bs_ns now = p->w->now + bs_rng_below(&p->rng, 2) * BS_NS_PER_S;

	if (!p->w->wake_armed || now <= p->w->wake_at)
		p->v.now = p->w->now = now;
}

/* Each unit is needed at once, when it is just not or just worth a report, or never. */
static void draw_future(struct pair *p)
{
	const bs_ns gap = p->v.kind->gap;

	for (int unit = 0; unit < BS_NAIVE_UNITS; unit++) {
		const bs_ns left[] = {0, gap, gap + 1};
		const unsigned int i = (unsigned int)bs_rng_below(&p->rng, 4);

		p->v.future[unit] = i < 3 ? p->v.now + left[i] : BS_NO_TIME;
	}
}

static void pass(struct pair *p)
{
	assert_int_equal(p->w->wake_armed, p->v.due);
	bs_world_work(p->w);
	if (!p->v.due)
		return;
	p->v.due = false;
	p->v.now = p->v.wake_at;
	p->v.kind->pass(&p->v);
}

static void allocate(struct pair *p)
{
	const int order = 9 + (int)bs_rng_below(&p->rng, 2);
	const int pfn = bs_naive_alloc(&p->v, order, M);
	const bs_pfn real = bs_world_alloc(p->w, (unsigned int)order, M);

	assert_int_equal(real == BS_NO_PFN ? NONE : (int)real, pfn);
	if (pfn == NONE)
		return;
	set_owned(p, pfn, order, true);
	if (p->v.kind->allocated)
		p->v.kind->allocated(&p->v, pfn, order);
}

static void step(struct pair *p)
{
	struct bs_naive_block b;

	if (p->v.kind->timed)
		let_time_pass(p);
	if (p->v.kind->gap)
		draw_future(p);
	switch (bs_rng_below(&p->rng, p->v.kind->once ? 32 : 8)) {
	case 0:
	case 1:
		pass(p);
		return;
	case 2:
	case 3:
		allocate(p);
		return;
	}
	b = free_some(p);
	if (b.order)
		bs_naive_free(&p->v, b.pfn, b.order);
}

static void assert_same_list(struct pair *p, unsigned int type, unsigned int order)
{
	const struct bs_naive_list *l = &p->v.list[type][order];
	char text[512] = "";
	size_t used = 0;

	for (int i = 0; i < l->n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d%s", i ? "," : "",
					 l->node[i].pfn, l->node[i].marked ? "r" : "");
	assert_true(used < sizeof(text));
	bs_assert_list(p->w, order, type, text);
}

static void assert_same(struct pair *p)
{
	p->v.log[p->v.used] = '\0';
	assert_string_equal(bs_world_log(p->w), p->v.log);
	p->v.used = 0;
	p->v.installs[p->v.installs_used] = '\0';
	assert_string_equal(bs_world_installs(p->w), p->v.installs);
	p->v.installs_used = 0;
	assert_int_equal(p->w->wake_armed, p->v.due);
	if (p->v.kind->timed && p->v.due)
		assert_int_equal(p->w->wake_at, p->v.wake_at);
	for (unsigned int type = 0; type < 2; type++)
		for (unsigned int order = p->v.kind->small ? 0 : 8; order <= 10; order++)
			assert_same_list(p, type, order);
}

static void naive_start(struct bs_naive *v)
{
	v->s = calloc(1, v->kind->state_size + 1);
	assert_non_null(v->s);
	for (int i = 0; i <= BS_NAIVE_UNITS; i++)
		v->type[i] = M;
	for (int order = 0; order <= 10; order++)
		v->boundary[order] = NONE;
	insert(v, M, 8, 0, PAGES);
	if (v->kind->start)
		v->kind->start(v);
}

static void run_script(const struct bs_naive_kind *k, uint64_t seed, uint64_t *calls)
{
	static const struct pair zero;
	struct pair p = zero;
	char strategy[128];

	bs_rng_seed(&p.rng, seed);
	p.v.kind = k;
	p.v.capacity = 1 + (int)bs_rng_below(&p.rng, 4);
	p.v.hwm = 1 + (int)bs_rng_below(&p.rng, 3);
	p.v.during = p.during;
	p.w = bs_world_create_full("linux-5.4", PAGES);
	p.w->arg = &p;
	p.w->during = during;
	p.w->next_use = k->gap ? next_use : NULL;
	p.w->break_even = k->gap;
	set_owned(&p, 0, 13, true);
	snprintf(strategy, sizeof(strategy), k->params, p.v.capacity * (k->scale ? k->scale : 1),
		 p.v.hwm);
	bs_world_start(p.w, strategy, k->device ? (unsigned int)k->device : 32);
	naive_start(&p.v);
	for (int i = 0; i < STEPS; i++) {
		step(&p);
		assert_same(&p);
	}
	assert_false(p.w->not_taken);
	assert_int_equal(p.w->violations, 0);
	*calls += p.w->calls;
	bs_world_destroy(p.w);
	free(p.v.s);
}

void bs_naive_run(const struct bs_naive_kind *k, uint64_t least)
{
	uint64_t calls = 0;

	for (uint64_t seed = 1; seed <= SCRIPTS; seed++)
		run_script(k, seed, &calls);
	print_message("  %s: %u scripts, %llu requests\n", k->params, SCRIPTS,
		      (unsigned long long)calls);
	assert_true(calls >= least);
}
