// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The strategies whose rule is short, walked a second time: the spec's pseudo-code (reporting.md 2,
 * 3.2, 7, 8, 9) over plain arrays, without anything of src/. Random scripts of frees, allocations
 * and passes, with frees while a request is in flight; requests, lists and marks must be the same
 * after each step.
 *
 * The naive guest knows the lists of order 9 and 10 of one zone of 8192 pages, and which blocks of
 * order 8 are free. All is movable, the marks are 0, and 256 pages behind the blocks are always
 * free, so that the watermark never refuses a block.
 */
#include "bs_test.h"

#include <stdio.h>
#include <string.h>

#include "bs_report_world.h"
#include "rng.h"

#define M BS_MIGRATE_MOVABLE
#define PAGES 8192
#define SCRIPTS 300
#define STEPS 60
#define MAX_CALLS 4096
#define NONE (-1)

struct node {
	int pfn;
	bool marked;
};

struct list {
	struct node node[PAGES / 512];
	int n;
};

struct free_op {
	int pfn, order; /* order 0: nothing is freed */
};

struct naive {
	const struct kind *kind;
	int capacity, hwm; /* of the script */
	struct list list[11]; /* [9] and [10] */
	bool free8[PAGES / 256];
	int free_pages;
	bool due;

	char log[1 << 16];
	size_t used;
	int calls;
	const struct free_op *during; /* by number of the call, from 1 */

	bool bit[PAGES / 512], active; /* bitmap; active: boundary, too */
	int bits;
	bool requested; /* list-walk, boundary */
	int refcount, boundary[11];
	enum { IDLE, REQUESTED, ACTIVE } state; /* rotation */
	struct free_op batch[8];
	int slots;
};

/* @params: with the capacity and the mark of the script; the hooks may be NULL. */
struct kind {
	const char *params;
	bool from_head, old; /* list-walk; rotation before 5.10 */
	void (*start)(struct naive *v);
	void (*freeing)(struct naive *v, int pfn, int order);
	void (*merged)(struct naive *v, int pfn, int order);
	void (*final)(struct naive *v, int pfn, int order);
	void (*freed)(struct naive *v, int pfn, int order);
	void (*pass)(struct naive *v);
};

/* ---- Lists and a buddy allocator ------------------------------------------------------------- */

static int find(const struct list *l, int pfn)
{
	for (int i = 0; i < l->n; i++)
		if (l->node[i].pfn == pfn)
			return i;
	return NONE;
}

static void insert(struct list *l, int at, int pfn)
{
	memmove(&l->node[at + 1], &l->node[at], (size_t)(l->n - at) * sizeof(l->node[0]));
	l->node[at] = (struct node){.pfn = pfn};
	l->n++;
}

/* The boundary steps towards the tail; behind the last node it is the list's head again. */
static void take(struct naive *v, int order, int at)
{
	struct list *l = &v->list[order];

	if (v->boundary[order] == l->node[at].pfn)
		v->boundary[order] = at + 1 < l->n ? l->node[at + 1].pfn : NONE;
	l->n--;
	memmove(&l->node[at], &l->node[at + 1], (size_t)(l->n - at) * sizeof(l->node[0]));
	v->free_pages -= 1 << order;
}

static bool take_buddy(struct naive *v, int buddy, int order)
{
	int at;

	if (order == 8) {
		if (!v->free8[buddy / 256])
			return false;
		v->free8[buddy / 256] = false;
		v->free_pages -= 256;
		return true;
	}
	at = find(&v->list[order], buddy);
	if (at == NONE)
		return false;
	take(v, order, at);
	return true;
}

/* @tail: real tail, or in front of the boundary. Return: the order it ends up with. */
static int put(struct naive *v, int pfn, int order, bool tail, bool news, int *head)
{
	struct list *l;
	int at = 0;

	while (order < 10 && take_buddy(v, pfn ^ (1 << order), order)) {
		pfn &= ~(1 << order);
		order++;
		if (news && v->kind->merged)
			v->kind->merged(v, pfn, order);
	}
	if (news && v->kind->final)
		v->kind->final(v, pfn, order);
	*head = pfn;
	v->free_pages += 1 << order;
	if (order == 8) {
		v->free8[pfn / 256] = true;
		return order;
	}
	l = &v->list[order];
	if (tail)
		at = v->active && v->boundary[order] != NONE ? find(l, v->boundary[order]) : l->n;
	insert(l, at, pfn);
	return order;
}

