// SPDX-License-Identifier: GPL-2.0-or-later
/* The native format: what is written comes back, and is what traces/FORMAT.md says. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_events_come_back(void **state)
{
	(void)state;

	const char *plain = bs_test_path("a.cborseq"), *zst = bs_test_path("a.cborseq.zst");

	bs_test_write_trace(plain, &bs_small_info, bs_small, BS_NR_SMALL);
	bs_test_write_trace(zst, &bs_small_info, bs_small, BS_NR_SMALL);
	bs_assert_trace_text(plain, bs_small_text);
	bs_assert_trace_text(zst, bs_small_text);
}

static void test_scan_fills_every_figure(void **state)
{
	(void)state;

	const char *path = bs_test_path("a.cborseq");
	const struct bs_trace_info *i;
	struct bs_trace *t;
	struct bs_error err;

	bs_test_write_trace(path, &bs_small_info, bs_small, BS_NR_SMALL);
	assert_ok(bs_trace_open(path, &t, &err), &err);
	i = bs_trace_info(t);
	assert_int_equal(i->events, 0);
	assert_int_equal(bs_trace_scan(t, false, &err), 0);
	assert_int_equal(i->version, 3);
	assert_string_equal(i->source, "test");
	assert_string_equal(i->comment, "a small one");
	assert_string_equal(i->kernel, "linux-6.1");
	assert_int_equal(i->memory_bytes, UINT64_C(1) << 30);
	assert_int_equal(i->nr_cpus, 2);
	assert_true(i->has_pfn);
	assert_int_equal(i->nr_names, 2);
	assert_string_equal(i->names[0], "start");
	assert_int_equal(i->nr_gfp, 3);
	assert_int_equal(i->events, BS_NR_SMALL);
	assert_int_equal(i->chunks, 1);
	assert_int_equal(i->allocs, 2);
	assert_int_equal(i->pres, 1);
	assert_int_equal(i->failed, 1);
	assert_int_equal(i->frees, 3);
	assert_int_equal(i->numbers, 4);
	assert_int_equal(i->duration, 500004000);
	assert_int_equal(i->start_pages, 8);
	assert_int_equal(i->peak_pages, 8 + 512);
	assert_int_equal(i->end_pages, 256);
	assert_int_equal(i->max_pfn, 1024);
	assert_int_equal(i->unusable, 1);
	assert_int_equal(i->unknown_frees, 2);
	assert_int_equal(i->boot_frees, 1);
	assert_int_equal(i->realloc_live, 4);
	assert_int_equal(i->lost_events, 5);
	assert_int_equal(i->other_events, 6);
	assert_int_equal(i->unused_batched_twins, 7);
	assert_int_equal(i->clamped_times, 8);
	assert_int_equal(strlen(i->sha256), 64);
	bs_trace_close(t);
}

/* MEANING.md, trust: memory from before the trace is no fault of it. */
static void test_trust_is_used_over_all(void **state)
{
	(void)state;

	struct bs_trace_info i = {.allocs = 6, .frees = 4, .unknown_frees = 3, .boot_frees = 2};

	assert_int_equal(bs_trace_trust(&i), 10000);
	i.unusable = 1;
	i.realloc_live = 4;
	i.lost_events = 5;
	assert_int_equal(bs_trace_trust(&i), 10 * 10000 / 20);
	i.freed_again = 5;
	assert_int_equal(bs_trace_trust(&i), 10 * 10000 / 25);
	/* An event out of order is in the trace, and not used. */
	i.clamped_times = 2;
	assert_int_equal(bs_trace_trust(&i), 8 * 10000 / 25);
	i = (struct bs_trace_info){.allocs = 1, .duplicates = 5, .overwritten = 5, .cut_lines = 1};
	assert_int_equal(bs_trace_trust(&i), 10000);
	/* Whatever a header says, no sum wraps into a good one. */
	i = (struct bs_trace_info){.allocs = 2, .lost_events = UINT64_MAX, .unusable = 1};
	assert_int_equal(bs_trace_trust(&i), 0);
	i = (struct bs_trace_info){.allocs = 2, .clamped_times = UINT64_MAX};
	assert_int_equal(bs_trace_trust(&i), 0);
}

