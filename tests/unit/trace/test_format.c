// SPDX-License-Identifier: GPL-2.0-or-later
/* The native format: what is written comes back, and what is damaged is refused. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "item.h"
#include "rng.h"

#define USER BS_GFP_HIGHUSER_MOVABLE
#define N_RANDOM 40000 /* three chunks */

static const char *const phases[] = {"start",
				     "\xc3\xbc"
				     "bung",
				     NULL};

static const struct bs_trace_info small_info = {
	.source = "test",
	.comment = "a small one",
	.kernel = "linux-6.1",
	.memory_bytes = UINT64_C(1) << 30,
	.nr_cpus = 2,
	.has_pfn = true,
	.names = phases,
	.nr_names = 2,
	.unusable = 1,
	.unknown_frees = 2,
	.boot_frees = 1,
	.realloc_live = 4,
	.lost_events = 5,
	.other_events = 6,
	.unused_batched_twins = 7,
	.clamped_times = 8,
};

/* Every kind of event, every column in use. */
static const struct bs_trace_event small[] = {
	{.kind = BS_EV_PRE, .order = 3, .gfp = BS_GFP_KERNEL, .pfn = 8},
	{.time = 1000, .kind = BS_EV_MARK, .arg = 1, .pfn = BS_NO_PFN},
	{.time = 2000,
	 .kind = BS_EV_ALLOC,
	 .order = 9,
	 .cpu = 1,
	 .gfp = BS_GFP_TRANSHUGE,
	 .pfn = 512},
	{.time = 2000, .kind = BS_EV_FAILED, .order = 10, .gfp = USER, .pfn = BS_NO_PFN},
	{.time = 500000000, .kind = BS_EV_FREE, .order = 8, .arg = 2, .offset = 256, .pfn = 768},
	{.time = 500001000, .kind = BS_EV_PAUSE, .pfn = BS_NO_PFN},
	{.time = 500002000, .kind = BS_EV_RESUME, .pfn = BS_NO_PFN},
	{.time = 500003000,
	 .kind = BS_EV_ALLOC,
	 .gfp = USER,
	 .pfn = 1,
	 .flags = (BS_MIGRATE_RECLAIMABLE + 1) << BS_EVF_MT_SHIFT},
	{.time = 500004000, .kind = BS_EV_FREE, .arg = 1, .pfn = 1, .flags = BS_EVF_BATCHED},
	{.time = 500004000,
	 .kind = BS_EV_FREE,
	 .order = 3,
	 .arg = 4,
	 .pfn = 8,
	 .flags = BS_EVF_BOOT},
};
#define N_SMALL (sizeof(small) / sizeof(small[0]))

static const char small_text[] = "0 pre o3 GFP_KERNEL pfn=8\n"
				 "1000 mark \xc3\xbc"
				 "bung\n"
				 "2000 alloc o9 GFP_TRANSHUGE pfn=512 cpu1\n"
				 "2000 failed o10 GFP_HIGHUSER_MOVABLE\n"
				 "500000000 free age=2 o8+256 pfn=768\n"
				 "500001000 pause\n"
				 "500002000 resume\n"
				 "500003000 alloc o0 GFP_HIGHUSER_MOVABLE pfn=1 mt2\n"
				 "500004000 free age=1 o0+0 pfn=1 batched\n"
				 "500004000 free age=4 o3+0 pfn=8 boot\n";

static void assert_text(const char *path, const char *expected)
{
	char *text = bs_test_trace_text(path);

	assert_string_equal(text, expected);
	free(text);
}

static void test_events_come_back(void **state)
{
	(void)state;

	const char *plain = bs_test_path("a.cborseq"), *zst = bs_test_path("a.cborseq.zst");

	bs_test_write_trace(plain, &small_info, small, N_SMALL);
	bs_test_write_trace(zst, &small_info, small, N_SMALL);
	assert_text(plain, small_text);
	assert_text(zst, small_text);
}