static void owner_frees(struct naive *v, int pfn, int order)
{
	int head;

	if (v->kind->freeing)
		v->kind->freeing(v, pfn, order);
	order = put(v, pfn, order, false, true, &head);
	if (v->kind->freed && order >= 9)
		v->kind->freed(v, head, order);
}

static int owner_allocates(struct naive *v, int order)
{
	int from = order == 9 && v->list[9].n ? 9 : 10, pfn;

	if (!v->list[from].n)
		return NONE;
	pfn = v->list[from].node[0].pfn;
	take(v, from, 0);
	if (from > order) {
		insert(&v->list[9], 0, pfn + 512);
		v->free_pages += 512;
	}
	return pfn;
}

static void put_back(struct naive *v, struct free_op b, bool tail, bool mark)
{
	int head;

	if (put(v, b.pfn, b.order, tail, false, &head) == b.order && mark)
		v->list[b.order].node[find(&v->list[b.order], head)].marked = true;
}

static void request(struct naive *v, const struct free_op *b, int n)
{
	for (int i = 0; i < n; i++)
		v->used += (size_t)snprintf(v->log + v->used, sizeof(v->log) - v->used, "%d:%d ",
					    b[i].pfn, b[i].order);
	v->used += (size_t)snprintf(v->log + v->used, sizeof(v->log) - v->used, "| ");
	v->calls++;
	if (v->during[v->calls].order)
		owner_frees(v, v->during[v->calls].pfn, v->during[v->calls].order);
}

static int raw_of(const struct list *l)
{
	int raw = 0;

	for (int i = 0; i < l->n; i++)
		raw += !l->node[i].marked;
	return raw;
}

/* ---- S1 -------------------------------------------------------------------------------------- */

static void tell(struct naive *v, int pfn, int order)
{
	if (order >= 9)
		request(v, &(struct free_op){pfn, order}, 1);
}

static void tell_nine(struct naive *v, int pfn, int order)
{
	if (order == 9)
		tell(v, pfn, order);
}

/* ---- S2 -------------------------------------------------------------------------------------- */

static void bitmap_freed(struct naive *v, int pfn, int order)
{
	(void)order;
	v->bits += !v->bit[pfn / 512];
	v->bit[pfn / 512] = true;
	if (!v->active && v->bits >= v->capacity)
		v->due = true;
}

static void bitmap_send(struct naive *v)
{
	request(v, v->batch, v->slots);
	for (int i = 0; i < v->slots; i++)
		put_back(v, v->batch[i], false, false);
	v->slots = 0;
}

static void bitmap_pass(struct naive *v)
{
	v->active = true;
	for (int b = 0; b < PAGES / 512; b++) {
		if (!v->bit[b])
			continue;
		v->bit[b] = false;
		v->bits--;
		for (int order = 9; order <= 10; order++) {
			int at = find(&v->list[order], b * 512);

			if (at == NONE)
				continue;
			take(v, order, at);
			v->batch[v->slots++] = (struct free_op){b * 512, order};
			break;
		}
		if (v->slots == v->capacity)
			bitmap_send(v);
	}
	if (v->slots)
		bitmap_send(v);
	v->active = false;
}

/* ---- S5 and S6 ------------------------------------------------------------------------------- */

static void hwm_request(struct naive *v)
{
	v->requested = true;
	if (!v->refcount++)
		v->due = true;
}

static void hwm_freed(struct naive *v, int pfn, int order)
{
	(void)pfn;
	if (!v->requested && raw_of(&v->list[order]) >= v->hwm)
		hwm_request(v);
}

/* S6: from one end over all that is marked. */
static int walk_all(struct naive *v, int order)
{
	const struct list *l = &v->list[order];

	for (int i = 0; i < l->n; i++) {
		int at = v->kind->from_head ? i : l->n - 1 - i;

		if (!l->node[at].marked)
			return at;
	}
	return NONE;
}

/* S5: from the boundary to the head; the boundary follows. */
static int walk_boundary(struct naive *v, int order)
{
	const struct list *l = &v->list[order];
	int at = v->boundary[order] == NONE ? l->n : find(l, v->boundary[order]);

	while (--at >= 0 && l->node[at].marked)
		v->boundary[order] = l->node[at].pfn;
	return at;
}