/* Counters that older traces do not have, and notes, come back; without them nothing is written of them. */
static void test_importers_counters_and_notes_come_back(void **state)
{
	(void)state;

	struct bs_trace_info info = {.nr_cpus = 1, .source = "x"}, end;
	const struct bs_trace_event ev = {.kind = BS_EV_ALLOC, .pfn = BS_NO_PFN};
	const char *path = bs_test_path("notes.cborseq");
	struct bs_trace_writer *w;
	struct bs_trace *t;
	struct bs_error err;
	size_t with, without;

	for (unsigned int i = 0; i < 2; i++) {
		assert_ok(bs_trace_create(path, &info, &w, &err), &err);
		assert_ok(bs_trace_write(w, &ev, &err), &err);
		end = info;
		if (i) {
			end.freed_again = 1;
			end.lines = 12;
			end.unknown_lines = 3;
			snprintf(end.notes, sizeof(end.notes),
				 "unknown\t3\t7\twords\twhat is it\n");
		}
		assert_ok(bs_trace_finish(w, &end, &err), &err);
		free(bs_test_read_file(path, i ? &with : &without));
		assert_ok(bs_trace_open(path, &t, &err), &err);
		assert_ok(bs_trace_scan(t, false, &err), &err);
		assert_int_equal(bs_trace_info(t)->freed_again, end.freed_again);
		assert_int_equal(bs_trace_info(t)->lines, end.lines);
		assert_int_equal(bs_trace_info(t)->unknown_lines, end.unknown_lines);
		assert_string_equal(bs_trace_info(t)->notes, end.notes);
		bs_trace_close(t);
	}
	assert_true(with > without + strlen("importnotes"));
}

static void test_many_chunks_come_back_twice(void **state)
{
	(void)state;

	const char *path = bs_test_path("r.cborseq.zst");
	struct bs_trace_event *ev = bs_test_random_events(1);
	struct bs_trace_info info = {.nr_cpus = 2};
	struct bs_trace_chunk c;
	struct bs_trace *t;
	struct bs_error err;

	bs_test_write_trace(path, &info, ev, BS_NR_RANDOM);
	assert_ok(bs_trace_open(path, &t, &err), &err);
	for (unsigned int pass = 0; pass < 2; pass++) {
		unsigned int n = 0;

		while (bs_trace_next(t, &c, &err) == 1) {
			assert_int_equal(c.first, n);
			assert_null(c.pfn);
			assert_null(c.offset);
			for (unsigned int i = 0; i < c.n; i++, n++) {
				assert_int_equal(c.time[i], ev[n].time);
				assert_int_equal(c.kind[i], ev[n].kind);
				assert_int_equal(c.order[i], ev[n].order);
				assert_int_equal(c.cpu[i], ev[n].cpu);
				assert_int_equal(c.arg[i], ev[n].arg);
				if (c.kind[i] == BS_EV_ALLOC)
					assert_int_equal(bs_trace_info(t)->gfp[c.gfp[i]],
							 ev[n].gfp);
			}
		}
		assert_int_equal(n, BS_NR_RANDOM);
		assert_ok(bs_trace_rewind(t, &err), &err);
	}
	assert_int_equal(bs_trace_scan(t, false, &err), 0);
	assert_int_equal(bs_trace_info(t)->chunks, 3);
	bs_trace_close(t);
	free(ev);
}

