// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sweep/segment: results in a file survive whatever happens to its writer. A file is cut at every byte and
 * damaged at every byte: what is found is what was whole, never anything else.
 */
#include "bs_test.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "segment.h"

#define NR 3

struct seen {
	unsigned int nr, wrong;
	uint8_t first_bytes[16];
	struct bs_place at[16];
};

static char folder[] = "/tmp/bs-segment-XXXXXX";

static void note(void *arg, const uint8_t *id, const struct bs_place *at)
{
	struct seen *s = arg;

	for (unsigned int i = 1; i < 32; i++)
		s->wrong += id[i] != id[0];
	s->first_bytes[s->nr] = id[0];
	s->at[s->nr++] = *at;
}

static struct seen look(struct bs_segments *s)
{
	struct seen seen = {0};
	struct bs_error err;

	assert_ok(bs_segments_open(s, folder, note, &seen, &err), &err);
	assert_int_equal(seen.wrong, 0);
	return seen;
}

static json_t *record_of(unsigned int n)
{
	return json_pack("{s:i,s:s}", "number", (int)n, "text", "a b c a b c a b c");
}

static void write_some(void)
{
	struct bs_segment_writer w;
	struct bs_error err;
	uint8_t id[32];

	bs_segment_begin(&w, strdup(folder));
	for (unsigned int i = 0; i < NR; i++) {
		json_t *record = record_of(i);

		memset(id, (int)(10 + i), sizeof(id));
		assert_ok(bs_segment_add(&w, id, i == 1, record, &err), &err);
		json_decref(record);
	}
	assert_ok(bs_segment_end(&w, &err), &err);
}

/* The one file there is. */
static char *its_path(void)
{
	char pattern[64], *path;
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/*.zst", folder);
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	assert_int_equal(g.gl_pathc, 1);
	path = strdup(g.gl_pathv[0]);
	globfree(&g);
	return path;
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void test_there_and_back(void **state)
{
	struct bs_segments s;
	struct bs_error err;
	struct seen seen;

	(void)state;
	seen = look(&s);
	assert_int_equal(seen.nr, 0);
	bs_segments_close(&s);
	write_some();
	seen = look(&s);
	assert_int_equal(seen.nr, NR);
	assert_int_equal(s.torn, 0);
	for (unsigned int i = 0; i < NR; i++) {
		json_t *want = record_of(i), *have = bs_segments_read(&s, &seen.at[i], &err);

		assert_int_equal(seen.first_bytes[i], 10 + i);
		assert_int_equal(seen.at[i].failed, i == 1);
		assert_true(json_equal(want, have));
		json_decref(want);
		json_decref(have);
	}
	bs_segments_close(&s);
}

static void test_cut_anywhere(void **state)
{
	char *path = its_path();
	struct bs_segments s;
	struct seen all = look(&s), seen;
	struct stat st;

	(void)state;
	bs_segments_close(&s);
	assert_int_equal(stat(path, &st), 0);
	for (off_t size = st.st_size - 1; size >= 0; size--) {
		unsigned int whole = 0;

		assert_int_equal(truncate(path, size), 0);
		while (whole < NR && (off_t)(all.at[whole].offset + all.at[whole].len) <= size)
			whole++;
		seen = look(&s);
		assert_int_equal(seen.nr, whole);
		/* Cut between two results nothing is torn. */
		assert_int_equal(s.torn, size != (whole ? (off_t)(all.at[whole - 1].offset +
								  all.at[whole - 1].len)
							: 0));
		bs_segments_close(&s);
	}
	unlink(path);
	free(path);
	write_some();
}

static void test_damaged_anywhere(void **state)
{
	char *path = its_path();
	int fd = open(path, O_RDWR);
	struct bs_segments s;
	struct seen all = look(&s), seen;
	const off_t size = lseek(fd, 0, SEEK_END);

	(void)state;
	bs_segments_close(&s);
	for (off_t at = 0; at < size; at++) {
		unsigned int before = 0;
		unsigned char c, other;

		while (before < NR && (off_t)(all.at[before].offset + all.at[before].len) <= at)
			before++;
		assert_int_equal(pread(fd, &c, 1, at), 1);
		other = c ^ 0x10;
		assert_int_equal(pwrite(fd, &other, 1, at), 1);
		seen = look(&s);
		assert_int_equal(seen.nr, before);
		assert_int_equal(s.torn, 1);
		bs_segments_close(&s);
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
	}
	close(fd);
	free(path);
}

/* A disk that is full: what was whole stays so, and the error says which file. */
static void test_full_disk(void **state)
{
	struct bs_segment_writer w;
	uint8_t id[32] = {0};
	struct bs_error err;
	json_t *record = record_of(1);

	(void)state;
	bs_segment_begin(&w, strdup("/proc/self/nowhere"));
	assert_true(bs_segment_add(&w, id, false, record, &err) < 0);
	assert_int_equal(err.status, BS_RESOURCE);
	assert_says(err.where, "/proc/self/nowhere");
	bs_segment_end(&w, &err);
	json_decref(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_damaged_anywhere),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