static void test_scan_fills_every_figure(void **state)
{
	(void)state;

	const char *path = bs_test_path("a.cborseq");
	const struct bs_trace_info *i;
	struct bs_trace *t;
	struct bs_error err;

	bs_test_write_trace(path, &small_info, small, N_SMALL);
	assert_ok(bs_trace_open(path, &t, &err), &err);
	i = bs_trace_info(t);
	assert_int_equal(i->events, 0);
	assert_int_equal(bs_trace_scan(t, false, &err), 0);
	assert_int_equal(i->version, 1);
	assert_string_equal(i->source, "test");
	assert_string_equal(i->comment, "a small one");
	assert_string_equal(i->kernel, "linux-6.1");
	assert_int_equal(i->memory_bytes, UINT64_C(1) << 30);
	assert_int_equal(i->nr_cpus, 2);
	assert_true(i->has_pfn);
	assert_int_equal(i->nr_names, 2);
	assert_string_equal(i->names[0], "start");
	assert_int_equal(i->nr_gfp, 3);
	assert_int_equal(i->events, N_SMALL);
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

/* MEANING.md, trust: 4 used of which 1 unknown; 1 unusable, 4 reallocated, 5 lost. */
static void test_trust_is_used_over_all(void **state)
{
	(void)state;

	struct bs_trace_info i = {.allocs = 6, .frees = 4, .unknown_frees = 3, .boot_frees = 2};

	assert_int_equal(bs_trace_trust(&i), 9000);
	i.unusable = 1;
	i.realloc_live = 4;
	i.lost_events = 5;
	assert_int_equal(bs_trace_trust(&i), 9 * 10000 / 20);
	i = (struct bs_trace_info){.allocs = 1, .frees = 1, .unknown_frees = 1, .boot_frees = 1};
	assert_int_equal(bs_trace_trust(&i), 10000);
}

/* Random events over three chunks, all steps from 0 to hours, in two orders of tick. */
static struct bs_trace_event *random_events(uint64_t seed)
{
	struct bs_trace_event *ev = calloc(N_RANDOM, sizeof(*ev));
	struct bs_rng rng;
	bs_ns now = 0;

	assert_non_null(ev);
	bs_rng_seed(&rng, seed);
	for (unsigned int i = 0; i < N_RANDOM; i++) {
		uint64_t r = bs_rng_next(&rng);

		now += bs_rng_below(&rng, UINT64_C(1) << (r % 40)) * (i < 20000 ? 1000 : 1);
		ev[i] = (struct bs_trace_event){.time = now, .pfn = BS_NO_PFN};
		ev[i].kind = i % 2 ? BS_EV_FREE : BS_EV_ALLOC;
		ev[i].arg = i % 2;
		ev[i].order = (uint8_t)(bs_rng_below(&rng, 3));
		if (i % 2)
			ev[i].order = ev[i - 1].order;
		ev[i].gfp = (uint32_t)(r >> 32 & 0x3f);
		ev[i].cpu = (uint8_t)(r >> 50 & 1);
	}
	return ev;
}

static void test_many_chunks_come_back_twice(void **state)
{
	(void)state;

	const char *path = bs_test_path("r.cborseq.zst");
	struct bs_trace_event *ev = random_events(1);
	struct bs_trace_info info = {.nr_cpus = 2};
	struct bs_trace_chunk c;
	struct bs_trace *t;
	struct bs_error err;

	bs_test_write_trace(path, &info, ev, N_RANDOM);
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
		assert_int_equal(n, N_RANDOM);
		assert_ok(bs_trace_rewind(t, &err), &err);
	}
	assert_int_equal(bs_trace_scan(t, false, &err), 0);
	assert_int_equal(bs_trace_info(t)->chunks, 3);
	bs_trace_close(t);
	free(ev);
}

/* ---- Damage --------------------------------------------------------------------------------- */

/* Everything of the file is read: 0 if all is well. The error must say which file. */
static int read_through(const char *path, bool keep, struct bs_error *err)
{
	struct bs_trace *t;
	int ret;

	memset(err, 0, sizeof(*err));
	ret = bs_trace_open(path, &t, err);
	if (!ret) {
		ret = bs_trace_scan(t, keep, err);
		bs_trace_close(t);
	}
	if (ret < 0) {
		assert_int_equal(err->status, BS_INPUT);
		assert_non_null(strstr(err->where, path));
		assert_true(err->text[0]);
	}
	return ret;
}

static void check_every_truncation(const char *path, const char *cut)
{
	struct bs_error err;
	size_t len;
	unsigned char *data = bs_test_read_file(path, &len);

	for (size_t n = 0; n < len; n++) {
		bs_test_write_file(cut, data, n);
		assert_true(read_through(cut, false, &err) < 0);
	}
	free(data);
}

