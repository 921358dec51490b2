// SPDX-License-Identifier: GPL-2.0-or-later
/* loads.c and every load of loads.def: what is asked for is read, and each keeps the laws that all of them have. */
#include "bs_load_test.h"

#include "bs_trace_test.h"

#include <buddysim/trace.h>

#include <stdlib.h>
#include <string.h>

#define MIB (UINT64_C(1) << 20)

/* Each load, small: with other parameters than its defaults. */
static const char *const small[] = {
	"memhog:size=8MiB,cycles=2,hold=1s,pause=1s",
	"memhog:size=1MiB,order=0,cycles=3,shuffle=on",
	"churn:size=8MiB,tasks=3,time=50ms,hold=1ms,pause=1ms",
	"churn:size=1MiB,order=0,tasks=4,cpus=2,time=50ms",
	"write:size=16MiB,tasks=4,cycles=3,pause=1s",
	"write:size=4MiB,tasks=3,cpus=2,order=0,cycles=2,hold=10ms",
	"page-fault:size=4MiB,tasks=2,time=50ms",
	"page-fault:size=4MiB,tasks=2,order=9,threads=on,time=50ms",
	"stress-vm:size=4MiB,workers=3,time=50ms",
	"stress-vm:size=4MiB,workers=2,time=50ms,keep=on,hang=5ms",
	"build:events=3000,live=300,process=40,huge=20",
	"build:events=2001,live=100,cpus=3,kernel=50",
	"idle:time=3s",
	"process:size=8MiB,tasks=2,cycles=2,hold=1s,pause=1s,give-back=25,short=500ms",
	"process:size=6MiB,thp=madvise,advised=off,scan_sleep=200ms,hold=2s,cycles=1",
	"file-read:size=8MiB,tasks=2,cycles=2,pause=1s,drop=on",
	"file-write:size=8MiB,tasks=2,cycles=2,pause=1s,drop=on",
	"process:size=6MiB,thp=never,cycles=1,hold=1s",
};
#define NR_SMALL (sizeof(small) / sizeof(small[0]))

static void test_every_load_is_tried(void **state)
{
	const struct bs_load_kind *k;

	(void)state;
	for (unsigned int i = 0; (k = bs_load_at(i)); i++) {
		bool found = false;

		assert_ptr_equal(bs_load_find(k->name, NULL), k);
		for (size_t s = 0; s < NR_SMALL; s++)
			found |= !strncmp(small[s], k->name, strlen(k->name)) &&
				 small[s][strlen(k->name)] == ':';
		if (!found)
			fail_msg("%s is not tried here", k->name);
	}
}

/* It ends; all that it took it gave back; it never had more than it said; and where nothing makes it
 * wait it takes as long as it said, or as long as its last cycle takes longer. */
static void run_one(const char *text)
{
	struct bs_load_test t;
	uint64_t cycles;
	bs_ns length;

	bs_load_test_begin(&t, text, 7);
	length = bs_load_length(&t.spec);
	while (bs_load_test_step(&t))
		assert_true(t.now < 10 * length + BS_NS_PER_S);
	cycles = t.tasks.cycles;
	assert_int_equal(t.tasks.left, 0);
	assert_int_equal(t.live, 0);
	assert_int_equal(t.allocated, t.freed);
	assert_true(t.peak << BS_UNIT_SHIFT <= bs_load_peak_bytes(&t.spec));
	assert_true(t.peak == 0 || cycles > 0);
	assert_true(t.now <= length + length / 2 + 100 * BS_NS_PER_MS);
	assert_true(t.now >= length - length / 4);
	bs_load_test_end(&t);
}

static void test_laws(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_SMALL; i++)
		run_one(small[i]);
}

/* What threads of one program write is freed when all of it is written, however far apart they are. */
static void test_write_frees_behind_its_last_write(void **state)
{
	struct bs_load_test t;

	(void)state;
	bs_load_test_begin(&t, "write:size=16MiB,tasks=4,order=0,cpus=2,cycles=1", 1);
	while (bs_load_test_step(&t))
		assert_true(!t.freed || t.allocated == 16 << 8);
	assert_int_equal(t.freed, 16 << 8);
	bs_load_test_end(&t);
}

static uint64_t digest_of(const char *text, uint64_t seed)
{
	struct bs_load_test t;
	uint64_t digest;

	bs_load_test_begin(&t, text, seed);
	while (bs_load_test_step(&t))
		;
	digest = t.digest;
	bs_load_test_end(&t);
	return digest;
}

