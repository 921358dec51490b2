// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a file that is damaged, cut short, newer, or no trace at all. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "item.h"
#include "rng.h"

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

	bs_test_write_trace(plain, &bs_small_info, bs_small, BS_NR_SMALL);
	bs_test_write_trace(zst, &bs_small_info, bs_small, BS_NR_SMALL);
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

	bs_test_write_trace(path, &bs_small_info, bs_small, BS_NR_SMALL);
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

	bs_test_write_trace(path, &bs_small_info, bs_small, BS_NR_SMALL);
	data = bs_test_read_file(path, &len);
	for (size_t bit = 0; bit < len * 8; bit++) {
		data[bit / 8] ^= (unsigned char)(1u << bit % 8);
		bs_test_write_file(bad, data, len);
		data[bit / 8] ^= (unsigned char)(1u << bit % 8);
		if (read_through(bad, false, &err) < 0)
			noticed++;
		else
			bs_assert_trace_text(bad, bs_small_text);
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
	struct bs_trace_event *ev = bs_test_random_events(2);
	struct bs_trace_info info = {.nr_cpus = 2};
	struct bs_error err;
	unsigned char *data;
	char where[256];
	size_t len, at;

	bs_test_write_trace(path, &info, ev, BS_NR_RANDOM);
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
	struct bs_trace_event *ev = bs_test_random_events(2);
	struct bs_trace_info info = {.nr_cpus = 2};
	struct bs_trace_chunk c;
	struct bs_trace *t;
	struct bs_error err;
	unsigned char *data;
	size_t len;

	bs_test_write_trace(path, &info, ev, BS_NR_RANDOM);
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

	bs_test_write_trace(path, &bs_small_info, bs_small, BS_NR_SMALL);
	data = bs_test_read_file(path, &len);
	at = memmem(data, len, "version", 7);
	at[7] = 9;
	bs_test_write_file(path, data, len);
	free(data);
	assert_true(read_through(path, false, &err) < 0);
	assert_string_equal(err.text, "trace format version 9, this program reads 1 to 3");
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

	bs_test_write_trace(path, &bs_small_info, bs_small, BS_NR_SMALL);
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

/* The item with what was put into it goes to the file. */
static void append(FILE *f, struct bs_item_out *o)
{
	assert_int_equal(bs_out_seal(o), 0);
	assert_int_equal(fwrite(o->buf, 1, o->len, f), o->len);
	bs_out_free(o);
}

/* What a header of @pairs entries begins with. */
static void begin_header(struct bs_item_out *o, unsigned int pairs, unsigned int version)
{
	bs_out_begin(o, true, pairs);
	bs_out_text(o, "format");
	bs_out_text(o, "buddysim-trace");
	bs_out_text(o, "version");
	bs_out_uint(o, version);
}

/* A trace without events, whose header and end say more than this reader knows. */
static void test_unknown_keys_are_passed_over(void **state)
{
	(void)state;

	static const uint32_t more[] = {1, 2, 3};
	const char *path = bs_test_path("a.cborseq");
	char kernel[256] = "linux-6.1:";
	struct bs_item_out o = {0};
	FILE *f = fopen(path, "wb");
	struct bs_trace *t;
	struct bs_error err;

	memset(kernel + 10, 'k', sizeof(kernel) - 11);
	begin_header(&o, 7, 1);
	bs_out_text(&o, "weather");
	bs_out_array(&o, 2);
	bs_out_typed(&o, more, 3, 4);
	bs_out_text(&o, "fair");
	bs_out_text(&o, "kernel");
	bs_out_text(&o, kernel);
	bs_out_text(&o, "comment");
	bs_out_text(&o, "caf\xe9"); /* no UTF-8: whoever shows it has to cope */
	bs_out_text(&o, "nr_cpus");
	bs_out_uint(&o, 1);
	bs_out_text(&o, "names");
	bs_out_array(&o, 1);
	bs_out_text(&o, "\xff");
	append(f, &o);
	bs_out_begin(&o, false, 2);
	bs_out_text(&o, "end");
	bs_out_bool(&o, true);
	bs_out_text(&o, "tomorrow");
	bs_out_uint(&o, UINT64_MAX);
	append(f, &o);
	fclose(f);
	assert_int_equal(read_through(path, false, &err), 0);
	assert_ok(bs_trace_open(path, &t, &err), &err);
	assert_string_equal(bs_trace_info(t)->kernel, kernel);
	assert_string_equal(bs_trace_info(t)->comment, "caf\xe9");
	assert_string_equal(bs_trace_info(t)->names[0], "\xff");
	assert_int_equal(bs_trace_trust(bs_trace_info(t)), 10000);
	bs_trace_close(t);
}

/* One chunk of two events, with an arg column of @width (0: none, 8: one value) and upper bits of it. */
static int read_parted(unsigned int width, uint64_t value, unsigned int nr_high,
		       struct bs_error *err)
{
	static const uint32_t zeros[4];
	static const uint8_t ops[] = {BS_EV_PAUSE, BS_EV_RESUME};
	const char *path = bs_test_path("a.cborseq");
	struct bs_item_out o = {0};
	FILE *f = fopen(path, "wb");

	begin_header(&o, 3, 3);
	bs_out_text(&o, "nr_cpus");
	bs_out_uint(&o, 1);
	append(f, &o);
	bs_out_begin(&o, false, 8 + (width != 0));
	bs_out_text(&o, "chunk");
	bs_out_uint(&o, 1);
	bs_out_text(&o, "n");
	bs_out_uint(&o, 2);
	bs_out_text(&o, "first");
	bs_out_uint(&o, 0);
	bs_out_text(&o, "t0");
	bs_out_uint(&o, 0);
	bs_out_text(&o, "tick");
	bs_out_uint(&o, 1);
	bs_out_text(&o, "op");
	bs_out_typed(&o, ops, 2, 1);
	bs_out_text(&o, "dt");
	bs_out_uint(&o, 0);
	if (width)
		bs_out_text(&o, "arg");
	if (width == 8)
		bs_out_uint(&o, value);
	else if (width)
		bs_out_typed(&o, zeros, 2, width);
	bs_out_text(&o, "argh");
	bs_out_typed(&o, zeros, nr_high, 1);
	append(f, &o);
	fclose(f);
	return read_through(path, true, err);
}

/* Upper bits belong to a column that has none of its own, and to each event. */
static void test_upper_bits_need_lower_ones(void **state)
{
	static const char nobody[] = "the upper bits of a column are those of none";
	struct bs_error err;

	(void)state;
	for (unsigned int width = 1; width <= 2; width++)
		assert_int_equal(read_parted(width, 0, 2, &err), 1);
	assert_int_equal(read_parted(8, 0xffff, 2, &err), 1);
	assert_true(read_parted(2, 0, 1, &err) < 0);
	assert_non_null(strstr(err.text, "a column is too long or too short"));
	assert_true(read_parted(0, 0, 2, &err) < 0);
	assert_non_null(strstr(err.text, nobody));
	assert_true(read_parted(4, 0, 2, &err) < 0);
	assert_non_null(strstr(err.text, nobody));
	assert_true(read_parted(8, 0x10000, 2, &err) < 0);
	assert_non_null(strstr(err.text, nobody));
}

/* Between chunks, in bytes of the file as it lies there; nobody is told any more who does not want to be. */
static void test_reading_is_heard(void **state)
{
	struct bs_test_heard heard;
	const struct bs_ear ear = bs_test_ear(&heard);
	static const char *const names[] = {"ear.cborseq", "ear.cborseq.zst"};
	struct bs_trace *t;
	struct bs_error err;
	size_t size;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		const char *path = bs_test_path(names[i]);

		bs_test_generate("churn", "events=200000", 1, path);
		free(bs_test_read_file(path, &size));
		bs_test_ear(&heard);
		assert_ok(bs_trace_open(path, &t, &err), &err);
		bs_trace_tell(t, &ear);
		assert_ok(bs_trace_scan(t, false, &err), &err);
		assert_int_equal(heard.of, size);
		assert_in_range(heard.done, size / 2, size);
		assert_true(heard.calls > 3);
		heard.calls = 0;
		bs_trace_tell(t, NULL);
		assert_ok(bs_trace_scan(t, false, &err), &err);
		assert_int_equal(heard.calls, 0);
		bs_trace_close(t);
	}
}

