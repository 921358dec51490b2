// SPDX-License-Identifier: GPL-2.0-or-later
/* balloon: inflated at its time, deflated at its time, and for an allocation that would fail. */
#include "bs_test.h"

#include <string.h>

#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE
#define MIB (UINT64_C(1) << 20)

static struct bs_world *full_world(const char *strategy)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", 8192);

	bs_world_start(w, strategy, 32);
	return w;
}

static uint64_t size_of(struct bs_world *w)
{
	struct bs_report_stats st;

	bs_report_stats(w->rc, &st);
	return st.client_bytes;
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
	bs_world_work(w);
	assert_int_equal(size_of(w), 4 * MIB);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.reported_bytes, 4 * MIB);
	assert_int_equal(st.calls, 4 * 8); /* four messages of 256 pages, 32 to a request */
	assert_int_equal(w->wake_at, 5 * BS_NS_PER_S);
	bs_world_work(w);
	assert_int_equal(size_of(w), 0);
	assert_false(w->wake_armed);
	assert_false(w->not_taken);
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
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1024:9 1536:9 | ");
	assert_int_equal(size_of(w), 4 * MIB);
	bs_assert_list(w, 10, M, "");
	bs_report_stop(w->rc);
	assert_int_equal(size_of(w), 0);
	bs_assert_list(w, 10, M, "1024");
	bs_world_destroy(w);
}

/* 12 MiB are wanted, 4 MiB are there. It waits for a large free, then 200 ms. */
static void test_a_starved_balloon_waits_for_a_free(void **state)
{
	struct bs_world *w = full_world("balloon:size=12MiB,at=0s,page=huge");

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_work(w);
	assert_int_equal(size_of(w), 4 * MIB);
	assert_false(w->wake_armed);
	bs_world_free(w, 3072, 10);
	assert_int_equal(w->wake_at - w->now, 200 * BS_NS_PER_MS);
	bs_world_work(w);
	assert_int_equal(size_of(w), 8 * MIB);
	bs_world_free(w, 5120, 10);
	bs_world_free(w, 6144, 10);
	bs_world_work(w);
	assert_int_equal(size_of(w), 12 * MIB); /* no more than that */
	bs_world_free(w, 0, 10);
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* Memory is short: 256 pages come back, of huge ones one. */
static void test_deflate_on_oom(void **state)
{
	struct bs_world *w = full_world("balloon:size=4MiB,at=0s");

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_work(w);
	assert_int_equal(size_of(w), 4 * MIB);
	bs_report_event(w->rc, BS_EVENT_SHRINK, 1);
	assert_int_equal(size_of(w), 3 * MIB);
	bs_world_destroy(w);

	w = full_world("balloon:size=4MiB,at=0s,page=huge");
	bs_world_free(w, 1024, 10);
	bs_world_work(w);
	bs_report_event(w->rc, BS_EVENT_SHRINK, 1);
	assert_int_equal(size_of(w), 2 * MIB);
	assert_false(w->wake_armed); /* and is not taken away again */
	bs_world_destroy(w);
}

static void test_the_host_changes_its_mind(void **state)
{
	struct bs_world *w = full_world("balloon:size=8MiB,at=0s,page=huge");

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 3072, 10);
	bs_world_work(w);
	assert_int_equal(size_of(w), 8 * MIB);
	bs_report_event(w->rc, BS_EVENT_TARGET, 2 * MIB);
	bs_world_work(w);
	assert_int_equal(size_of(w), 2 * MIB);
	bs_report_event(w->rc, BS_EVENT_TARGET, 1 << 30);
	bs_world_work(w);
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
		cmocka_unit_test(test_the_host_does_not_wait_for_the_timer),
		cmocka_unit_test(test_huge_pages),
		cmocka_unit_test(test_a_starved_balloon_waits_for_a_free),
		cmocka_unit_test(test_deflate_on_oom),
		cmocka_unit_test(test_the_host_changes_its_mind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
