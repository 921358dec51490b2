// SPDX-License-Identifier: GPL-2.0-or-later
/* kpageflags: which pages are free, on the LRU, part of something larger, or none; what is free is blocks as
 * the allocator makes them. */
#include "bs_test.h"

#include <inttypes.h>
#include <stdio.h>

#include "bs_snapshot_test.h"
#include "pageflags.h"

#define LRU (UINT64_C(1) << 5)
#define SLAB (UINT64_C(1) << 7)
#define BUDDY (UINT64_C(1) << 10)
#define HEAD (UINT64_C(1) << 15)
#define TAIL (UINT64_C(1) << 16)
#define NOPAGE (UINT64_C(1) << 20)
#define RESERVED (UINT64_C(1) << 32)

static void read_flags(const uint64_t *v, size_t n, const uint64_t *count, struct bs_pageflags *f)
{
	struct bs_error err = {0};

	assert_ok(
		bs_pageflags_read(path_of(v, n * 8), count ? path_of(count, n * 8) : NULL, f, &err),
		&err);
	assert_int_equal(f->nr_pages, n);
}

/* A huge page on the LRU is there with all its pages, whichever of them the kernel flags. */
static void test_what_pages_are(void **state)
{
	const uint64_t v[] = {RESERVED, BUDDY, LRU | HEAD, TAIL, TAIL, HEAD,
			      TAIL,	SLAB,  NOPAGE,	   0,	 0};
	const uint64_t count[] = {9, 0, 1, 1, 1, 1, 1, 1, 0, 3, 0};
	const uint8_t is[] = {BS_PAGE_IS_RESERVED,
			      BS_PAGE_IS_FREE,
			      BS_PAGE_IS_LRU | BS_PAGE_IS_COMPOUND,
			      BS_PAGE_IS_LRU | BS_PAGE_IS_COMPOUND,
			      BS_PAGE_IS_LRU | BS_PAGE_IS_COMPOUND,
			      BS_PAGE_IS_COMPOUND,
			      BS_PAGE_IS_COMPOUND,
			      BS_PAGE_IS_SLAB,
			      BS_PAGE_IS_NONE,
			      BS_PAGE_IS_LRU, /* mapped, and for a moment on no list */
			      0};
	struct bs_pageflags f;

	(void)state;
	read_flags(v, sizeof(v) / 8, count, &f);
	assert_memory_equal(f.is, is, sizeof(is));
	bs_pageflags_free(&f);
}

static int add_block(void *arg, bs_pfn pfn, unsigned int order)
{
	char *text = arg;

	snprintf(text + strlen(text), 200 - strlen(text), "%s%" PRIu32 ":%u", *text ? " " : "", pfn,
		 order);
	return 0;
}

/* Pages 1 to 19 and 32 to 47 are free; the zone ends at 46. */
static void test_blocks(void **state)
{
	uint64_t v[64] = {0};
	struct bs_pageflags f;
	char text[200] = "";

	(void)state;
	for (unsigned int i = 1; i < 48; i++)
		v[i] = i < 20 || i >= 32 ? BUDDY : LRU;
	read_flags(v, 64, NULL, &f);
	assert_int_equal(bs_pageflags_blocks(&f, 0, 46, 10, add_block, text), 0);
	assert_string_equal(text, "1:0 2:1 4:2 8:3 16:2 32:3 40:2 44:1");
	bs_pageflags_free(&f);
}

/* Nothing is larger than the largest order. */
static void test_the_largest_order(void **state)
{
	static uint64_t v[4096];
	struct bs_pageflags f;
	char text[200] = "";

	(void)state;
	for (unsigned int i = 0; i < 4096; i++)
		v[i] = BUDDY;
	read_flags(v, 4096, NULL, &f);
	bs_pageflags_blocks(&f, 0, 1 << 20, 10, add_block, text);
	assert_string_equal(text, "0:10 1024:10 2048:10 3072:10");
	bs_pageflags_free(&f);
}

static void refused(const void *flags, size_t size, const char *count, const char *why)
{
	struct bs_error err = {0};
	struct bs_pageflags f;

	assert_true(bs_pageflags_read(path_of(flags, size), count, &f, &err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_says(err.text, why);
	assert_true(err.where[0] && err.advice[0]);
}

static void test_refused(void **state)
{
	const uint64_t v[] = {BUDDY, 0, 0}, none[] = {0, 0, 0}, flags[] = {RESERVED, 0, 0};

	(void)state;
	refused(v, 23, NULL, "multiple of 8");
	refused(none, sizeof(none), NULL, "no kpageflags");
	refused(v, sizeof(v), path_of(none, 16), "has 2 pages");
	refused(v, sizeof(v), path_of(flags, sizeof(flags)), "no kpagecount");
	refused(v, 0, NULL, "no kpageflags");
}

static void test_recognised(void **state)
{
	const uint64_t v[] = {RESERVED, BUDDY};

	(void)state;
	assert_true(bs_pageflags_is(path_of(v, sizeof(v))));
	assert_false(bs_pageflags_is(path_of("Node 0, zone DMA 1 2 3", 22)));
	assert_false(bs_pageflags_is("-"));
	assert_false(bs_pageflags_is("/nonexistent/file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_pages_are),	  cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_the_largest_order), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
