// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The strategies that look for raw blocks on the lists, walked a second time from STRATEGIES.md
 * 4 to 9 beside the real ones. What the guest is and what is compared: bs_naive.h.
 */
#include "bs_naive.h"

#include <string.h>

#define M BS_NAIVE_M
#define NONE BS_NAIVE_NONE

/* ---- april-sketch, capacity: at most so many times 4 MiB at a time --------------------------- */

/*
 * What the mail leaves open is as the head comment of src/report/april_sketch.c has it: what was
 * freed counts from when the thread last found no raw block, and a batch is full when the largest
 * block would no longer fit into the limit.
 */
struct sketch {
	bool requested;
	int fresh[11]; /* since all was last collected */
	struct bs_naive_block batch[8];
};

static void sketch_start(struct bs_naive *v)
{
	struct sketch *s = v->s;

	s->requested = v->due = true;
}

static void sketch_freed(struct bs_naive *v, int pfn, int order)
{
	struct sketch *s = v->s;

	(void)pfn;
	s->fresh[order]++;
	if (!s->requested && v->list[M][order].n >= v->hwm && s->fresh[order] >= v->hwm)
		s->requested = v->due = true;
}

/* Smallest fit, the first from the head that is not Offline. */
static bool sketch_pull(struct bs_naive *v, struct bs_naive_block *b)
{
	for (int order = 9; order <= 10; order++) {
		const struct bs_naive_list *l = &v->list[M][order];
		int at = 0;

		while (at < l->n && l->node[at].marked)
			at++;
		if (at == l->n)
			continue;
		*b = (struct bs_naive_block){bs_naive_take(v, order, at), order};
		return true;
	}
	return false;
}

/* Return: how many blocks; *all: no raw one is left. */
static int sketch_collect(struct bs_naive *v, bool *all)
{
	struct sketch *s = v->s;
	int n = 0, pages = 0;

	while (pages + 1024 <= v->capacity * 1024) {
		if (!sketch_pull(v, &s->batch[n])) {
			*all = true;
			break;
		}
		pages += 1 << s->batch[n++].order;
	}
	if (*all)
		memset(s->fresh, 0, sizeof(s->fresh));
	return n;
}

static void sketch_pass(struct bs_naive *v)
{
	struct sketch *s = v->s;
	bool all = !s->requested;

	while (!all) {
		int n = sketch_collect(v, &all);

		s->requested = false;
		if (!n)
			break;
		bs_naive_request(v, s->batch, n);
		for (int i = 0; i < n; i++) {
			s->fresh[s->batch[i].order]--;
			s->fresh[bs_naive_put_marked(v, s->batch[i], true).order]++;
		}
	}
}

static void test_april_sketch(void **state)
{
	(void)state;
	bs_naive_run(
		&(struct bs_naive_kind){
			.params = "april-sketch:limit=%dMiB,hwm=%d",
			.state_size = sizeof(struct sketch),
			.scale = 4,
			.start = sketch_start,
			.freed = sketch_freed,
			.pass = sketch_pass,
		},
		301);
}

/* ---- Started by a high-water mark: bubble, scatterlist, boundary, list-walk ------------------ */

struct hwm {
	bool requested;
	int refcount;
	struct bs_naive_block batch[4];
};

static void hwm_request(struct bs_naive *v)
{
	struct hwm *s = v->s;

	s->requested = true;
	if (!s->refcount++)
		v->due = true;
}

static void hwm_freed(struct bs_naive *v, int pfn, int order)
{
	struct hwm *s = v->s;

	(void)pfn;
	if (!s->requested && bs_naive_raw(&v->list[M][order]) >= v->hwm)
		hwm_request(v);
}

/* @get: index of the next raw block of a list, or NONE. Nothing left: this round is the last. */
static int hwm_fill(struct bs_naive *v, int (*get)(struct bs_naive *v, int order))
{
	struct hwm *s = v->s;
	int n = 0;

	for (int order = 10; order >= 9; order--) {
		int at;

		while (n < v->capacity && (at = get(v, order)) != NONE)
			s->batch[n++] = (struct bs_naive_block){bs_naive_take(v, order, at), order};
	}
	if (n < v->capacity) {
		s->requested = false;
		s->refcount--;
	}
	return n;
}

static void no_boundaries(struct bs_naive *v)
{
	v->boundary[9] = v->boundary[10] = NONE;
}

