// SPDX-License-Identifier: GPL-2.0-or-later
/* The real arena: what is dropped, what comes back, what the kernel says of it. */
#include "bs_test.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bs_device_test.h"
#include "device_state.h"
#include "rng.h"

#define MIB_PAGES 256U
#define ARENA_PAGES (64 * MIB_PAGES)

static struct bs_device *arena(enum bs_thp thp, struct bs_device_config c)
{
	c.kind = "madvise";
	c.thp = thp;
	if (!c.nr_pages)
		c.nr_pages = ARENA_PAGES;
	return bs_dev_create(c);
}

static bool host_has_thp(void)
{
	char word[32];

	bs_account_host_thp(word, sizeof(word));
	if (strcmp(word, "never") != 0 && strcmp(word, "unavailable") != 0)
		return true;
	print_message("transparent huge pages are '%s' here: real sizes not compared\n", word);
	return false;
}

/* ---- What the kernel agrees with ------------------------------------------------------------- */

/*
 *   64 MiB in blocks of 1 MiB, all in use     |UUUUUUUU...|
 *   every other one freed and reported        |.U.U.U.U...|
 *   the rest as well                          |...........|
 *
 * Base pages: half of it returned, then all. Huge pages: half of it unmapped and nothing returned,
 * then all returned. MEANING.md, huge pages
 */
static void stripe(enum bs_thp thp)
{
	const bool huge = thp == BS_THP_ALWAYS;
	const uint64_t all = (uint64_t)ARENA_PAGES << BS_UNIT_SHIFT;
	struct bs_device *d = arena(
		thp, (struct bs_device_config){.touch = BS_TOUCH_PAGE, .verify = BS_VERIFY_EACH});
	struct bs_device_stats s;

	for (bs_pfn pfn = 0; pfn < ARENA_PAGES; pfn += MIB_PAGES)
		bs_dev_alloc_for(d, pfn, 8, pfn);
	assert_int_equal(bs_device_real_rss(d), all);
	bs_assert_agrees_with_kernel(d);

	for (bs_pfn pfn = 0; pfn < ARENA_PAGES; pfn += 2 * MIB_PAGES) {
		bs_dev_free_for(d, pfn, 8, pfn);
		bs_dev_report(d, pfn, 8);
	}
	bs_device_stats(d, &s);
	assert_int_equal(s.resident_bytes, all / 2);
	assert_int_equal(s.discarded_bytes, all / 2);
	assert_int_equal(s.unmapped_bytes, huge ? all / 2 : 0);
	assert_int_equal(s.returned_bytes, huge ? 0 : all / 2);
	assert_int_equal(bs_device_held(d), huge ? all : all / 2);
	assert_int_equal(bs_device_real_rss(d), all / 2);
	bs_assert_agrees_with_kernel(d);

	for (bs_pfn pfn = MIB_PAGES; pfn < ARENA_PAGES; pfn += 2 * MIB_PAGES) {
		bs_dev_free_for(d, pfn, 8, pfn);
		bs_dev_report(d, pfn, 8);
	}
	bs_device_stats(d, &s);
	assert_int_equal(bs_device_held(d), 0);
	assert_int_equal(s.returned_bytes, all);
	assert_int_equal(bs_device_real_rss(d), 0);
	bs_assert_agrees_with_kernel(d);
	assert_int_equal(s.content_loss, 0);
	assert_int_equal(s.residency_mismatches, 0);
	assert_int_equal(s.residency_checks, 2 + 64);
	bs_device_destroy(d);
}

static void test_stripe_base_pages(void **state)
{
	(void)state;
	stripe(BS_THP_NEVER);
}

static void test_stripe_huge_pages(void **state)
{
	(void)state;
	stripe(BS_THP_ALWAYS);
}