/* Chunks come without pfns if nobody wants them; what a scan says is the same. */
static void test_pfns_are_left_out(void **state)
{
	const char *path = bs_test_path("pfns.cborseq");
	struct bs_trace_chunk c;
	struct bs_trace *t;
	struct bs_error err;

	(void)state;
	bs_test_write_trace(path, &bs_small_info, bs_small, BS_NR_SMALL);
	assert_ok(bs_trace_open(path, &t, &err), &err);
	for (int leave = 1; leave >= 0; leave--) {
		bs_trace_leave_pfns(t, leave);
		assert_ok(bs_trace_scan(t, false, &err), &err);
		assert_true(bs_trace_info(t)->max_pfn > 0);
		assert_int_equal(bs_trace_next(t, &c, &err), 1);
		assert_int_equal(c.pfn == NULL, leave);
	}
	bs_trace_close(t);
}

/* Reading on request only: the flag is looked at before each chunk. */
static void test_reading_stops_when_asked_to(void **state)
{
	(void)state;

	const char *path = bs_test_path("r.cborseq");
	struct bs_trace_event *ev = bs_test_random_events(3);
	struct bs_trace_info info = {.nr_cpus = 2};
	volatile int stop = 0;
	struct bs_trace_chunk c;
	struct bs_trace *t;
	struct bs_error err;

	bs_test_write_trace(path, &info, ev, BS_NR_RANDOM);
	free(ev);
	assert_ok(bs_trace_open(path, &t, &err), &err);
	bs_trace_stop_reading_on(t, &stop);
	assert_int_equal(bs_trace_next(t, &c, &err), 1);
	stop = 1;
	assert_true(bs_trace_next(t, &c, &err) < 0);
	assert_int_equal(err.status, BS_INTERRUPTED);
	assert_true(bs_trace_scan(t, true, &err) < 0);
	stop = 0;
	assert_int_equal(bs_trace_scan(t, false, &err), 0);
	bs_trace_close(t);
}

