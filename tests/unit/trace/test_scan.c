// SPDX-License-Identifier: GPL-2.0-or-later
/* What no checksum can know: whether each event can be. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"

static void test_scan_refuses_what_cannot_be(void **state)
{
	(void)state;

	static const struct {
		struct bs_trace_event ev;
		const char *text;
	} bad[] = {
		{{.kind = BS_EV_FREE, .arg = 1, .order = 3}, "not within the block"},
		{{.kind = BS_EV_FREE, .arg = 1, .order = 1, .offset = 1}, "not aligned"},
		{{.kind = BS_EV_FREE, .arg = 1, .offset = 4}, "not within the block"},
		{{.kind = BS_EV_FREE, .arg = 2}, "not live"},
		{{.kind = BS_EV_FREE, .arg = 3}, "not live"},
		{{.kind = BS_EV_FREE, .arg = 1, .order = 2}, "a part that is not live"},
	};
	struct bs_trace_event ev[] = {
		{.kind = BS_EV_FAILED},
		{.kind = BS_EV_ALLOC},
		{.kind = BS_EV_FREE, .arg = 1},
		{.kind = BS_EV_ALLOC, .order = 2},
		{.kind = BS_EV_FREE, .arg = 1, .offset = 1},
		{0},
	};
	const char *a = bs_test_path("a.cborseq");

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bs_trace *t;
		struct bs_error err;

		ev[5] = bad[i].ev;
		bs_test_write_trace(a, NULL, ev, 6);
		assert_ok(bs_trace_open(a, &t, &err), &err);
		assert_true(bs_trace_scan(t, false, &err) < 0);
		assert_non_null(strstr(err.where, "chunk 1, event 5"));
		if (!strstr(err.text, bad[i].text))
			fail_msg("%s", err.text);
		/* Not damage: keeping whole chunks does not help. */
		assert_true(bs_trace_scan(t, true, &err) < 0);
		bs_trace_close(t);
	}
}

/*
 * The picture of a trace's live memory, against one that looks at every event for every part: parts are the
 * smallest power of two, in microseconds, that the trace fits into BS_TRACE_SHAPE of.
 */
static void naive_shape(const struct bs_trace_event *ev, size_t n, uint64_t *shape)
{
	uint64_t width = 1000, level[1024] = {0};
	unsigned int parts;

	while (ev[n - 1].time / width >= BS_TRACE_SHAPE)
		width *= 2;
	parts = (unsigned int)(ev[n - 1].time / width) + 1;
	for (unsigned int i = 0; i < parts; i++) {
		uint64_t now = 0;

		for (size_t e = 0; e < n; e++) {
			/* What is live when a part begins is its own, too. */
			if (e && ev[e - 1].time / width < i && ev[e].time / width >= i &&
			    now > level[i])
				level[i] = now;
			now = now + (ev[e].kind == BS_EV_ALLOC) - (ev[e].kind == BS_EV_FREE);
			if (ev[e].time / width == i && now > level[i])
				level[i] = now;
		}
	}
	for (unsigned int i = 0; i < BS_TRACE_SHAPE; i++)
		shape[i] = level[i * parts / BS_TRACE_SHAPE];
}

static void test_shape_of_live_memory(void **state)
{
	static const bs_ns steps[] = {1, 700, 3000, 1000000, 5000000000};
	const char *a = bs_test_path("a.cborseq");
	uint64_t want[BS_TRACE_SHAPE];
	struct bs_trace_event ev[64];

	(void)state;
	for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
		struct bs_trace *t;
		struct bs_error err;
		bs_ns time = 0;

		for (unsigned int i = 0; i < 64; i++) {
			/* Three steps up and one down; every seventh waits long. */
			time += steps[s] * (i % 7 == 6 ? 40 : 1);
			ev[i] = (struct bs_trace_event){.kind = i % 4 == 3 ? BS_EV_FREE
									   : BS_EV_ALLOC,
							.arg = i % 4 == 3,
							.time = time};
		}
		bs_test_write_trace(a, NULL, ev, 64);
		assert_ok(bs_trace_open(a, &t, &err), &err);
		assert_ok(bs_trace_scan(t, false, &err), &err);
		naive_shape(ev, 64, want);
		assert_memory_equal(bs_trace_info(t)->shape, want, sizeof(want));
		/* 48 are allocated, and all but the last of 16 frees were before the last of them: the
		 * peak is where the trace ends, with short steps in the only part there is. */
		assert_int_equal(bs_trace_info(t)->peak_pages, 48 - 15);
		bs_trace_close(t);
	}
}

/* Made while the file is read, and of all its bytes: also of those behind what is kept of a damaged one. */
static void test_the_hash_is_that_of_the_file(void **state)
{
	static const char *const names[] = {"hash.cborseq", "hash.cborseq.zst"};
	struct bs_trace_event *ev = bs_test_random_events(3);
	struct bs_trace_info info = {.nr_cpus = 2, .has_pfn = true};
	char want[BS_SHA256_HEX];
	struct bs_trace *t;
	struct bs_error err;

	(void)state;
	/* So that a compressed file has several blocks, of which the first are whole. */
	for (uint32_t i = 0; i < BS_NR_RANDOM; i++)
		ev[i].pfn = i * 2654435761u >> 4;
	for (unsigned int i = 0; i < 6; i++) {
		const char *path = bs_test_path(names[i % 2]);
		unsigned char *data;
		size_t len;

		bs_test_write_trace(path, &info, ev, BS_NR_RANDOM);
		data = bs_test_read_file(path, &len);
		/* Whole; cut short; with a byte changed two thirds in. */
		data[len * 2 / 3] ^= i / 2 == 2;
		bs_test_write_file(path, data, i / 2 == 1 ? len - len / 5 : len);
		free(data);
		assert_int_equal(bs_file_sha256(path, want), 0);
		assert_ok(bs_trace_open(path, &t, &err), &err);
		assert_int_equal(bs_trace_scan(t, true, &err), i / 2 ? 1 : 0);
		assert_string_equal(bs_trace_info(t)->sha256, want);
		/* Once more, from the middle of it. */
		assert_int_equal(bs_trace_scan(t, true, &err), i / 2 ? 1 : 0);
		assert_string_equal(bs_trace_info(t)->sha256, want);
		bs_trace_close(t);
	}
	free(ev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_refuses_what_cannot_be),
		cmocka_unit_test(test_shape_of_live_memory),
		cmocka_unit_test(test_the_hash_is_that_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