/* One stamp in a huge page and the host holds all of it; a report of the 2 MiB returns it. */
static void test_one_page_of_a_huge_page(void **state)
{
	struct bs_device *d =
		arena(BS_THP_ALWAYS, (struct bs_device_config){.touch = BS_TOUCH_PAGE});
	struct bs_device_stats s;

	(void)state;
	bs_dev_alloc_for(d, 700, 0, 1);
	assert_int_equal(bs_device_held(d), 2 << 20);
	bs_assert_agrees_with_kernel(d);
	bs_device_stats(d, &s);
	if (host_has_thp()) {
		assert_int_equal(s.real_rss_bytes, 2 << 20);
		assert_int_equal(s.real_anon_huge_bytes, 2 << 20);
	}
	bs_dev_free_for(d, 700, 0, 1);
	bs_dev_report(d, 512, 9);
	assert_int_equal(bs_device_held(d), 0);
	assert_int_equal(bs_device_real_rss(d), 0);
	bs_device_destroy(d);
}

/* Random blocks come, go and are reported; the kernel agrees at every 16th step. Blocks that are
 * in use are never reported, so that no content may be lost. */
static void random_life(enum bs_thp thp, enum bs_touch touch, uint64_t seed)
{
	enum { ORDER = 6, BLOCKS = 4096 >> ORDER };
	struct bs_device *d = arena(thp, (struct bs_device_config){.nr_pages = 4096 - 64,
								   .touch = touch,
								   .verify = BS_VERIFY_EACH});
	bool used[BLOCKS] = {false};
	struct bs_device_stats s;
	struct bs_rng rng;

	bs_rng_seed(&rng, seed);
	for (unsigned int step = 0; step < 1500; step++) {
		const unsigned int b = bs_rng_below(&rng, BLOCKS - 1);

		if (used[b])
			bs_dev_free_for(d, b << ORDER, ORDER, b);
		else if (bs_rng_below(&rng, 2))
			bs_dev_alloc_for(d, b << ORDER, ORDER, b);
		else {
			const unsigned int first = b & ~7U;
			bool whole = first + 8 < BLOCKS;

			for (unsigned int i = first; whole && i < first + 8; i++)
				whole = !used[i];
			bs_dev_report(d, (whole ? first : b) << ORDER, whole ? 9 : ORDER);
			continue;
		}
		used[b] = !used[b];
		if (step % 16 == 0)
			bs_assert_agrees_with_kernel(d);
	}
	bs_assert_agrees_with_kernel(d);
	bs_device_stats(d, &s);
	assert_true(s.refaults > 0 && s.discarded_bytes > 0);
	assert_int_equal(s.residency_mismatches, 0);
	assert_int_equal(s.content_loss, 0);
	assert_true(s.content_checked);
	if (thp == BS_THP_NEVER)
		assert_int_equal(bs_device_real_rss(d), s.resident_bytes);
	bs_device_destroy(d);
}

static void test_random_life(void **state)
{
	(void)state;
	random_life(BS_THP_NEVER, BS_TOUCH_PAGE, 1);
	random_life(BS_THP_NEVER, BS_TOUCH_ALL, 2);
	random_life(BS_THP_ALWAYS, BS_TOUCH_PAGE, 3);
	random_life(BS_THP_ALWAYS, BS_TOUCH_ALL, 4);
}

/* A preset makes resident, leaves stamps alone and stamps nothing. */
static void test_preset(void **state)
{
	(void)state;
	for (int thp = 0; thp <= 1; thp++) {
		struct bs_device *d = arena(thp ? BS_THP_ALWAYS : BS_THP_NEVER,
					    (struct bs_device_config){.touch = BS_TOUCH_PAGE});

		bs_dev_alloc_for(d, 3, 0, 77);
		bs_device_preset_resident(d, 0, 10);
		assert_int_equal(bs_device_held(d), 4 << 20);
		assert_int_equal(bs_device_real_rss(d), 4 << 20);
		bs_assert_agrees_with_kernel(d);
		bs_dev_free_for(d, 3, 0, 77);
		bs_dev_free_for(d, 4, 2, 1);
		bs_device_destroy(d);
	}
}

