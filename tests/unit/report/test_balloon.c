// SPDX-License-Identifier: GPL-2.0-or-later
/* balloon: portion by portion to the target and back, asleep while it is short, and what memory that is short gets. */
#include "bs_test.h"

#include <stdio.h>
#include <string.h>

#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE
#define MIB (UINT64_C(1) << 20)
#define PORTION 256 /* the most that the device takes in one request */

static struct bs_world *full_world(const char *strategy)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", 8192);

	bs_world_start(w, strategy, PORTION);
	return w;
}

static uint64_t size_of(struct bs_world *w)
{
	struct bs_report_stats st;

	bs_report_stats(w->rc, &st);
	return st.client_bytes;
}

/* All portions that follow each other, until it waits for something. */
static void work(struct bs_world *w)
{
	do
		assert_true(bs_world_work(w));
	while (w->wake_armed && w->wake_at <= w->now + 1);
}

static uint64_t managed(struct bs_world *w)
{
	return bs_managed_pages(w->m);
}

/* The first, second and last page of message number @number, from 0, in @log. */
static void assert_message(const char *log, unsigned int number, unsigned int first,
			   unsigned int second, unsigned int last)
{
	char want[64];
	const char *end;
	size_t n;

	for (; number; number--)
		log = strstr(log, "| ") + 2;
	end = strstr(log, " | ");
	assert_non_null(end);
	n = (size_t)snprintf(want, sizeof(want), "%u:0 %u:0 ", first, second);
	assert_memory_equal(log, want, n);
	n = (size_t)snprintf(want, sizeof(want), " %u:0", last);
	assert_memory_equal(end - n, want, n);
}

static void test_a_balloon_keeps_its_schedule(void **state)
{
	struct bs_world *w = full_world("balloon:size=4MiB,at=2s,until=5s");
	struct bs_report_stats st;

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 4096, 10);
	assert_int_equal(w->wake_at, 2 * BS_NS_PER_S);
	assert_int_equal(size_of(w), 0);
	work(w);
	assert_int_equal(size_of(w), 4 * MIB);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.reported_bytes, 4 * MIB);
	assert_int_equal(st.calls, 4); /* four portions of 256 pages, one round trip each */
	assert_int_equal(st.tells, 0);
	assert_int_equal(w->wake_at, 5 * BS_NS_PER_S);
	work(w);
	assert_int_equal(size_of(w), 0);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.calls, 4);
	assert_int_equal(st.tells, 4);
	assert_false(w->wake_armed);
	assert_false(w->not_taken);
	bs_world_destroy(w);
}

/*
 *   o10 M: [1024]   pages 1024, 1025, .. are allocated: told in reverse, and so on with the next 256. Back comes
 *   what was told last first, and within a portion what was allocated first; freed in reverse of that
 */
static void test_the_order_of_telling(void **state)
{
	struct bs_world *w = full_world("balloon:size=2MiB,at=0s,until=1s");
	const char *log;

	(void)state;
	bs_world_use_tail(w);
	bs_world_free(w, 1024, 10);
	work(w);
	log = bs_world_log(w);
	assert_message(log, 0, 1279, 1278, 1024);
	assert_message(log, 1, 1535, 1534, 1280);
	work(w);
	log = bs_world_told(w);
	assert_message(log, 0, 1280, 1281, 1535);
	assert_message(log, 1, 1024, 1025, 1279);
	bs_assert_list(w, 10, M, "1024");
	assert_string_equal(bs_world_log(w), "");
	bs_world_destroy(w);
}

/* A portion is what the device takes, or several requests in a row: a page is in the balloon after the last. */
static void test_a_short_queue(void **state)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", 8192);
	struct bs_report_stats st;

	(void)state;
	bs_world_start(w, "balloon:size=1MiB,at=0s", 100);
	bs_world_free(w, 1024, 10);
	work(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.calls, 3);
	assert_int_equal(size_of(w), MIB);
	bs_world_destroy(w);
}

/*
 *   o10 M: [1024]   two huge pages are cut from it, lower half first, in one message
 */
static void test_huge_pages(void **state)
{
	struct bs_world *w = full_world("balloon:size=4MiB,at=0s,page=huge");

	(void)state;
	bs_world_free(w, 1024, 10);
	work(w);
	assert_string_equal(bs_world_log(w), "1536:9 1024:9 | ");
	assert_int_equal(size_of(w), 4 * MIB);
	bs_assert_list(w, 10, M, "");
	bs_report_stop(w->rc);
	assert_int_equal(size_of(w), 0);
	bs_assert_list(w, 10, M, "1024");
	bs_world_destroy(w);
}

/* 3 MiB are wanted, 384 pages are there: a portion, and 128 pages that it sleeps with. Then they are told, it
 * tries again at once, and so on for as long as nothing is freed. */
