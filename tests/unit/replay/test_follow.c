// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Following a kernel: a guest plays it, its requests are written down, those of the bulk allocator
 * are not (MEANING.md, agreement).
 */
#include "bs_test.h"

#include <buddysim/state.h>

#include <stdio.h>
#include <stdlib.h>

#include "bs_agreement_test.h"
#include "bs_trace_test.h"
#include "mm_follow.h"
#include "state_print.h"

#define MAX_EVENTS 64

/* The kernel that is recorded, and what was written down so far. */
struct recorded {
	struct bs_machine *m;
	struct bs_trace_event ev[MAX_EVENTS];
	bs_pfn pfn[MAX_EVENTS]; /* per allocation number */
	size_t n;
	uint32_t numbers;
	char trace[4096], state[4096];
	FILE *dumps;
};

static const struct bs_mm_pcp_list U0 = {.mt = BS_MIGRATE_UNMOVABLE};

static void dump(struct recorded *k, const char *name)
{
	struct bs_state *s;
	struct bs_error err;

	assert_ok(bs_state_of_machine(k->m, &s, &err), &err);
	snprintf(s->name, sizeof(s->name), "%s", name);
	bs_state_print(s, k->dumps);
	bs_state_free(s);
}

/*
 * A guest of 64 MiB that has run a little: two blocks are in use and in nobody's trace.
 */
static void boot(struct recorded *k)
{
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = 16384};
	const struct bs_machine_config cfg = {
		.kernel = "linux-6.1", .memory_bytes = 64 << 20, .zones = &zone, .nr_zones = 1};
	struct bs_error err;

	*k = (struct recorded){0};
	assert_ok(bs_machine_create(&cfg, &k->m, &err), &err);
	bs_zone_set_pcp(k->m, 0, 64, 8);
	assert_int_not_equal(bs_alloc_pages(k->m, 0, BS_GFP_KERNEL, 0), BS_NO_PFN);
	assert_int_not_equal(bs_alloc_pages(k->m, 0, BS_GFP_KERNEL, 3), BS_NO_PFN);
	snprintf(k->trace, sizeof(k->trace), "%s", bs_test_path("agree.cborseq"));
	snprintf(k->state, sizeof(k->state), "%s", bs_test_path("agree.state.txt"));
	k->dumps = fopen(k->state, "w");
	assert_non_null(k->dumps);
}

static struct bs_trace_event *event(struct recorded *k, enum bs_ev kind)
{
	assert_true(k->n < MAX_EVENTS);
	k->ev[k->n] =
		(struct bs_trace_event){.time = k->numbers && kind != BS_EV_PRE ? 1000 * k->n : 0,
					.kind = kind,
					.gfp = BS_GFP_KERNEL,
					.pfn = BS_NO_PFN};
	return &k->ev[k->n++];
}

static uint32_t pre(struct recorded *k, bs_pfn pfn)
{
	event(k, BS_EV_PRE)->pfn = pfn;
	k->pfn[k->numbers] = pfn;
	return k->numbers++;
}

/* The kernel allocates; @pfn is what is written down. */
static uint32_t request_at(struct recorded *k, bs_pfn pfn)
{
	event(k, BS_EV_ALLOC)->pfn = pfn;
	k->pfn[k->numbers] = pfn;
	return k->numbers++;
}

static uint32_t request(struct recorded *k)
{
	return request_at(k, bs_alloc_pages(k->m, 0, BS_GFP_KERNEL, 0));
}

static void give_back(struct recorded *k, uint32_t number)
{
	struct bs_trace_event *e = event(k, BS_EV_FREE);

	e->arg = k->numbers - number;
	e->pfn = k->pfn[number];
	bs_free_pages(k->m, 0, k->pfn[number], 0);
}

static void finish(struct recorded *k, bool end_dump, struct bs_agreed *a)
{
	const struct bs_trace_info info = {.nr_cpus = 1, .has_pfn = true};

	if (end_dump)
		dump(k, "trace_end");
	assert_int_equal(fclose(k->dumps), 0);
	bs_machine_destroy(k->m);
	bs_test_write_trace(k->trace, &info, k->ev, k->n);
	bs_agree_on(k->trace, k->state, "none", a);
	remove(k->trace);
	remove(k->state);
}

static void assert_agreed(const struct bs_agreed *a, uint64_t strict, uint64_t inferred,
			  uint64_t pages)
{
	assert_int_equal(a->strict, strict);
	assert_int_equal(a->inferred, inferred);
	assert_int_equal(a->inferred_pages, pages);
	assert_int_equal(a->lost, 0);
	assert_int_equal(a->forced, 0);
	assert_int_equal(a->skipped_frees, 0);
	assert_int_equal(a->final_state, BS_AGREED_EQUAL);
}

/*
 * L0: [a] [b] [c] [d] ...   request -> a, bulk takes b and c, request -> d: two were skipped. They
 * are freed later as memory that nobody allocated.
 */
static void test_bulk_freed_later(void **state)
{
	struct recorded k;
	struct bs_agreed a;
	uint32_t first, b, c;

	(void)state;
	boot(&k);
	dump(&k, "trace_start");
	b = pre(&k, bs_mm_pcp_next(k.m, &U0, bs_mm_pcp_first(k.m, &U0)));
	c = pre(&k, bs_mm_pcp_next(k.m, &U0, k.pfn[b]));
	first = request(&k);
	assert_int_equal(bs_mm_bulk_alloc(k.m, &U0), k.pfn[b]);
	assert_int_equal(bs_mm_bulk_alloc(k.m, &U0), k.pfn[c]);
	request(&k);
	give_back(&k, c);
	give_back(&k, b);
	give_back(&k, first);
	request(&k);
	finish(&k, true, &a);
	assert_agreed(&a, 2, 1, 2);
}