/* Two readers of one file, each at its own pace; the second knows what the first found out, and reads
 * that file even if its path means another one by now. */
static void test_a_second_reader(void **state)
{
	(void)state;

	const char *path = bs_test_path("r.cborseq");
	struct bs_trace_event *ev = bs_test_random_events(3);
	struct bs_trace_info info = {.nr_cpus = 2};
	struct bs_trace_chunk c, d;
	struct bs_trace *t, *u;
	struct bs_error err;
	FILE *f;

	bs_test_write_trace(path, &info, ev, BS_NR_RANDOM);
	free(ev);
	assert_ok(bs_trace_open(path, &t, &err), &err);
	assert_ok(bs_trace_scan(t, false, &err), &err);
	assert_int_equal(remove(path), 0);
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
	assert_ok(bs_trace_open_again(t, &u, &err), &err);
	assert_ptr_not_equal(bs_trace_info(u)->gfp, bs_trace_info(t)->gfp);
	assert_int_equal(bs_trace_info(u)->nr_gfp, bs_trace_info(t)->nr_gfp);
	assert_memory_equal(bs_trace_info(u)->gfp, bs_trace_info(t)->gfp,
			    bs_trace_info(t)->nr_gfp * sizeof(uint32_t));
	assert_int_equal(bs_trace_info(u)->peak_pages, bs_trace_info(t)->peak_pages);
	assert_string_equal(bs_trace_info(u)->sha256, bs_trace_info(t)->sha256);
	assert_int_equal(bs_trace_next(t, &c, &err), 1);
	assert_int_equal(bs_trace_next(u, &d, &err), 1);
	assert_int_equal(c.n, d.n);
	assert_ptr_not_equal(c.time, d.time);
	assert_memory_equal(c.time, d.time, c.n * sizeof(*c.time));
	bs_trace_close(t);
	assert_ok(bs_trace_rewind(u, &err), &err);
	assert_int_equal(bs_trace_next(u, &d, &err), 1);
	bs_trace_close(u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truncation_at_every_byte_is_noticed),
		cmocka_unit_test(test_flip_of_every_bit_is_noticed),
		cmocka_unit_test(test_flip_in_a_compressed_file_never_changes_events),
		cmocka_unit_test(test_error_says_where_and_what_is_whole),
		cmocka_unit_test(test_kept_chunks_read_as_a_whole_trace),
		cmocka_unit_test(test_what_is_no_trace_is_named),
		cmocka_unit_test(test_other_version_is_refused_by_number),
		cmocka_unit_test(test_mutations_with_a_right_checksum_never_crash),
		cmocka_unit_test(test_unknown_keys_are_passed_over),
		cmocka_unit_test(test_upper_bits_need_lower_ones),
		cmocka_unit_test(test_reading_is_heard),
		cmocka_unit_test(test_pfns_are_left_out),
		cmocka_unit_test(test_reading_stops_when_asked_to),
		cmocka_unit_test(test_a_second_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