static void test_a_balloon_that_is_short_sleeps_with_what_it_has(void **state)
{
	struct bs_world *w = full_world("balloon:size=3MiB,at=0s");
	struct bs_report_stats st;

	(void)state;
	bs_world_use_tail(w);
	bs_world_free(w, 1024, 8);
	bs_world_free(w, 2048, 7);
	work(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.calls, 1);
	assert_int_equal(st.reported_bytes, MIB);
	assert_int_equal(st.client_bytes, MIB + MIB / 2);
	assert_int_equal(st.client_refused, 1);
	assert_int_equal(w->wake_at - w->now, 200 * BS_NS_PER_MS);
	work(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.calls, 2);
	assert_int_equal(st.reported_bytes, MIB + MIB / 2);
	assert_int_equal(st.client_refused, 2);
	for (unsigned int i = 3; i < 20; i++) {
		assert_int_equal(w->wake_at - w->now, 200 * BS_NS_PER_MS);
		work(w);
		bs_report_stats(w->rc, &st);
		assert_int_equal(st.client_refused, i);
		assert_int_equal(st.calls, 2);
	}
	bs_world_free(w, 4096, 10);
	work(w);
	assert_int_equal(size_of(w), 3 * MIB); /* no more than that */
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* The host changes the target while it sleeps: it sleeps on, and goes to the new one then. */
static void test_nothing_ends_its_sleep(void **state)
{
	struct bs_world *w = full_world("balloon:size=3MiB,at=0s");

	(void)state;
	bs_world_use_tail(w);
	bs_world_free(w, 1024, 7);
	work(w);
	w->now += 50 * BS_NS_PER_MS;
	bs_report_event(w->rc, BS_EVENT_TARGET, 0);
	work(w);
	assert_int_equal(size_of(w), MIB / 2);
	assert_int_equal(w->wake_at, 200 * BS_NS_PER_MS);
	assert_string_equal(bs_world_log(w), "");
	work(w);
	assert_int_equal(w->calls, 1);
	assert_int_equal(w->tells, 1);
	assert_int_equal(size_of(w), 0);
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* Memory is short: 256 pages come back, of huge ones one. Whose target is reached does not take them again. */
static void test_deflate_on_oom(void **state)
{
	struct bs_world *w = full_world("balloon:size=4MiB,at=0s");

	(void)state;
	bs_world_free(w, 1024, 10);
	work(w);
	assert_int_equal(size_of(w), 4 * MIB);
	bs_report_event(w->rc, BS_EVENT_SHRINK, 1);
	assert_int_equal(size_of(w), 3 * MIB);
	assert_int_equal(w->tells, 1);
	assert_false(w->wake_armed);
	bs_world_destroy(w);

	w = full_world("balloon:size=4MiB,at=0s,page=huge");
	bs_world_free(w, 1024, 10);
	work(w);
	bs_report_event(w->rc, BS_EVENT_SHRINK, 1);
	assert_int_equal(size_of(w), 2 * MIB);
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* One that is still short takes in the next 200 ms what memory that was short had got back. */
static void test_they_pump_against_each_other(void **state)
{
	struct bs_world *w = full_world("balloon:size=4MiB,at=0s");

	(void)state;
	bs_world_use_tail(w);
	bs_world_free(w, 1024, 9);
	work(w);
	work(w);
	assert_int_equal(size_of(w), 2 * MIB);
	for (unsigned int i = 0; i < 3; i++) {
		bs_report_event(w->rc, BS_EVENT_SHRINK, 1);
		assert_int_equal(size_of(w), MIB);
		work(w);
		work(w);
		assert_int_equal(size_of(w), 2 * MIB);
	}
	bs_world_destroy(w);
}

/* Not on OOM: nothing comes back, and the guest's memory is smaller while the balloon has it. */
static void test_pages_that_are_not_managed(void **state)
{
	struct bs_world *w = full_world("balloon:size=4MiB,at=0s,until=1s,deflate_on_oom=off");
	const uint64_t all = managed(w);
	struct bs_error err;

	(void)state;
	bs_world_free(w, 1024, 10);
	work(w);
	assert_int_equal(managed(w), all - 1024);
	assert_ok(bs_machine_check(w->m, &err), &err);
	bs_report_event(w->rc, BS_EVENT_SHRINK, 1);
	assert_int_equal(size_of(w), 4 * MIB);
	work(w);
	assert_int_equal(managed(w), all);
	bs_assert_list(w, 10, M, "1024");
	assert_false(w->not_taken);
	bs_world_destroy(w);

	w = full_world("balloon:size=4MiB,at=0s");
	bs_world_free(w, 1024, 10);
	work(w);
	assert_int_equal(managed(w), all);
	bs_world_destroy(w);
}

/* Lower zones' reserves follow each page on linux-7.3, and nothing does before. */
static void test_reserves_follow_on_7_3(void **state)
{
	static const struct bs_zone_range zones[] = {
		{.type = BS_ZONE_DMA, .spanned = 4096},
		{.type = BS_ZONE_NORMAL, .start = 4096, .spanned = 61440},
	};
	static const char *const kernels[] = {"linux-6.12", "linux-7.3"};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_world *w = bs_world_create_empty(kernels[i], zones, 2);
		struct bs_zone_info before, after;
		struct bs_error err;

		assert_ok(bs_machine_boot_range(w->m, 0, 65536, &err), &err);
		bs_machine_boot_done(w->m);
		bs_zone_info(w->m, 0, &before);
		bs_world_start(w, "balloon:size=16MiB,at=0s,deflate_on_oom=off", PORTION);
		work(w);
		bs_zone_info(w->m, 0, &after);
		assert_int_equal(size_of(w), 16 * MIB);
		assert_int_equal(before.lowmem_reserve[BS_ZONE_NORMAL] -
					 after.lowmem_reserve[BS_ZONE_NORMAL],
				 i ? 4096 / 256 : 0);
		assert_int_equal(before.watermark_min, after.watermark_min);
		bs_world_destroy(w);
	}
}

/* A question each 2 s: a message with nothing in it, whatever else it does. */
static void test_statistics(void **state)
{
	struct bs_world *w = full_world("balloon:size=1MiB,at=3s,stats=2s");

	(void)state;
	bs_world_free(w, 1024, 10);
	work(w);
	assert_int_equal(w->now, 2 * BS_NS_PER_S);
	assert_string_equal(bs_world_told(w), "| ");
	assert_int_equal(size_of(w), 0);
	work(w);
	assert_int_equal(w->now, 3 * BS_NS_PER_S);
	assert_string_equal(bs_world_told(w), "");
	assert_int_equal(size_of(w), MIB);
	bs_report_event(w->rc, BS_EVENT_SHRINK, 1);
	bs_world_told(w);
	work(w);
	assert_int_equal(w->now, 4 * BS_NS_PER_S);
	assert_string_equal(bs_world_told(w), "| ");
	assert_int_equal(size_of(w), 0); /* its target was reached, and nobody set another */
	bs_world_destroy(w);
}

static void target_halved(struct bs_world *w, unsigned int call)
{
	if (call == 3)
		bs_report_event(w->rc, BS_EVENT_TARGET, 2 * MIB);
}

/* On the way: the portion at work is finished, and the next one goes to the new target. */
static void test_a_target_that_changes_on_the_way(void **state)
{
	struct bs_world *w = full_world("balloon:size=8MiB,at=0s");

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 3072, 10);
	w->during = target_halved;
	work(w);
	assert_int_equal(w->calls, 3);
	assert_int_equal(w->tells, 1);
	assert_int_equal(size_of(w), 2 * MIB);
	bs_world_destroy(w);
}

static void test_the_host_changes_its_mind(void **state)
{
	struct bs_world *w = full_world("balloon:size=8MiB,at=0s,page=huge");

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 3072, 10);
	work(w);
	assert_int_equal(size_of(w), 8 * MIB);
	bs_report_event(w->rc, BS_EVENT_TARGET, 2 * MIB);
	work(w);
	assert_int_equal(size_of(w), 2 * MIB);
	bs_report_event(w->rc, BS_EVENT_TARGET, 1 << 30);
	work(w);
	assert_int_equal(size_of(w), 8 * MIB);
	bs_world_destroy(w);
}