static int hwm_fill(struct naive *v, int (*get)(struct naive *v, int order))
{
	int n = 0;

	for (int order = 10; order >= 9; order--) {
		int at;

		while (n < v->capacity && (at = get(v, order)) != NONE) {
			v->batch[n++] = (struct free_op){v->list[order].node[at].pfn, order};
			take(v, order, at);
		}
	}
	if (n < v->capacity) {
		v->active = v->requested = false;
		v->refcount--;
	}
	return n;
}

static void hwm_run(struct naive *v, bool boundary)
{
	while (v->refcount) {
		int n;

		if (boundary && !v->active) {
			v->active = true;
			v->boundary[9] = v->boundary[10] = NONE;
		}
		n = hwm_fill(v, boundary ? walk_boundary : walk_all);
		if (!n)
			continue;
		request(v, v->batch, n);
		for (int i = 0; i < n; i++)
			put_back(v, v->batch[i], true, true);
	}
}

static void list_walk_pass(struct naive *v)
{
	hwm_run(v, false);
}

static void boundary_pass(struct naive *v)
{
	hwm_run(v, true);
}

/* ---- S7 -------------------------------------------------------------------------------------- */

static void rotation_request(struct naive *v)
{
	v->due |= v->state == IDLE;
	v->state = REQUESTED;
}

static void rotation_freed(struct naive *v, int pfn, int order)
{
	(void)pfn;
	(void)order;
	rotation_request(v);
}

static void rotate(struct list *l, int at)
{
	struct list old = *l;

	for (int i = 0; i < l->n; i++)
		l->node[i] = old.node[(at + i) % l->n];
}

/* The batch is filled from its end: the last taken is the first told and put back. */
static void rotation_send(struct naive *v)
{
	struct free_op told[8] = {0};
	int n = v->slots;

	for (int i = 0; i < n; i++)
		told[i] = v->batch[n - 1 - i];
	request(v, told, n);
	for (int i = 0; i < n; i++)
		put_back(v, told[i], !v->kind->old, true);
	v->slots = 0;
}

static void rotation_list(struct naive *v, int order)
{
	struct list *l = &v->list[order];
	int budget = (l->n + v->capacity * 16 - 1) / (v->capacity * 16);
	int at = 0;

	while (at < l->n) {
		if (l->node[at].marked) {
			at++;
		} else if (budget < 0) {
			v->state = REQUESTED;
			rotate(l, at);
			return;
		} else if (v->slots < v->capacity) {
			v->batch[v->slots++] = (struct free_op){l->node[at].pfn, order};
			take(v, order, at);
		} else {
			rotate(l, at);
			rotation_send(v);
			budget--;
			at = 0;
		}
	}
}

static void rotation_pass(struct naive *v)
{
	v->state = ACTIVE;
	if (v->free_pages > v->capacity << 9) {
		rotation_list(v, 9);
		rotation_list(v, 10);
		if (v->slots)
			rotation_send(v);
	}
	v->due = v->state == REQUESTED;
	if (!v->due)
		v->state = IDLE;
}

/* ---- Side by side ---------------------------------------------------------------------------- */

struct pair {
	struct bs_world *w;
	struct naive v;
	struct bs_rng rng;
	struct free_op during[MAX_CALLS];
};

/* A range of the guest's that is in use, cut to size; order 0 if the one drawn is not. */
static struct free_op draw(struct pair *p)
{
	int order = 8 + (int)bs_rng_below(&p->rng, 3);
	int pfn = (int)bs_rng_below(&p->rng, PAGES >> order) << order;

	if (bs_split_allocated(p->w->m, (bs_pfn)pfn, (unsigned int)order))
		order = 0;
	return (struct free_op){pfn, order};
}

/* Half of the requests see a free while they are in flight. */
static void during(struct bs_world *w, unsigned int call)
{
	struct pair *p = w->arg;

	assert_true(call < MAX_CALLS);
	if (bs_rng_below(&p->rng, 2))
		return;
	p->during[call] = draw(p);
	if (p->during[call].order)
		bs_world_free(w, (bs_pfn)p->during[call].pfn, (unsigned int)p->during[call].order);
}