/* With MADV_FREE pages stay until the host wants them: shown as LazyFree, not compared. */
static void test_madv_free(void **state)
{
	struct bs_device *d =
		arena(BS_THP_NEVER, (struct bs_device_config){.touch = BS_TOUCH_PAGE,
							      .advice = BS_ADVICE_FREE,
							      .verify = BS_VERIFY_EACH});
	struct bs_device_stats s;
	char text[128];

	(void)state;
	bs_dev_alloc_for(d, 0, 9, 1);
	bs_dev_free_for(d, 0, 9, 1);
	bs_dev_report(d, 0, 9);
	assert_int_equal(bs_device_held(d), 2 << 20);
	bs_assert_agrees_with_kernel(d);
	bs_device_stats(d, &s);
	assert_true(s.real_lazyfree_bytes > 0);
	assert_int_equal(s.lazyfree_bytes, 2 << 20);
	assert_int_equal(s.discarded_bytes, 0);
	assert_int_equal(s.residency_checks, 0);
	bs_dev_alloc_for(d, 0, 9, 2);
	bs_dev_free_for(d, 0, 9, 2);
	bs_device_stats(d, &s);
	assert_int_equal(s.refaults, 0);
	assert_string_equal(bs_device_words(d), "madvise, thp=never, MADV_FREE, 32 ranges");
	assert_true(bs_device_host(d, text, sizeof(text)) > 0);
	bs_device_destroy(d);
}

/* Every 64th request is looked at, or none before the end. */
static void test_verify_sample_and_end(void **state)
{
	(void)state;
	for (int end = 0; end <= 1; end++) {
		struct bs_device *d = arena(
			BS_THP_NEVER, (struct bs_device_config){.touch = BS_TOUCH_PAGE,
								.verify = end ? BS_VERIFY_END
									      : BS_VERIFY_SAMPLE});
		struct bs_device_stats s;

		for (int i = 0; i < 128; i++)
			bs_dev_report(d, 0, 9);
		bs_device_stats(d, &s);
		assert_int_equal(s.residency_checks, end ? 0 : 2);
		bs_assert_agrees_with_kernel(d);
		bs_device_stats(d, &s);
		assert_int_equal(s.residency_checks, end ? 1 : 3);
		bs_device_destroy(d);
	}
}

/* ---- What must be found ---------------------------------------------------------------------- */

static void damage(struct bs_device *d, bs_pfn pfn, size_t offset)
{
	bs_arena_page(&d->arena, pfn)[offset] ^= 1;
}

/* Dropped behind the device's back, or written to: the owner notices at the free, by page. */
static void test_damaged_stamps(void **state)
{
	struct bs_device *d =
		arena(BS_THP_NEVER, (struct bs_device_config){.touch = BS_TOUCH_PAGE});
	struct bs_device_stats s;
	struct bs_error err;

	(void)state;
	bs_dev_alloc_for(d, 0, 0, 0);
	bs_dev_alloc_for(d, 512, 9, 5);
	assert_int_equal(madvise(bs_arena_page(&d->arena, 0), BS_UNIT_SIZE, MADV_DONTNEED), 0);
	damage(d, 700, 6);
	damage(d, 701, 0);
	assert_int_equal(bs_device_free(d, 0, 0, 0, &err), -EUCLEAN);
	assert_int_equal(err.status, BS_INVARIANT);
	assert_non_null(strstr(err.text, "page 0: content lost"));
	bs_dev_free_for(d, 512, 7, 5);
	assert_int_equal(bs_device_free(d, 640, 7, 5, &err), -EUCLEAN);
	assert_non_null(strstr(err.text, "page 700: content lost"));
	/* The right page of the wrong owner is as bad. */
	assert_int_equal(bs_device_free(d, 768, 0, 6, &err), -EUCLEAN);
	bs_device_stats(d, &s);
	assert_int_equal(s.content_loss, 4);
	bs_device_destroy(d);
}