/* It asks before the parameters would: now is meant, and what they say is overruled. */
static void test_the_host_does_not_wait_for_the_timer(void **state)
{
	struct bs_world *w = full_world("balloon:size=8MiB,at=1h,page=huge");

	(void)state;
	bs_world_free(w, 1024, 10);
	w->now = BS_NS_PER_S;
	bs_report_event(w->rc, BS_EVENT_TARGET, 2 * MIB);
	assert_int_equal(w->wake_at, BS_NS_PER_S);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(size_of(w), 2 * MIB);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_balloon_keeps_its_schedule),
		cmocka_unit_test(test_the_order_of_telling),
		cmocka_unit_test(test_a_short_queue),
		cmocka_unit_test(test_huge_pages),
		cmocka_unit_test(test_a_balloon_that_is_short_sleeps_with_what_it_has),
		cmocka_unit_test(test_nothing_ends_its_sleep),
		cmocka_unit_test(test_deflate_on_oom),
		cmocka_unit_test(test_they_pump_against_each_other),
		cmocka_unit_test(test_pages_that_are_not_managed),
		cmocka_unit_test(test_reserves_follow_on_7_3),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_a_target_that_changes_on_the_way),
		cmocka_unit_test(test_the_host_changes_its_mind),
		cmocka_unit_test(test_the_host_does_not_wait_for_the_timer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
