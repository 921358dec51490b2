// SPDX-License-Identifier: GPL-2.0-or-later
/* device/virtqueue: a fixed number of requests in flight, and which pages they hold. */
#include "bs_test.h"

#include <errno.h>

#include "virtqueue.h"

static void mark_all(struct bs_virtqueue *vq, const struct bs_range *r, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		bs_virtqueue_mark(vq, r[i], true);
}

/*
 * Two requests fit; a third finds no slot until one is through, and gets that one's.
 *
 *   slots   [0:1024+512 | 2048+1]  [1:64+8]      add -> -EBUSY
 *   remove 0
 *   slots   [ free ]               [1:64+8]      add -> 0
 */
static void test_slots(void **state)
{
	const struct bs_range a[] = {{1024, 9}, {2048, 0}}, b = {64, 3}, c = {128, 6};
	const struct bs_range *got;
	struct bs_virtqueue vq;
	struct bs_error err;
	unsigned int n = 0;

	(void)state;
	assert_ok(bs_virtqueue_init(&vq, 4, 2, 4096, &err), &err);
	mark_all(&vq, a, 2);
	assert_int_equal(bs_virtqueue_add(&vq, a, 2), 0);
	mark_all(&vq, &b, 1);
	assert_int_equal(bs_virtqueue_add(&vq, &b, 1), 1);
	assert_int_equal(vq.in_flight, 2);
	assert_int_equal(bs_virtqueue_add(&vq, &c, 1), -EBUSY);

	got = bs_virtqueue_get(&vq, 0, &n);
	assert_non_null(got);
	assert_int_equal(n, 2);
	assert_int_equal(got[0].pfn, 1024);
	assert_int_equal(got[1].order, 0);

	bs_virtqueue_remove(&vq, 0);
	assert_int_equal(vq.in_flight, 1);
	assert_null(bs_virtqueue_get(&vq, 0, &n));
	assert_null(bs_virtqueue_get(&vq, -1, &n));
	assert_null(bs_virtqueue_get(&vq, 2, &n));
	assert_int_equal(bs_virtqueue_find(&vq, 1024, 10), BS_NO_PFN);
	assert_int_equal(bs_virtqueue_find(&vq, 64, 0), 64);
	mark_all(&vq, &c, 1);
	assert_int_equal(bs_virtqueue_add(&vq, &c, 1), 0);
	bs_virtqueue_destroy(&vq);
}

/* The first page that is away is named, in blocks below a word of the bitmap and above it. */
static void test_find(void **state)
{
	struct bs_virtqueue vq;
	struct bs_error err;

	(void)state;
	assert_ok(bs_virtqueue_init(&vq, 4, 2, 4096, &err), &err);
	bs_virtqueue_mark(&vq, (struct bs_range){2048 + 256, 8}, true);
	bs_virtqueue_mark(&vq, (struct bs_range){72, 3}, true);
	assert_int_equal(bs_virtqueue_find(&vq, 64, 3), BS_NO_PFN);
	assert_int_equal(bs_virtqueue_find(&vq, 64, 4), 72);
	assert_int_equal(bs_virtqueue_find(&vq, 75, 0), 75);
	assert_int_equal(bs_virtqueue_find(&vq, 80, 4), BS_NO_PFN);
	assert_int_equal(bs_virtqueue_find(&vq, 2048, 8), BS_NO_PFN);
	assert_int_equal(bs_virtqueue_find(&vq, 2048, 10), 2048 + 256);
	assert_int_equal(bs_virtqueue_find(&vq, 2048 + 511, 0), 2048 + 511);
	bs_virtqueue_mark(&vq, (struct bs_range){2048 + 256, 8}, false);
	assert_int_equal(bs_virtqueue_find(&vq, 2048, 10), BS_NO_PFN);
	bs_virtqueue_destroy(&vq);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