/* A page filled whole is verified whole. */
static void test_damage_inside_of_a_page(void **state)
{
	(void)state;
	for (int all = 0; all <= 1; all++) {
		struct bs_device *d = arena(
			BS_THP_NEVER,
			(struct bs_device_config){.touch = all ? BS_TOUCH_ALL : BS_TOUCH_PAGE});
		struct bs_error err;

		bs_dev_alloc_for(d, 8, 3, 5);
		damage(d, 12, 4095);
		assert_int_equal(bs_device_free(d, 8, 3, 5, &err), all ? -EUCLEAN : 0);
		bs_device_destroy(d);
	}
}

static void assert_differs(struct bs_device *d, const char *says)
{
	struct bs_error err;

	assert_int_equal(bs_device_check(d, &err), 1);
	assert_int_equal(err.status, BS_UNEQUAL);
	assert_says(err.text, says);
}

/* Touch or drop a page without telling the model: the check names it. */
static void test_mismatch_is_found(void **state)
{
	struct bs_device_stats s;
	struct bs_device *d;

	(void)state;
	d = arena(BS_THP_NEVER, (struct bs_device_config){.touch = BS_TOUCH_PAGE});
	bs_assert_agrees_with_kernel(d);
	damage(d, 4097, 0);
	assert_differs(d, "page 4097: discarded by the model, still held by the kernel (1 pages");
	bs_device_stats(d, &s);
	assert_int_equal(s.residency_mismatches, 1);
	bs_device_destroy(d);

	for (int thp = 0; thp <= 1; thp++) {
		d = arena(thp ? BS_THP_ALWAYS : BS_THP_NEVER,
			  (struct bs_device_config){.touch = BS_TOUCH_PAGE});
		bs_dev_alloc_for(d, 1024, 9, 1);
		madvise(bs_arena_page(&d->arena, 1030), 2 * BS_UNIT_SIZE, MADV_DONTNEED);
		assert_differs(d, "page 1030: resident by the model, not there for the kernel (2");
		bs_device_destroy(d);
	}

	d = arena(BS_THP_ALWAYS, (struct bs_device_config){.touch = BS_TOUCH_PAGE});
	damage(d, 1024 + 5, 0);
	assert_differs(d, "discarded by the model");
	bs_device_destroy(d);
}

/* Accepted by the kernel without effect (firecracker#6167): judged by the effect. The arena is
 * made a shared mapping, for which MADV_DONTNEED drops nothing. */
