// SPDX-License-Identifier: GPL-2.0-or-later
/* The writer of the native format: what it refuses, what it can take, and how large a file gets. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rng.h"

#define N_EVENTS 40000 /* three chunks */

static void test_writer_refuses_what_no_reader_takes(void **state)
{
	(void)state;

	static const struct bs_trace_event bad[] = {
		{.kind = BS_EV_FREE, .arg = 0},
		{.kind = BS_EV_FREE, .arg = 2},
		{.kind = BS_EV_FREE, .arg = 1, .offset = 1024},
		{.kind = BS_EV_ALLOC, .order = 11},
		{.kind = BS_EV_ALLOC, .cpu = 1},
		{.kind = BS_EV_MARK, .arg = 0},
		{.kind = BS_EV_PRE, .time = 10},
		{.kind = BS_EV_ALLOC, .time = 9},
		{.kind = BS_NR_EV, .time = 10},
	};
	const struct bs_trace_event good = {.time = 10, .kind = BS_EV_ALLOC};
	const struct bs_trace_info info = {.nr_cpus = 1};
	struct bs_trace_writer *w;
	struct bs_error err;

	assert_ok(bs_trace_create(bs_test_path("w.cborseq"), &info, &w, &err), &err);
	assert_ok(bs_trace_write(w, &good, &err), &err);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bs_trace_event ev = bad[i];

		if (!ev.time)
			ev.time = 10;
		assert_true(bs_trace_write(w, &ev, &err) < 0);
	}
	bs_trace_abandon(w);
	assert_int_equal(access(bs_test_path("w.cborseq"), F_OK), -1);
}

static void test_writer_takes_255_gfp_masks(void **state)
{
	(void)state;

	struct bs_trace_event ev = {.kind = BS_EV_ALLOC, .pfn = BS_NO_PFN};
	const struct bs_trace_info info = {.nr_cpus = 1};
	struct bs_trace_writer *w;
	struct bs_error err;

	assert_ok(bs_trace_create(bs_test_path("g.cborseq"), &info, &w, &err), &err);
	for (ev.gfp = 0; ev.gfp < 255 * 64; ev.gfp += 64)
		assert_ok(bs_trace_write(w, &ev, &err), &err);
	assert_int_equal(bs_trace_write(w, &ev, &err), -E2BIG);
	ev.gfp = 64;
	assert_ok(bs_trace_write(w, &ev, &err), &err);
	bs_trace_abandon(w);
}

static void test_full_disk_leaves_nothing(void **state)
{
	(void)state;

	const struct bs_trace_event ev = {.kind = BS_EV_ALLOC, .pfn = BS_NO_PFN};
	const struct bs_trace_info info = {.nr_cpus = 1};
	struct bs_trace_writer *w;
	struct bs_error err;

	assert_ok(bs_trace_create("/dev/full", &info, &w, &err), &err);
	assert_ok(bs_trace_write(w, &ev, &err), &err);
	assert_true(bs_trace_finish(w, &info, &err) < 0);
	assert_int_equal(err.status, BS_RESOURCE);
}

/* Kind, step, mask and CPU of a byte each, and chunks of 16 Ki. */
static void test_small_values_take_a_byte(void **state)
{
	(void)state;

	const char *path = bs_test_path("r.cborseq");
	struct bs_trace_event *ev = calloc(N_EVENTS, sizeof(*ev));
	const struct bs_trace_info info = {.nr_cpus = 2};
	struct bs_rng rng;
	struct stat st;

	bs_rng_seed(&rng, 3);
	for (unsigned int i = 0; i < N_EVENTS; i++)
		ev[i] = (struct bs_trace_event){.time = i * UINT64_C(1000),
						.kind = BS_EV_ALLOC,
						.cpu = (uint8_t)bs_rng_below(&rng, 2),
						.order = (uint8_t)bs_rng_below(&rng, 4),
						.gfp = (uint32_t)bs_rng_below(&rng, 4)};
	bs_test_write_trace(path, &info, ev, N_EVENTS);
	free(ev);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size <= N_EVENTS * 4 + 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writer_refuses_what_no_reader_takes),
		cmocka_unit_test(test_writer_takes_255_gfp_masks),
		cmocka_unit_test(test_full_disk_leaves_nothing),
		cmocka_unit_test(test_small_values_take_a_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
