// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The strategies that write down frees, walked a second time from STRATEGIES.md
 * beside the real ones. What the guest is and what is compared: bs_naive.h.
 */
#include "bs_naive.h"

#define NONE BS_NAIVE_NONE

/* ---- none ------------------------------------------------------------------------------------ */

static void test_none(void **state)
{
	(void)state;
	bs_naive_run(&(struct bs_naive_kind){.params = "none"}, 0);
}

/* ---- hypercall ------------------------------------------------------------------------------- */

static void tell(struct bs_naive *v, int pfn, int order)
{
	if (order >= 9)
		bs_naive_tell(v, &(struct bs_naive_block){pfn, order}, 1);
}

static void tell_nine(struct bs_naive *v, int pfn, int order)
{
	if (order == 9)
		tell(v, pfn, order);
}

static void test_hypercall(void **state)
{
	(void)state;
	bs_naive_run(&(struct bs_naive_kind){.params = "hypercall:hint=merge",
					     .freeing = tell,
					     .merged = tell_nine},
		     301);
	bs_naive_run(&(struct bs_naive_kind){.params = "hypercall:hint=final", .final = tell}, 301);
}

/* ---- percpu-array: capacity: entries, hwm: threshold ----------------------------------------- */

struct percpu_array {
	int entry[4], n;
};

static bool has_entry(const struct percpu_array *s, int pfn)
{
	bool found = false;

	for (int i = 0; i < s->n; i++)
		found |= s->entry[i] == pfn;
	return found;
}

static bool is_worth_a_scan(const struct bs_naive *v, const struct percpu_array *s)
{
	return s->n >= v->hwm || s->n == v->capacity;
}

/* Of order 10 only; a full array drops the hint. */
static void percpu_freed(struct bs_naive *v, int pfn, int order)
{
	struct percpu_array *s = v->s;

	if (order < 10 || has_entry(s, pfn) || s->n == v->capacity)
		return;
	s->entry[s->n++] = pfn;
	v->due |= is_worth_a_scan(v, s);
}

/* All that are still free are taken at once, by address, and freed by the ordinary rule after the
 * last answer; the device takes three at a time. What was freed meanwhile is forgotten with the
 * rest of the array. */
static void percpu_pass(struct bs_naive *v)
{
	struct bs_naive_block taken[4];
	struct percpu_array *s = v->s;
	int n = 0;

	if (!is_worth_a_scan(v, s))
		return;
	for (int pfn = 0; pfn < BS_NAIVE_PAGES; pfn += 1024) {
		int at = bs_naive_find(&v->list[BS_NAIVE_M][10], pfn);

		if (has_entry(s, pfn) && at != NONE)
			taken[n++] = (struct bs_naive_block){bs_naive_take(v, 10, at), 10};
	}
	for (int i = 0; i < n; i += 3)
		bs_naive_request(v, taken + i, n - i < 3 ? n - i : 3);
	for (int i = 0; i < n; i++)
		bs_naive_put(v, taken[i], false);
	s->n = 0;
}

static void test_percpu_array(void **state)
{
	(void)state;
	bs_naive_run(
		&(struct bs_naive_kind){
			.params = "percpu-array:entries=%d,threshold=%d",
			.state_size = sizeof(struct percpu_array),
			.device = 3,
			.freed = percpu_freed,
			.pass = percpu_pass,
		},
		301);
}

/* ---- bitmap -------------------------------------------------------------------------------- */

struct bitmap {
	bool bit[BS_NAIVE_UNITS], active;
	int bits;
	struct bs_naive_block batch[4];
	int slots;
};

static void bitmap_freed(struct bs_naive *v, int pfn, int order)
{
	struct bitmap *s = v->s;

	(void)order;
	s->bits += !s->bit[pfn / 512];
	s->bit[pfn / 512] = true;
	if (!s->active && s->bits >= v->capacity)
		v->due = true;
}

static void bitmap_send(struct bs_naive *v)
{
	struct bitmap *s = v->s;

	bs_naive_request(v, s->batch, s->slots);
	for (int i = 0; i < s->slots; i++)
		bs_naive_put(v, s->batch[i], false);
	s->slots = 0;
}

static void bitmap_pass(struct bs_naive *v)
{
	struct bitmap *s = v->s;

	s->active = true;
	for (int b = 0; b < BS_NAIVE_UNITS; b++) {
		if (!s->bit[b])
			continue;
		s->bit[b] = false;
		s->bits--;
		for (int order = 9; order <= 10; order++) {
			int at = bs_naive_find(&v->list[BS_NAIVE_M][order], b * 512);

			if (at == NONE)
				continue;
			bs_naive_take(v, order, at);
			s->batch[s->slots++] = (struct bs_naive_block){b * 512, order};
			break;
		}
		if (s->slots == v->capacity)
			bitmap_send(v);
	}
	if (s->slots)
		bitmap_send(v);
	s->active = false;
}

static void test_bitmap(void **state)
{
	(void)state;
	bs_naive_run(
		&(struct bs_naive_kind){
			.params = "bitmap:capacity=%d",
			.state_size = sizeof(struct bitmap),
			.freed = bitmap_freed,
			.pass = bitmap_pass,
		},
		301);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_hypercall),
		cmocka_unit_test(test_percpu_array),
		cmocka_unit_test(test_bitmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