static void step(struct pair *p)
{
	struct free_op op;
	int order;

	switch (bs_rng_below(&p->rng, 8)) {
	case 0:
	case 1:
		assert_true(p->w->wake_armed == p->v.due);
		bs_world_work(p->w);
		if (p->v.due) {
			p->v.due = false;
			p->v.kind->pass(&p->v);
		}
		return;
	case 2:
	case 3:
		order = 9 + (int)bs_rng_below(&p->rng, 2);
		op.pfn = owner_allocates(&p->v, order);
		if (op.pfn != NONE)
			assert_int_equal(bs_world_alloc(p->w, (unsigned int)order, M), op.pfn);
		return;
	}
	op = draw(p);
	if (!op.order)
		return;
	bs_world_free(p->w, (bs_pfn)op.pfn, (unsigned int)op.order);
	owner_frees(&p->v, op.pfn, op.order);
}

static void assert_same(struct pair *p)
{
	p->v.log[p->v.used] = '\0';
	assert_string_equal(bs_world_log(p->w), p->v.log);
	p->v.used = 0;
	assert_int_equal(p->w->wake_armed, p->v.due);
	for (unsigned int order = 9; order <= 10; order++) {
		const struct list *l = &p->v.list[order];
		char text[512] = "";
		size_t used = 0;

		for (int i = 0; i < l->n; i++)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d%s",
						 i ? "," : "", l->node[i].pfn,
						 l->node[i].marked ? "r" : "");
		bs_assert_list(p->w, order, M, text);
	}
}

static void run_script(const struct kind *k, uint64_t seed, uint64_t *calls)
{
	static const struct pair zero;
	struct pair p = zero;
	char strategy[128];

	bs_rng_seed(&p.rng, seed);
	p.v.kind = k;
	p.v.capacity = 1 + (int)bs_rng_below(&p.rng, 4);
	p.v.hwm = 1 + (int)bs_rng_below(&p.rng, 3);
	p.v.boundary[9] = p.v.boundary[10] = NONE;
	p.v.free_pages = 256;
	p.v.during = p.during;
	p.w = bs_world_create_full("linux-5.4", PAGES);
	p.w->arg = &p;
	p.w->during = k->pass ? during : NULL;
	snprintf(strategy, sizeof(strategy), k->params, p.v.capacity, p.v.hwm);
	bs_world_start(p.w, strategy, 32);
	if (k->start)
		k->start(&p.v);
	for (int i = 0; i < STEPS; i++) {
		step(&p);
		assert_same(&p);
	}
	assert_false(p.w->not_taken);
	assert_int_equal(p.w->violations, 0);
	*calls += p.w->calls;
	bs_world_destroy(p.w);
}

static void run_scripts(const struct kind *k)
{
	uint64_t calls = 0;

	for (uint64_t seed = 1; seed <= SCRIPTS; seed++)
		run_script(k, seed, &calls);
	print_message("  %s: %u scripts, %llu requests\n", k->params, SCRIPTS,
		      (unsigned long long)calls);
	assert_true(calls > SCRIPTS);
}

static void test_hypercall(void **state)
{
	(void)state;
	run_scripts(&(struct kind){
		.params = "hypercall:hint=merge", .freeing = tell, .merged = tell_nine});
	run_scripts(&(struct kind){.params = "hypercall:hint=final", .final = tell});
}

static void test_bitmap(void **state)
{
	(void)state;
	run_scripts(&(struct kind){
		.params = "bitmap:capacity=%d", .freed = bitmap_freed, .pass = bitmap_pass});
}

static void test_list_walk(void **state)
{
	struct kind k = {
		.params = "list-walk:capacity=%d,hwm=%d",
		.start = hwm_request,
		.freed = hwm_freed,
		.pass = list_walk_pass,
	};

	(void)state;
	run_scripts(&k);
	k.params = "list-walk:capacity=%d,hwm=%d,from=head";
	k.from_head = true;
	run_scripts(&k);
}

static void test_boundary(void **state)
{
	(void)state;
	run_scripts(&(struct kind){
		.params = "boundary:capacity=%d,hwm=%d",
		.start = hwm_request,
		.freed = hwm_freed,
		.pass = boundary_pass,
	});
}

static void test_rotation(void **state)
{
	struct kind k = {
		.params = "rotation:rev=6.1,capacity=%d",
		.start = rotation_request,
		.freed = rotation_freed,
		.pass = rotation_pass,
	};

	(void)state;
	run_scripts(&k);
	k.params = "rotation:rev=5.7,capacity=%d";
	k.old = true;
	run_scripts(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hypercall), cmocka_unit_test(test_bitmap),
		cmocka_unit_test(test_list_walk), cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_rotation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