/* Index of the node that stands where the list begins to be reported. */
static int boundary_at(const struct bs_naive *v, int order)
{
	const struct bs_naive_list *l = &v->list[M][order];

	return v->active && v->boundary[order] != NONE ? bs_naive_find(l, v->boundary[order])
						       : l->n;
}

/* ---- bubble ---------------------------------------------------------------------------------- */

/* The node before the aerated run; if that is aerated, the first of the list. */
static int bubble_get(struct bs_naive *v, int order)
{
	const struct bs_naive_list *l = &v->list[M][order];
	int at = boundary_at(v, order) - 1;

	if (at < 0)
		return NONE;
	if (!l->node[at].marked)
		return at;
	return l->node[0].marked ? NONE : 0;
}

/* A block that merged on its way back is as raw as any, and news. */
static void bubble_drain(struct bs_naive *v, int n)
{
	struct hwm *s = v->s;

	for (int i = 0; i < n; i++) {
		struct bs_naive_block b = bs_naive_put_marked(v, s->batch[i], true);

		if (b.order == s->batch[i].order)
			v->boundary[b.order] = b.pfn;
		else
			hwm_freed(v, b.pfn, b.order);
	}
}

static void bubble_scrub(struct bs_naive *v)
{
	struct hwm *s = v->s;
	int n;

	do {
		n = hwm_fill(v, bubble_get);
		if (!n)
			break;
		bs_naive_request(v, s->batch, n);
		if (!v->active)
			no_boundaries(v);
		v->active = true;
		bubble_drain(v, n);
	} while (s->requested);
	v->active = false;
}

static void bubble_pass(struct bs_naive *v)
{
	struct hwm *s = v->s;

	s->refcount++; /* keep-alive */
	do {
		if (s->requested)
			bubble_scrub(v);
	} while (s->refcount > 1);
	s->refcount = 0;
}

static void test_bubble(void **state)
{
	(void)state;
	bs_naive_run(
		&(struct bs_naive_kind){
			.params = "bubble:capacity=%d,hwm=%d",
			.state_size = sizeof(struct hwm),
			.start = hwm_request,
			.freed = hwm_freed,
			.pass = bubble_pass,
		},
		301);
}

/* ---- scatterlist ----------------------------------------------------------------------------- */

/* bubble's, and a list whose ends are both reported is done with as a whole (rule 7 there). */
static int scatterlist_get(struct bs_naive *v, int order)
{
	const struct bs_naive_list *l = &v->list[M][order];
	int at = bubble_get(v, order);

	if (at == NONE && boundary_at(v, order) > 0)
		v->boundary[order] = l->node[0].pfn;
	return at;
}

static void scatterlist_cycle(struct bs_naive *v)
{
	struct hwm *s = v->s;
	int n;

	no_boundaries(v);
	v->active = true;
	do {
		n = hwm_fill(v, scatterlist_get);
		if (!n)
			break;
		bs_naive_request(v, s->batch, n);
		for (int i = 0; i < n; i++) {
			struct bs_naive_block b = bs_naive_put_marked(v, s->batch[i], true);

			if (b.order == s->batch[i].order)
				v->boundary[b.order] = b.pfn;
		}
	} while (s->requested);
	v->active = false;
}

static void scatterlist_pass(struct bs_naive *v)
{
	struct hwm *s = v->s;

	do {
		if (s->requested)
			scatterlist_cycle(v);
	} while (s->refcount);
}

static void test_scatterlist(void **state)
{
	(void)state;
	bs_naive_run(
		&(struct bs_naive_kind){
			.params = "scatterlist:capacity=%d,hwm=%d",
			.state_size = sizeof(struct hwm),
			.start = hwm_request,
			.freed = hwm_freed,
			.pass = scatterlist_pass,
		},
		301);
}

/* ---- boundary and list-walk ------------------------------------------------------------------ */

/* list-walk: from one end over all that is marked. */
static int list_walk_get(struct bs_naive *v, int order)
{
	const struct bs_naive_list *l = &v->list[M][order];

	for (int i = 0; i < l->n; i++) {
		int at = v->kind->variant ? i : l->n - 1 - i;

		if (!l->node[at].marked)
			return at;
	}
	return NONE;
}

/* boundary: from the boundary to the head; the boundary follows. */
static int boundary_get(struct bs_naive *v, int order)
{
	const struct bs_naive_list *l = &v->list[M][order];
	int at = boundary_at(v, order);

	while (--at >= 0 && l->node[at].marked)
		v->boundary[order] = l->node[at].pfn;
	return at;
}