static void test_advice_without_effect(void **state)
{
	struct bs_device *d =
		arena(BS_THP_NEVER,
		      (struct bs_device_config){.touch = BS_TOUCH_PAGE, .verify = BS_VERIFY_EACH});
	struct bs_device_stats s;

	(void)state;
	assert_true(mmap(d->arena.base, 2 << 20, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == d->arena.base);
	bs_dev_alloc_for(d, 0, 9, 1);
	bs_dev_free_for(d, 0, 9, 1);
	bs_dev_report(d, 0, 9);
	bs_device_stats(d, &s);
	assert_int_equal(s.residency_mismatches, 1);
	assert_differs(d, "page 0: discarded by the model, still held by the kernel (512 pages");
	bs_device_destroy(d);
}

/* The host refuses one of two ranges: it stays resident and is skipped, the other one goes. */
static void test_host_refuses(void **state)
{
	struct bs_device *d =
		arena(BS_THP_NEVER,
		      (struct bs_device_config){.touch = BS_TOUCH_PAGE, .verify = BS_VERIFY_EACH});
	const struct bs_range r[] = {{0, 9}, {512, 9}};
	struct bs_device_stats s;
	struct bs_error err;
	bs_ns cost;

	(void)state;
	for (int i = 0; i < 2; i++) {
		bs_dev_alloc_for(d, r[i].pfn, r[i].order, 1);
		bs_dev_free_for(d, r[i].pfn, r[i].order, 1);
	}
	/* Where nothing is mapped the kernel refuses with ENOMEM. */
	assert_int_equal(munmap(d->arena.base, 2 << 20), 0);
	assert_int_equal(bs_device_request(d, r, 2, &cost, &err), 0);
	assert_int_equal(bs_device_complete(d, 0, 0, &err), -EIO);
	assert_int_equal(err.sys_errno, ENOMEM);
	bs_device_stats(d, &s);
	assert_int_equal(s.skipped_bytes, 2 << 20);
	assert_int_equal(s.discarded_bytes, 2 << 20);
	assert_true(bs_device_is_resident(d, 0));
	assert_false(bs_device_is_resident(d, 512));
	assert_int_equal(s.residency_mismatches, 0);
	bs_device_destroy(d);
}

/* ---- What does not fit ----------------------------------------------------------------------- */

/* 1 TiB of guest, of which little is used: mapped at once, nothing resident. */
static void test_one_tib_is_only_address_space(void **state)
{
	struct bs_device *d =
		arena(BS_THP_ALWAYS, (struct bs_device_config){.nr_pages = UINT64_C(1) << 28,
							       .peak_pages = 1024,
							       .touch = BS_TOUCH_PAGE,
							       .verify = BS_VERIFY_EACH});

	(void)state;
	bs_dev_alloc_for(d, (1U << 28) - 1024, 10, 1);
	bs_dev_free_for(d, (1U << 28) - 1024, 10, 1);
	bs_dev_report(d, (1U << 28) - 1024, 10);
	assert_int_equal(bs_device_held(d), 0);
	assert_int_equal(bs_device_real_rss(d), 0);
	bs_device_destroy(d);
}

/* More than any host has: refused before a page is touched, with the way out. */
static void test_guard_refuses(void **state)
{
	const struct bs_device_config c = {.kind = "madvise", .nr_pages = BS_MAX_PFN};
	struct bs_device *d;
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_device_create(&c, &d, &err), -ENOMEM);
	assert_null(d);
	assert_int_equal(err.status, BS_RESOURCE);
	assert_non_null(strstr(err.text, "does not fit"));
	assert_string_equal(err.advice, "use a --device without an arena, or a smaller --memory");
}

/* In a child, for the limit cannot be raised again: exit status 0 if the error was the right one. */
static int create_without_address_space(void)
{
	const struct bs_device_config c = {
		.kind = "madvise", .nr_pages = UINT64_C(16) << 18, .peak_pages = 1024};
	FILE *f = fopen("/proc/self/statm", "r");
	struct bs_error err = {0};
	unsigned long long pages;
	struct rlimit limit;
	struct bs_device *d;

	if (!f || fscanf(f, "%llu", &pages) != 1)
		return 2;
	fclose(f);
	limit.rlim_cur = limit.rlim_max = (pages << BS_UNIT_SHIFT) + (UINT64_C(256) << 20);
	if (setrlimit(RLIMIT_AS, &limit))
		return 3;
	if (bs_device_create(&c, &d, &err) != -ENOMEM)
		return 4;
	return err.status == BS_RESOURCE && strstr(err.text, "cannot map an arena of 16384 MiB")
		       ? 0
		       : 5;
}

static void test_mapping_failure(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid)
		_exit(create_without_address_space());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stripe_base_pages),
		cmocka_unit_test(test_stripe_huge_pages),
		cmocka_unit_test(test_one_page_of_a_huge_page),
		cmocka_unit_test(test_random_life),
		cmocka_unit_test(test_preset),
		cmocka_unit_test(test_madv_free),
		cmocka_unit_test(test_verify_sample_and_end),
		cmocka_unit_test(test_damaged_stamps),
		cmocka_unit_test(test_damage_inside_of_a_page),
		cmocka_unit_test(test_mismatch_is_found),
		cmocka_unit_test(test_advice_without_effect),
		cmocka_unit_test(test_host_refuses),
		cmocka_unit_test(test_one_tib_is_only_address_space),
		cmocka_unit_test(test_guard_refuses),
		cmocka_unit_test(test_mapping_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