static void test_same_seed_same_steps(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_SMALL; i++)
		assert_true(digest_of(small[i], 3) == digest_of(small[i], 3));
	/* ... and what is random is another's with another one, unless it has its own. */
	assert_true(digest_of(small[10], 3) != digest_of(small[10], 4));
	assert_true(digest_of("build:events=3000,seed=9", 3) ==
		    digest_of("build:events=3000,seed=9", 4));
}

/* A request that fails is gone, the task is not. */
static void test_no_memory_ends_no_load(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_SMALL; i++) {
		struct bs_load_test t;

		bs_load_test_begin(&t, small[i], 1);
		t.refuses = true;
		while (bs_load_test_step(&t))
			;
		assert_int_equal(t.tasks.left, 0);
		assert_int_equal(t.freed, 0);
		bs_load_test_end(&t);
	}
}

static void refuses(const char *text, const char *why)
{
	struct bs_load_spec spec;
	struct bs_error err;

	assert_true(bs_load_parse(text, &spec, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_non_null(strstr(err.text, why));
	assert_true(bs_load_check(text, &err) < 0);
}

static void test_what_is_refused(void **state)
{
	struct bs_error err;

	(void)state;
	refuses("memhig", "no load \"memhig\"");
	refuses("memhog:sise=1MiB", "sise");
	refuses("memhog:spread=4", "nothing is in use before it");
	refuses("memhog:cycles=1000000,hold=24h", "longer than a load may");
	assert_int_equal(bs_load_check("memhog:base=1MiB,spread=4", &err), 0);
}

static void test_text_is_read_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_SMALL; i++) {
		struct bs_load_spec a, b;
		struct bs_error err;
		char *text;

		assert_ok(bs_load_parse(small[i], &a, &err), &err);
		text = bs_load_spec_text(&a);
		assert_ok(bs_load_parse(text, &b, &err), &err);
		assert_memory_equal(a.values, b.values,
				    bs_param_count(a.kind->params) * sizeof(*a.values));
		free(text);
		bs_load_spec_free(&a);
		bs_load_spec_free(&b);
	}
}

/* Written down, it is the same work, and the same bytes again; replayed nothing in it is amiss. */
static void test_as_a_trace(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_SMALL; i++) {
		const char *path = bs_test_path("load.cborseq");
		struct bs_trace_info a, b;
		struct bs_load_test t;
		struct bs_error err;

		assert_ok(bs_load_to_trace(small[i], 7, path, NULL, &a, &err), &err);
		assert_ok(bs_load_to_trace(small[i], 7, path, NULL, &b, &err), &err);
		assert_string_equal(a.sha256, b.sha256);
		assert_int_equal(bs_trace_trust(&a), 10000);
		bs_load_test_begin(&t, small[i], 7);
		while (bs_load_test_step(&t))
			;
		assert_int_equal(a.peak_pages, t.peak);
		assert_int_equal(a.end_pages, 0);
		assert_true(a.duration <= t.now);
		bs_load_test_end(&t);
	}
}

static void test_a_base_as_a_trace(void **state)
{
	const char *path = bs_test_path("load.cborseq");
	struct bs_trace_info a;
	struct bs_error err;

	(void)state;
	assert_ok(bs_load_to_trace("memhog:size=2MiB,cycles=1,base=4MiB,spread=4,lead=1s", 1, path,
				   NULL, &a, &err),
		  &err);
	assert_int_equal(a.pres, 4096);
	assert_int_equal(a.start_pages, 4096);
	assert_int_equal(a.end_pages, 1024);
	assert_true(a.duration > 11 * BS_NS_PER_S);
}

static void test_base_and_lead_count(void **state)
{
	struct bs_load_spec a;
	struct bs_error err;

	(void)state;
	assert_ok(bs_load_parse("idle:time=2s,lead=3s,base=16MiB,spread=4", &a, &err), &err);
	assert_int_equal(bs_load_length(&a), 5 * BS_NS_PER_S);
	/* four times as much before three quarters of it are given back */
	assert_int_equal(bs_load_peak_bytes(&a), 64 * MIB);
	assert_int_equal(bs_load_nr_tasks(&a), 1);
	bs_load_spec_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_load_is_tried),
		cmocka_unit_test(test_laws),
		cmocka_unit_test(test_write_frees_behind_its_last_write),
		cmocka_unit_test(test_same_seed_same_steps),
		cmocka_unit_test(test_no_memory_ends_no_load),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_text_is_read_again),
		cmocka_unit_test(test_as_a_trace),
		cmocka_unit_test(test_a_base_as_a_trace),
		cmocka_unit_test(test_base_and_lead_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