static void walk(struct bs_naive *v, bool boundary)
{
	struct hwm *s = v->s;

	while (s->refcount) {
		int n;

		if (boundary && !v->active) {
			v->active = true;
			no_boundaries(v);
		}
		n = hwm_fill(v, boundary ? boundary_get : list_walk_get);
		if (n < v->capacity)
			v->active = false;
		if (!n)
			continue;
		bs_naive_request(v, s->batch, n);
		for (int i = 0; i < n; i++)
			bs_naive_put_marked(v, s->batch[i], true);
	}
}

static void list_walk_pass(struct bs_naive *v)
{
	walk(v, false);
}

static void boundary_pass(struct bs_naive *v)
{
	walk(v, true);
}

static void test_list_walk(void **state)
{
	struct bs_naive_kind k = {
		.params = "list-walk:capacity=%d,hwm=%d",
		.state_size = sizeof(struct hwm),
		.start = hwm_request,
		.freed = hwm_freed,
		.pass = list_walk_pass,
	};

	(void)state;
	bs_naive_run(&k, 301);
	k.params = "list-walk:capacity=%d,hwm=%d,from=head";
	k.variant = 1;
	bs_naive_run(&k, 301);
}

static void test_boundary(void **state)
{
	(void)state;
	bs_naive_run(
		&(struct bs_naive_kind){
			.params = "boundary:capacity=%d,hwm=%d",
			.state_size = sizeof(struct hwm),
			.start = hwm_request,
			.freed = hwm_freed,
			.pass = boundary_pass,
		},
		301);
}

/* ---- rotation -------------------------------------------------------------------------------- */

enum { SINCE_5_10, BEFORE_5_10 };

struct rotation {
	enum { IDLE, REQUESTED, ACTIVE } state;
	struct bs_naive_block batch[4];
	int slots;
};

static void rotation_request(struct bs_naive *v)
{
	struct rotation *s = v->s;

	v->due |= s->state == IDLE;
	s->state = REQUESTED;
}

static void rotation_freed(struct bs_naive *v, int pfn, int order)
{
	(void)pfn;
	(void)order;
	rotation_request(v);
}

static void rotate(struct bs_naive_list *l, int at)
{
	struct bs_naive_list old = *l;

	for (int i = 0; i < l->n; i++)
		l->node[i] = old.node[(at + i) % l->n];
}

/* The batch is filled from its end: the last taken is the first told and put back. */
static void rotation_send(struct bs_naive *v)
{
	struct rotation *s = v->s;
	struct bs_naive_block told[4] = {0};
	int n = s->slots;

	for (int i = 0; i < n; i++)
		told[i] = s->batch[n - 1 - i];
	bs_naive_request(v, told, n);
	for (int i = 0; i < n; i++)
		bs_naive_put_marked(v, told[i], v->kind->variant == SINCE_5_10);
	s->slots = 0;
}

static void rotation_list(struct bs_naive *v, int order)
{
	struct bs_naive_list *l = &v->list[M][order];
	int budget = (l->n + v->capacity * 16 - 1) / (v->capacity * 16);
	struct rotation *s = v->s;
	int at = 0;

	while (at < l->n) {
		if (l->node[at].marked) {
			at++;
		} else if (budget < 0) {
			s->state = REQUESTED;
			rotate(l, at);
			return;
		} else if (s->slots < v->capacity) {
			s->batch[s->slots++] =
				(struct bs_naive_block){bs_naive_take(v, order, at), order};
		} else {
			rotate(l, at);
			rotation_send(v);
			budget--;
			at = 0;
		}
	}
}

static void rotation_pass(struct bs_naive *v)
{
	struct rotation *s = v->s;

	s->state = ACTIVE;
	if (v->free_pages > v->capacity << 9) {
		rotation_list(v, 9);
		rotation_list(v, 10);
		if (s->slots)
			rotation_send(v);
	}
	v->due = s->state == REQUESTED;
	if (!v->due)
		s->state = IDLE;
}

static void test_rotation(void **state)
{
	struct bs_naive_kind k = {
		.params = "rotation:rev=6.1,capacity=%d",
		.state_size = sizeof(struct rotation),
		.start = rotation_request,
		.freed = rotation_freed,
		.pass = rotation_pass,
	};

	(void)state;
	bs_naive_run(&k, 301);
	k.params = "rotation:rev=5.7,capacity=%d";
	k.variant = BEFORE_5_10;
	bs_naive_run(&k, 301);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_april_sketch), cmocka_unit_test(test_bubble),
		cmocka_unit_test(test_scatterlist),  cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_list_walk),    cmocka_unit_test(test_rotation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
