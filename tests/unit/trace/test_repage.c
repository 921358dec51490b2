// SPDX-License-Identifier: GPL-2.0-or-later
/* repage.c: the same load in larger pages. */
#include "bs_test.h"

#include "repage.h"

struct seen {
	struct bs_trace_event ev[32];
	unsigned int n;
};

static int see(void *arg, const struct bs_trace_event *ev)
{
	struct seen *s = arg;

	s->ev[s->n++] = *ev;
	return 0;
}

static void feed(struct bs_repage *r, enum bs_ev kind, unsigned int order, uint32_t arg,
		 uint32_t offset)
{
	const struct bs_trace_event ev = {
		.kind = kind, .order = (uint8_t)order, .gfp = 7, .arg = arg, .offset = offset};
	struct bs_error err;

	assert_ok(bs_repage_event(r, &ev, &err), &err);
}

/* 64 KiB of single pages are one page; it goes when the last of them is freed. */
static void test_small_blocks_share_a_page(void **state)
{
	struct seen s = {.n = 0};
	struct bs_repage *r = bs_repage_create(4, see, &s);

	(void)state;
	for (unsigned int i = 0; i < 17; i++)
		feed(r, BS_EV_ALLOC, 0, 0, 0);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.ev[0].order, 0);
	for (unsigned int i = 0; i < 15; i++)
		feed(r, BS_EV_FREE, 0, 17 - i, 0);
	assert_int_equal(s.n, 2);
	/* The place of one that was freed is the next one's. */
	feed(r, BS_EV_ALLOC, 0, 0, 0);
	assert_int_equal(s.n, 2);
	feed(r, BS_EV_FREE, 0, 3, 0);
	assert_int_equal(s.n, 2);
	feed(r, BS_EV_FREE, 0, 1, 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.ev[2].kind, BS_EV_FREE);
	assert_int_equal(s.ev[2].arg, 2);
	bs_repage_destroy(r);
}

/* 2 MiB stay 2 MiB; a part of it that is smaller than a page is freed with the rest of that page. */
static void test_large_blocks_keep_their_size(void **state)
{
	struct seen s = {.n = 0};
	struct bs_repage *r = bs_repage_create(4, see, &s);

	(void)state;
	feed(r, BS_EV_ALLOC, 9, 0, 0);
	assert_int_equal(s.ev[0].order, 5);
	feed(r, BS_EV_FREE, 8, 1, 256);
	assert_int_equal(s.ev[1].order, 4);
	assert_int_equal(s.ev[1].offset, 16);
	feed(r, BS_EV_FREE, 3, 1, 16);
	assert_int_equal(s.n, 2);
	feed(r, BS_EV_FREE, 3, 1, 24);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.ev[2].order, 0);
	assert_int_equal(s.ev[2].offset, 1);
	bs_repage_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_blocks_share_a_page),
		cmocka_unit_test(test_large_blocks_keep_their_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