static void test_truncation_at_every_byte_is_noticed(void **state)
{
	(void)state;

	const char *plain = bs_test_path("a.cborseq"), *zst = bs_test_path("a.cborseq.zst");

	bs_test_write_trace(plain, &small_info, small, N_SMALL);
	bs_test_write_trace(zst, &small_info, small, N_SMALL);
	check_every_truncation(plain, bs_test_path("cut"));
	check_every_truncation(zst, bs_test_path("cut"));
}

static void test_flip_of_every_bit_is_noticed(void **state)
{
	(void)state;

	const char *path = bs_test_path("a.cborseq"), *bad = bs_test_path("bad");
	struct bs_error err;
	unsigned char *data;
	size_t len;

	bs_test_write_trace(path, &small_info, small, N_SMALL);
	data = bs_test_read_file(path, &len);
	for (size_t bit = 0; bit < len * 8; bit++) {
		data[bit / 8] ^= (unsigned char)(1u << bit % 8);
		bs_test_write_file(bad, data, len);
		data[bit / 8] ^= (unsigned char)(1u << bit % 8);
		assert_true(read_through(bad, false, &err) < 0);
	}
	free(data);
}

/* Compressed, some bits mean nothing (the window's size): then the events are the same. */
static void test_flip_in_a_compressed_file_never_changes_events(void **state)
{
	(void)state;

	const char *path = bs_test_path("a.cborseq.zst"), *bad = bs_test_path("bad");
	unsigned int noticed = 0;
	struct bs_error err;
	unsigned char *data;
	size_t len;

	bs_test_write_trace(path, &small_info, small, N_SMALL);
	data = bs_test_read_file(path, &len);
	for (size_t bit = 0; bit < len * 8; bit++) {
		data[bit / 8] ^= (unsigned char)(1u << bit % 8);
		bs_test_write_file(bad, data, len);
		data[bit / 8] ^= (unsigned char)(1u << bit % 8);
		if (read_through(bad, false, &err) < 0)
			noticed++;
		else
			assert_text(bad, small_text);
	}
	assert_true(noticed > len * 8 - 64);
	free(data);
}

/* Start of the second chunk: behind the header and the first one. */
static size_t second_chunk(const unsigned char *data)
{
	uint64_t pairs;
	size_t at = bs_in_length(data, 15, true, &pairs);

	return at + bs_in_length(data + at, 12, false, &pairs);
}

static void test_error_says_where_and_what_is_whole(void **state)
{
	(void)state;

	const char *path = bs_test_path("r.cborseq"), *bad = bs_test_path("bad");
	struct bs_trace_event *ev = random_events(2);
	struct bs_trace_info info = {.nr_cpus = 2};
	struct bs_error err;
	unsigned char *data;
	char where[256];
	size_t len, at;

	bs_test_write_trace(path, &info, ev, N_RANDOM);
	free(ev);
	data = bs_test_read_file(path, &len);
	at = second_chunk(data);
	data[at + 5000] ^= 4;
	bs_test_write_file(bad, data, len);
	free(data);

	assert_int_equal(read_through(bad, false, &err), -EBADMSG);
	snprintf(where, sizeof(where), "%s: chunk 2 at byte %zu", bad, at);
	assert_string_equal(err.where, where);
	assert_string_equal(err.text, "checksum differs (file damaged or truncated)");
	assert_string_equal(err.advice, "1 whole chunk, 16384 events before it are readable: "
					"use --keep-whole-chunks to use them");
}

static void test_kept_chunks_read_as_a_whole_trace(void **state)
{
	(void)state;

	const char *path = bs_test_path("r.cborseq"), *bad = bs_test_path("bad");
	struct bs_trace_event *ev = random_events(2);
	struct bs_trace_info info = {.nr_cpus = 2};
	struct bs_trace_chunk c;
	struct bs_trace *t;
	struct bs_error err;
	unsigned char *data;
	size_t len;

	bs_test_write_trace(path, &info, ev, N_RANDOM);
	free(ev);
	data = bs_test_read_file(path, &len);
	bs_test_write_file(bad, data, second_chunk(data) + 100);
	free(data);

	assert_ok(bs_trace_open(bad, &t, &err), &err);
	assert_int_equal(bs_trace_scan(t, true, &err), 1);
	assert_non_null(strstr(err.text, "truncated"));
	assert_int_equal(bs_trace_info(t)->events, 16384);
	assert_int_equal(bs_trace_next(t, &c, &err), 1);
	assert_int_equal(bs_trace_next(t, &c, &err), 0);
	/* Without the permission it is an error again. */
	assert_int_equal(bs_trace_scan(t, false, &err), -EBADMSG);
	bs_trace_close(t);
}