/* The same, but the pages are in use when the trace ends. */
static void test_bulk_in_use_at_the_end(void **state)
{
	struct recorded k;
	struct bs_agreed a;

	(void)state;
	boot(&k);
	dump(&k, "trace_start");
	request(&k);
	bs_mm_bulk_alloc(k.m, &U0);
	request(&k);
	finish(&k, true, &a);
	assert_agreed(&a, 1, 1, 1);
}

/* Bulk takes the whole list and goes on in the refill. */
static void test_bulk_uses_the_list_up(void **state)
{
	struct recorded k;
	struct bs_agreed a;

	(void)state;
	boot(&k);
	dump(&k, "trace_start");
	for (unsigned int i = 0; i < 10; i++)
		bs_mm_bulk_alloc(k.m, &U0);
	request(&k);
	request(&k);
	finish(&k, true, &a);
	assert_agreed(&a, 1, 1, 10);
}

/* Freed before any request passed by: the list's head was taken all the same. */
static void test_bulk_seen_only_when_freed(void **state)
{
	struct recorded k;
	struct bs_agreed a;
	uint32_t b;

	(void)state;
	boot(&k);
	dump(&k, "trace_start");
	b = pre(&k, bs_mm_pcp_first(k.m, &U0));
	bs_mm_bulk_alloc(k.m, &U0);
	give_back(&k, b);
	request(&k);
	finish(&k, true, &a);
	assert_agreed(&a, 1, 0, 1);
}

/*
 * The skipped page is never freed and not known to be in use at the end: that is no bulk request.
 * The recorded page is taken, so that the replay stays on track.
 */
static void test_unexplained_page_is_a_miss(void **state)
{
	struct recorded k;
	struct bs_agreed a;
	bs_pfn second;

	(void)state;
	boot(&k);
	dump(&k, "trace_start");
	second = bs_mm_pcp_next(k.m, &U0, bs_mm_pcp_first(k.m, &U0));
	request_at(&k, second);
	request(&k);
	finish(&k, false, &a);
	assert_int_equal(a.total, 2);
	assert_int_equal(a.strict, 1);
	assert_int_equal(a.inferred, 0);
	assert_int_equal(a.forced, 1);
	assert_int_equal(a.reasons, 1);
	assert_int_equal(a.final_state, BS_AGREED_UNKNOWN);
}

/* A page that a traced request gets before it is freed untraced was not bulk's at that time. */
static void test_a_page_with_a_life_in_between(void **state)
{
	struct recorded k;
	struct bs_agreed a;
	uint32_t first, number, other;
	bs_pfn head, second;

	(void)state;
	boot(&k);
	dump(&k, "trace_start");
	head = bs_mm_pcp_first(k.m, &U0);
	second = bs_mm_pcp_next(k.m, &U0, head);
	first = pre(&k, head);
	assert_int_equal(bs_mm_seize(k.m, second, 0), 0);
	request_at(&k, second);
	number = request(&k);
	assert_int_equal(k.pfn[number], head);
	give_back(&k, number);
	other = bs_mm_bulk_alloc(k.m, &U0);
	assert_int_equal(other, head);
	give_back(&k, first);
	finish(&k, true, &a);
	assert_int_equal(a.inferred, 0);
	assert_int_equal(a.forced, 1);
	assert_int_equal(a.strict, 1);
	assert_int_equal(a.inferred_pages, 1);
	assert_int_equal(a.final_state, BS_AGREED_EQUAL);
}

/* Memory in use in the dump is freed where it was: the next request gets it. */
static void test_memory_in_use_in_the_dump(void **state)
{
	struct recorded k;
	struct bs_agreed a;
	bs_pfn pfn;
	uint32_t b;

	(void)state;
	boot(&k);
	pfn = bs_alloc_pages(k.m, 0, BS_GFP_KERNEL, 0);
	dump(&k, "trace_start");
	b = pre(&k, pfn);
	request(&k);
	give_back(&k, b);
	assert_int_equal(k.pfn[request(&k)], pfn);
	finish(&k, true, &a);
	assert_agreed(&a, 2, 0, 0);
}

/* Any trace runs from a dump; without recorded pfns there is nothing to compare. */
static void test_trace_without_pfns(void **state)
{
	struct recorded k;
	struct bs_agreed a;

	(void)state;
	boot(&k);
	dump(&k, "trace_start");
	pre(&k, BS_NO_PFN);
	request_at(&k, BS_NO_PFN);
	finish(&k, false, &a);
	assert_int_equal(a.total, 0);
	assert_int_equal(a.alloc_failed, 0);
	assert_int_equal(a.final_state, BS_AGREED_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bulk_freed_later),
		cmocka_unit_test(test_bulk_in_use_at_the_end),
		cmocka_unit_test(test_bulk_uses_the_list_up),
		cmocka_unit_test(test_bulk_seen_only_when_freed),
		cmocka_unit_test(test_unexplained_page_is_a_miss),
		cmocka_unit_test(test_a_page_with_a_life_in_between),
		cmocka_unit_test(test_memory_in_use_in_the_dump),
		cmocka_unit_test(test_trace_without_pfns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
