// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes of a trace, plain and through zstd: the same in any portions, and to the last one. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "rng.h"

#define SIZE 700000 /* more than twice what is read or compressed at a time */

static unsigned char *random_bytes(uint64_t seed)
{
	unsigned char *data = malloc(SIZE);
	struct bs_rng rng;

	assert_non_null(data);
	bs_rng_seed(&rng, seed);
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (unsigned char)(bs_rng_next(&rng) & 0x3f); /* compresses somewhat */
	return data;
}

static void write_all(const char *path, const unsigned char *data)
{
	struct bs_bytes_out *o;
	struct bs_error err;

	unlink(path);
	assert_ok(bs_bytes_create(path, &o, &err), &err);
	for (size_t at = 0, n; at < SIZE; at += n) {
		n = at % 70001 + 1 < SIZE - at ? at % 70001 + 1 : SIZE - at;
		assert_ok(bs_bytes_write(o, data + at, n, &err), &err);
	}
	assert_ok(bs_bytes_finish(o, &err), &err);
	assert_true(bs_bytes_fd(o) >= 0);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_ok(bs_bytes_commit(o, &err), &err);
}

static void assert_reads(struct bs_bytes_in *in, const unsigned char *data, size_t portion)
{
	unsigned char *got = malloc(portion);
	struct bs_error err;
	size_t at = 0;

	while (at < SIZE) {
		const size_t want = portion < SIZE - at ? portion : SIZE - at;

		assert_int_equal(bs_bytes_read(in, got, want, &err), want);
		assert_memory_equal(got, data + at, want);
		at += want;
		assert_int_equal(bs_bytes_offset(in), at);
	}
	assert_int_equal(bs_bytes_read(in, got, 1, &err), 0);
	free(got);
}

static void test_what_was_written_is_read(void **state)
{
	static const char *const names[] = {"plain", "packed.zst"};
	unsigned char *data = random_bytes(1);

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		const char *path = bs_test_path(names[i]);
		struct bs_bytes_in *in;
		struct bs_error err;

		write_all(path, data);
		assert_ok(bs_bytes_open(path, &in, &err), &err);
		assert_int_equal(bs_bytes_compressed(in), i == 1);
		assert_reads(in, data, 65536);
		assert_ok(bs_bytes_rewind(in, &err), &err);
		assert_reads(in, data, 4099);
		bs_bytes_close(in);
	}
	free(data);
}

/* zstd streams one behind the other are one, as `cat a.zst b.zst` makes them; a half one is damage. */
static void test_zstd_frames_follow_each_other(void **state)
{
	const char *path = bs_test_path("packed.zst"), *two = bs_test_path("two.zst");
	unsigned char *data = random_bytes(2), *packed, *both, *got = malloc(2 * SIZE);
	struct bs_bytes_in *in;
	struct bs_error err;
	size_t len;

	(void)state;
	write_all(path, data);
	packed = bs_test_read_file(path, &len);
	both = malloc(2 * len);
	memcpy(both, packed, len);
	memcpy(both + len, packed, len);
	bs_test_write_file(two, both, 2 * len);
	assert_ok(bs_bytes_open(two, &in, &err), &err);
	assert_int_equal(bs_bytes_read(in, got, 2 * SIZE, &err), 2 * SIZE);
	assert_memory_equal(got, data, SIZE);
	assert_memory_equal(got + SIZE, data, SIZE);
	assert_int_equal(bs_bytes_read(in, got, 1, &err), 0);
	bs_bytes_close(in);

	bs_test_write_file(two, both, 2 * len - 10);
	assert_ok(bs_bytes_open(two, &in, &err), &err);
	while ((len = (size_t)bs_bytes_read(in, got, 65536, &err)) == 65536)
		;
	assert_true((long)len == -EBADMSG || bs_bytes_read(in, got, 1, &err) == -EBADMSG);
	bs_bytes_close(in);
	free(data);
	free(packed);
	free(both);
	free(got);
}

static void test_what_cannot_be_opened(void **state)
{
	const char *pipe = bs_test_path("pipe");
	struct bs_bytes_out *o;
	struct bs_bytes_in *in;
	struct bs_error err;

	(void)state;
	assert_true(bs_bytes_open("/nonexistent/x", &in, &err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_true(bs_bytes_create("/nonexistent/x", &o, &err) < 0);
	assert_int_equal(err.status, BS_RESOURCE);
	/* A trace is read more than once. */
	assert_int_equal(mkfifo(pipe, 0600), 0);
	if (!fork()) {
		FILE *f = fopen(pipe, "w");

		fputs("text", f);
		fclose(f);
		_exit(0);
	}
	assert_true(bs_bytes_open(pipe, &in, &err) < 0);
	assert_non_null(strstr(err.advice, "no pipe"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_written_is_read),
		cmocka_unit_test(test_zstd_frames_follow_each_other),
		cmocka_unit_test(test_what_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