static void test_what_is_no_trace_is_named(void **state)
{
	(void)state;

	static const struct {
		const char *data;
		size_t len;
		const char *text;
	} bad[] = {
		{"", 0, "the file is empty"},
		{"# tracer: nop\n", 14, "not a buddysim trace (no CBOR trace header at byte 0)"},
		{"\xd9\xd9\xf7", 3,
		 "header at byte 0: the file ends here, before its end "
		 "(truncated)"},
	};
	struct bs_error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bs_test_write_file(bs_test_path("bad"), bad[i].data, bad[i].len);
		assert_true(read_through(bs_test_path("bad"), true, &err) < 0);
		assert_string_equal(err.text, bad[i].text);
	}
	assert_true(read_through("/nonexistent/x.cborseq", false, &err) < 0);
	assert_true(read_through("/tmp", false, &err) < 0);
}

static void test_other_version_is_refused_by_number(void **state)
{
	(void)state;

	const char *path = bs_test_path("a.cborseq");
	struct bs_error err;
	unsigned char *data, *at;
	size_t len;

	bs_test_write_trace(path, &small_info, small, N_SMALL);
	data = bs_test_read_file(path, &len);
	at = memmem(data, len, "version", 7);
	at[7] = 9;
	bs_test_write_file(path, data, len);
	free(data);
	assert_true(read_through(path, false, &err) < 0);
	assert_string_equal(err.text, "trace format version 9, this program reads 1");
}

/* A sealed item may lie about everything inside: mutate, and make the checksum right again. */
static void test_mutations_with_a_right_checksum_never_crash(void **state)
{
	(void)state;

	const char *path = bs_test_path("a.cborseq"), *bad = bs_test_path("bad");
	unsigned int refused = 0;
	struct bs_error err;
	struct bs_rng rng;
	unsigned char *data;
	size_t len, at, n;
	uint64_t pairs;

	bs_test_write_trace(path, &small_info, small, N_SMALL);
	data = bs_test_read_file(path, &len);
	at = bs_in_length(data, 15, true, &pairs);
	n = bs_in_length(data + at, 12, false, &pairs);
	bs_rng_seed(&rng, 7);
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned char *copy = malloc(len);
		unsigned int changes = 1 + (unsigned int)bs_rng_below(&rng, 3);
		struct bs_item_out o = {0};

		memcpy(copy, data, len);
		while (changes--)
			copy[at + 12 + bs_rng_below(&rng, n - 12 - 14)] =
				(unsigned char)bs_rng_next(&rng);
		/* "xxh3" and the sum are written anew by the seal. */
		o.buf = copy + at;
		o.len = n - 14;
		o.cap = n;
		o.length_at = 7;
		assert_int_equal(bs_out_seal(&o), 0);
		assert_ptr_equal(o.buf, copy + at);
		bs_test_write_file(bad, copy, len);
		refused += read_through(bad, false, &err) < 0;
		free(copy);
	}
	assert_true(refused > 10000);
	free(data);
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
		cmocka_unit_test(test_many_chunks_come_back_twice),
		cmocka_unit_test(test_truncation_at_every_byte_is_noticed),
		cmocka_unit_test(test_flip_of_every_bit_is_noticed),
		cmocka_unit_test(test_flip_in_a_compressed_file_never_changes_events),
		cmocka_unit_test(test_error_says_where_and_what_is_whole),
		cmocka_unit_test(test_kept_chunks_read_as_a_whole_trace),
		cmocka_unit_test(test_what_is_no_trace_is_named),
		cmocka_unit_test(test_other_version_is_refused_by_number),
		cmocka_unit_test(test_mutations_with_a_right_checksum_never_crash),
		cmocka_unit_test(test_example_of_the_format_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