/* Ages and pfns on both sides of each width, alone in a trace and beside small ones. */
static void test_values_of_every_width_come_back(void **state)
{
	(void)state;

	enum { ALLOCS = 70000 };
	static const uint32_t edge[] = {1,	 0xff,	   0x100,     0xffff,	  0x10000,
					0x11170, 0xffffff, 0x1000000, 0xfffffffe, BS_NO_PFN};
	const struct bs_trace_info info = {.nr_cpus = 1, .has_pfn = true};
	const char *path = bs_test_path("w.cborseq");

	for (unsigned int e = 0; e < sizeof(edge) / sizeof(edge[0]); e++)
		for (unsigned int beside = 0; beside < 2; beside++) {
			const uint32_t age = edge[e] < ALLOCS ? edge[e] : ALLOCS;
			struct bs_trace_event ev = {.kind = BS_EV_ALLOC};
			struct bs_trace_writer *w;
			struct bs_trace_chunk c;
			struct bs_trace *t;
			struct bs_error err;
			unsigned int nr_free = 0;

			assert_ok(bs_trace_create(path, &info, &w, &err), &err);
			for (unsigned int i = 0; i < ALLOCS; i++) {
				ev.pfn = beside && i & 1 ? 3 : edge[e];
				assert_ok(bs_trace_write(w, &ev, &err), &err);
			}
			ev.kind = BS_EV_FREE;
			for (unsigned int i = 0; i < 3; i++) {
				ev.arg = beside && i == 1 ? 1 : age;
				ev.offset = i;
				assert_ok(bs_trace_write(w, &ev, &err), &err);
			}
			assert_ok(bs_trace_finish(w, &info, &err), &err);
			assert_ok(bs_trace_open(path, &t, &err), &err);
			while (bs_trace_next(t, &c, &err) == 1)
				for (unsigned int i = 0; i < c.n; i++) {
					const uint64_t at = c.first + i;

					if (c.kind[i] == BS_EV_ALLOC) {
						assert_int_equal(c.pfn[i],
								 beside && at & 1 ? 3 : edge[e]);
						continue;
					}
					assert_int_equal(c.arg[i],
							 beside && nr_free == 1 ? 1 : age);
					assert_int_equal(c.offset[i], nr_free++);
				}
			assert_int_equal(nr_free, 3);
			bs_trace_close(t);
		}
}

/* ---- The page of the format ------------------------------------------------------------------- */

/* traces/FORMAT.md 7 shows these events byte by byte: it stays true. */
static void test_example_of_the_format_page(void **state)
{
	(void)state;

	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .gfp = BS_GFP_KERNEL, .pfn = BS_NO_PFN},
		{.time = 1000, .kind = BS_EV_ALLOC, .order = 9, .gfp = BS_GFP_TRANSHUGE},
		{.time = 3000, .kind = BS_EV_FREE, .order = 8, .arg = 1, .offset = 256},
		{.time = 500003000, .kind = BS_EV_FREE, .arg = 2, .flags = BS_EVF_BATCHED},
	};
	const struct bs_trace_info info = {.source = "example",
					   .kernel = "linux-6.1",
					   .memory_bytes = UINT64_C(1) << 30,
					   .nr_cpus = 1};
	const char *path = bs_test_path("a.cborseq");
	FILE *page = fopen(BS_SOURCE_DIR "/traces/FORMAT.md", "r");
	size_t len, at = 0;
	unsigned char *data;
	char line[256];

	assert_non_null(page);
	bs_test_write_trace(path, &info, ev, 4);
	data = bs_test_read_file(path, &len);
	while (fgets(line, sizeof(line), page)) {
		unsigned int offset, byte;
		int n = 0, used;

		if (sscanf(line, "    %4x  %n", &offset, &n) != 1 || n != 10)
			continue;
		assert_int_equal(offset, at);
		for (const char *p = line + n; p < line + n + 48 && *p != ' '; p += used) {
			assert_int_equal(sscanf(p, "%2x%n", &byte, &used), 1);
			assert_int_equal(byte, data[at]);
			at++;
			used += 1;
		}
	}
	assert_int_equal(at, len);
	fclose(page);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_come_back),
		cmocka_unit_test(test_scan_fills_every_figure),
		cmocka_unit_test(test_trust_is_used_over_all),
		cmocka_unit_test(test_importers_counters_and_notes_come_back),
		cmocka_unit_test(test_many_chunks_come_back_twice),
		cmocka_unit_test(test_values_of_every_width_come_back),
		cmocka_unit_test(test_example_of_the_format_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
