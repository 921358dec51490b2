// SPDX-License-Identifier: GPL-2.0-or-later
/* page_alloc.shuffle: random ends, random order at boot. */
#include "mm_test.h"

static uint64_t one_word(void *arg)
{
	return *(const uint64_t *)arg;
}

/*
 * The same random word, opposite ends: bits 1,0,1,1 (lowest first) for four order-10 frees.
 *
 *   5.4 (1 = head)    0 head, 1024 tail, 2048 head, 3072 head
 *   6.1 (1 = tail)    0 tail, 1024 head, 2048 tail, 3072 tail
 *
 * RULES.md, shuffle
 */
static void test_shuffle_bit_polarity(void **state)
{
	uint64_t word = 0xd;

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 4096);
		for (unsigned int i = 0; i < 4; i++)
			alloc(m, M, 10);
		bs_machine_set_random(m, one_word, &word);
		bs_machine_set_shuffle(m, true);
		for (bs_pfn pfn = 0; pfn < 4096; pfn += 1024)
			release(m, pfn, 10);
		assert_lists(m, k ? "o10 M:[1024,0,2048,3072]" : "o10 M:[3072,2048,0,1024]");
		bs_machine_destroy(m);
	}
}

/*
 * A zone that does not start on a 1024-page line is not shuffled at all: every candidate is
 * misaligned. One that does keeps its blocks and changes their order.
 *
 * RULES.md, shuffle
 */
static void test_zone_shuffle(void **state)
{
	const struct bs_machine_config c = {.memory_bytes = UINT64_C(2) << 30, .shuffle = true};
	bs_pfn plain[512], shuffled[512], dma[8];
	struct bs_machine *m, *n;
	struct bs_error err;
	size_t a, b, moved = 0;

	(void)state;
	assert_ok(bs_machine_create(&(struct bs_machine_config){.memory_bytes = UINT64_C(2) << 30},
				    &n, &err),
		  &err);
	assert_ok(bs_machine_create(&c, &m, &err), &err);
	a = bs_list_blocks(n, 1, 10, M, plain, NULL, 512);
	b = bs_list_blocks(m, 1, 10, M, shuffled, NULL, 512);
	assert_int_equal(a, b);
	for (size_t i = 0; i < a; i++)
		moved += plain[i] != shuffled[i];
	assert_true(moved > a / 2);
	assert_int_equal(bs_list_blocks(m, 0, 10, M, dma, NULL, 8), 3);
	assert_int_equal(dma[0], 1024);
	assert_int_equal(dma[1], 2048);
	assert_int_equal(dma[2], 3072);
	assert_ok(bs_machine_check(m, &err), &err);
	bs_machine_destroy(m);
	bs_machine_destroy(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shuffle_bit_polarity),
		cmocka_unit_test(test_zone_shuffle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
