// SPDX-License-Identifier: GPL-2.0-or-later
/* The order in which virtio-mem's driver plugs and unplugs. */
#include "bs_test.h"

#include "vmem_plan.h"

#define FIRST 32 /* number of the device's first memory block */

static void check(struct bs_vmem_run r, uint32_t block, unsigned int first, unsigned int n)
{
	assert_int_equal(r.n, n);
	assert_int_equal(r.block, block);
	assert_int_equal(r.first, first);
}

static void put(struct bs_vmem *v, uint32_t number, uint64_t plugged, bool movable)
{
	struct bs_vmem_block *b = bs_vmem_add(v, number);

	b->plugged = plugged;
	b->added = true;
	b->movable = movable;
}

/*
 *   block   32: ####....  movable    33: ##.#....  kernel    34: unused
 * Gaps of the kernel zone first, each run of them one request; then the movable one; then an unused block.
 */
static void test_plugging(void **state)
{
	struct bs_vmem v = {.base = FIRST};

	(void)state;
	put(&v, 32, 0xf, true);
	put(&v, 33, 0xb, false);
	bs_vmem_run(&v, 7 + 1 + 60 + 60 + 3);
	check(bs_vmem_next_plug(&v), 33, 2, 1);
	check(bs_vmem_next_plug(&v), 33, 4, 60);
	check(bs_vmem_next_plug(&v), 32, 4, 60);
	check(bs_vmem_next_plug(&v), 34, 0, 3);
	check(bs_vmem_next_plug(&v), 0, 0, 0);
	assert_int_equal(bs_vmem_plugged(&v), 131);
}

static void take(struct bs_vmem *v, uint32_t block, unsigned int first, unsigned int n, bool ok)
{
	const struct bs_vmem_run r = bs_vmem_next_unplug(v);

	check(r, block, first, n);
	bs_vmem_took(v, &r, ok);
}

/*
 *   32: full, movable   33: full, movable   34: 2, movable   35: 1, kernel
 * Partly plugged ones first, the movable before the kernel's, highest address first, last sub-block first; a full
 * block at once if that much is asked for; if that fails, one by one.
 */
static void test_unplugging(void **state)
{
	struct bs_vmem v = {.base = FIRST};

	(void)state;
	put(&v, 32, UINT64_MAX, true);
	put(&v, 33, UINT64_MAX, true);
	put(&v, 34, 0x3, true);
	put(&v, 35, 0x1, false);
	bs_vmem_run(&v, 131 - (2 + 64 + 2));
	take(&v, 34, 1, 1, true);
	take(&v, 34, 0, 1, false);
	take(&v, 35, 0, 1, true);
	take(&v, 33, 0, 64, false);
	take(&v, 33, 63, 1, true);
	take(&v, 33, 62, 1, false);
	take(&v, 33, 61, 1, true);
	for (unsigned int i = 0; i < 61; i++)
		take(&v, 33, 60 - i, 1, false);
	take(&v, 32, 0, 64, true);
	check(bs_vmem_next_unplug(&v), 0, 0, 0);
	assert_int_equal(bs_vmem_plugged(&v), 131 - 68);
}

/* A block that is empty is removed while the run goes on. */
static void test_a_block_is_removed(void **state)
{
	struct bs_vmem v = {.base = FIRST};

	(void)state;
	put(&v, 32, 0x1, true);
	put(&v, 33, 0x1, true);
	bs_vmem_run(&v, 0);
	take(&v, 33, 0, 1, true);
	bs_vmem_remove(&v, 33);
	take(&v, 32, 0, 1, true);
	bs_vmem_remove(&v, 32);
	assert_int_equal(v.nr_blocks, 0);
	check(bs_vmem_next_unplug(&v), 0, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plugging),
		cmocka_unit_test(test_unplugging),
		cmocka_unit_test(test_a_block_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
