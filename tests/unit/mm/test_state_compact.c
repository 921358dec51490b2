// SPDX-License-Identifier: GPL-2.0-or-later
/* What a dump says of compaction and page cache, and a guest that begins with it; drop_caches.c drops the latter. */
#include "mm_test.h"

#include <stdlib.h>
#include <string.h>

#include <buddysim/state.h>

#include "mm_compact.h"
#include "mm_reclaim.h"
#include "state_compact.h"
#include "state_scan.h"

#define DUMPS BS_SOURCE_DIR "/tests/field/dumps/"

static struct bs_machine *guest(const char *dump, struct bs_state **state)
{
	struct bs_machine *m;
	struct bs_error err;

	assert_ok(bs_state_load(dump, NULL, state, &err), &err);
	assert_ok(bs_machine_from_state(*state, NULL, &m, &err), &err);
	return m;
}

/* Positions, skip bits, compound pages, and who has a page, as the file has them. */
static void test_what_is_remembered(void **state)
{
	struct bs_mm_compact_zone z;
	struct bs_state *s;
	struct bs_machine *m = guest(DUMPS "linux-6.1-again.txt.zst", &s);

	(void)state;
	assert_non_null(s->compact);
	assert_true(s->compact->has_zone[1] && s->compact->zone[1].cached_free > 0);
	bs_mm_compact_zone(m, 1, &z);
	assert_memory_equal(&z, &s->compact->zone[1], sizeof(z));
	assert_true(s->compact->skip.n > 0 && s->compact->compound.n > 0);
	for (size_t i = 0; i < s->compact->skip.n; i++)
		assert_true(bs_mm_compact_marked(m, BS_MM_SKIP, s->compact->skip.pfn[i]));
	for (size_t i = 0; i < s->compact->compound.n; i++)
		assert_true(bs_mm_compact_marked(m, BS_MM_COMPOUND, s->compact->compound.pfn[i]));
	bs_machine_destroy(m);
	bs_state_free(s);
}

/* Clean page cache is dropped in the order of its files wherever it has moved to: the first page is free before others. */
static void test_page_cache_of_a_dump(void **state)
{
	struct bs_error err;
	struct bs_state *s;
	struct bs_machine *m = guest(DUMPS "linux-6.12-report.txt.zst", &s);
	const size_t n = s->compact->cache.n;
	uint64_t pages, moved = 0;

	(void)state;
	assert_int_equal(n, 62309);
	assert_int_equal(bs_mm_foreign_cache(m), n);
	/* The oldest of it. */
	assert_int_equal(bs_mm_reclaim_pages(m, 0, 100), 100);
	assert_int_equal(bs_mm_foreign_cache(m), n - 100);
	assert_int_equal(bs_mm_compact_memory(m, 0), 0);
	assert_int_equal(bs_mm_foreign_cache(m), n - 100);
	for (size_t i = 0; i < n; i++)
		moved += !bs_mm_compact_marked(m, BS_MM_CACHE, s->compact->cache.pfn[i]);
	assert_true(moved > 1000);
	assert_int_equal(bs_mm_drop_foreign(m, 0, &pages), 0);
	assert_int_equal(pages, n - 100);
	assert_int_equal(bs_mm_foreign_cache(m), 0);
	assert_ok(bs_machine_check(m, &err), &err);
	bs_machine_destroy(m);
	bs_state_free(s);
}

static int record(struct bs_state *s, const char *name, const char *text, struct bs_error *err)
{
	char *line = strdup(text);
	struct bs_scan c = {line, "file", 7, err};
	const int ret = bs_state_compact_record(s, name, &c);

	free(line);
	return ret;
}

static void test_refused(void **state)
{
	struct bs_state *s;
	struct bs_machine *m = guest(DUMPS "linux-6.1-again.txt.zst", &s);
	struct bs_error err;

	(void)state;
	bs_machine_destroy(m);
	assert_int_equal(record(s, "free", "0 0 1 2", &err), 0);
	assert_int_equal(record(s, "skip", "1 512 1024", &err), 1);
	assert_true(record(s, "skip", "77 512", &err) < 0);
	assert_non_null(strstr(err.text, "skip of no zone"));
	assert_non_null(strstr(err.where, "file:7"));
	assert_true(record(s, "comp", "1 512", &err) < 0);
	assert_non_null(strstr(err.text, "is no page"));
	assert_true(record(s, "zonec", "1 defer_shift=64", &err) < 0);
	assert_true(record(s, "lruo", "1 512:am3 x", &err) < 0);
	bs_state_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_remembered),
		cmocka_unit_test(test_page_cache_of_a_dump),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
