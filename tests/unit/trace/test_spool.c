// SPDX-License-Identifier: GPL-2.0-or-later
/* Events that wait in an unlinked file: all of them, in order, wherever there is room. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <dirent.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>

#include "spool.h"

static void test_all_come_back_in_order(void **state)
{
	(void)state;

	enum { N = 200000 }; /* the file grows twice */
	struct bs_spool s;
	struct bs_error err;

	assert_ok(bs_spool_open(&s, bs_test_path("x.cborseq"), sizeof(struct bs_spooled), &err),
		  &err);
	for (uint64_t i = 0; i < N; i++) {
		const struct bs_spooled ev = {.time = i, .pfn = (bs_pfn)(i * 7)};

		assert_ok(bs_spool_add(&s, &ev, &err), &err);
	}
	assert_int_equal(s.nr, N);
	for (uint64_t i = 0; i < N; i++) {
		assert_int_equal(bs_spooled_at(&s, i)->time, i);
		assert_int_equal(bs_spooled_at(&s, i)->pfn, (bs_pfn)(i * 7));
	}
	bs_spool_close(&s);
	assert_int_equal(s.fd, -1);
}

/* The event to add may lie in the spool itself, just where it has to grow and to move. */
static void test_event_of_the_spool_can_be_added(void **state)
{
	(void)state;

	struct bs_spooled ev = {.time = 42};
	struct bs_spool s;
	struct bs_error err;

	assert_ok(bs_spool_open(&s, bs_test_path("x.cborseq"), sizeof(struct bs_spooled), &err),
		  &err);
	do
		assert_ok(bs_spool_add(&s, s.nr ? bs_spooled_at(&s, 0) : &ev, &err), &err);
	while (s.nr < 65536 + 10);
	assert_int_equal(bs_spooled_at(&s, 65536)->time, 42);
	assert_int_equal(bs_spooled_at(&s, s.nr - 1)->time, 42);
	bs_spool_close(&s);
}

static unsigned int entries(const char *path)
{
	struct dirent *e;
	unsigned int n = 0;
	DIR *d = opendir(path);

	assert_non_null(d);
	while ((e = readdir(d)))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

/* Who reads from the front and never looks back needs no room for what is behind: not in memory and not in
 * the file. */
static void test_what_was_dropped_takes_no_room(void **state)
{
	(void)state;

	enum { N = 2000000 };
	struct bs_spool s;
	struct bs_error err;
	struct stat full, rest;

	assert_ok(bs_spool_open(&s, bs_test_path("x.cborseq"), sizeof(struct bs_spooled), &err),
		  &err);
	for (uint64_t i = 0; i < N; i++)
		assert_ok(bs_spool_add(&s, &(struct bs_spooled){.time = i}, &err), &err);
	assert_int_equal(fstat(s.fd, &full), 0);
	s.cold = 0;
	for (uint64_t i = 0; i < N; i++) {
		bs_spool_drop(&s, i);
		assert_int_equal(bs_spooled_at(&s, i)->time, i);
	}
	assert_int_equal(fstat(s.fd, &rest), 0);
	assert_true(s.cold >= N * sizeof(struct bs_spooled) / 2);
	/* Not every file can have holes. */
	if (full.st_blocks == rest.st_blocks)
		print_message("files cannot have holes here\n");
	else
		assert_true((uint64_t)(full.st_blocks - rest.st_blocks) * 512 >= s.cold);
	bs_spool_close(&s);
}

/* No name to clean up, whatever ends the program. */
static void test_no_name_in_the_folder(void **state)
{
	(void)state;

	char *folder = strdup(bs_test_path("x.cborseq"));
	const unsigned int before = entries(dirname(folder));
	struct bs_spool s;
	struct bs_error err;
	struct stat st;

	assert_ok(bs_spool_open(&s, bs_test_path("x.cborseq"), sizeof(struct bs_spooled), &err),
		  &err);
	assert_ok(bs_spool_add(&s, &(struct bs_spooled){0}, &err), &err);
	assert_int_equal(fstat(s.fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(entries(folder), before);
	bs_spool_close(&s);
	/* Beside a file whose folder does not exist: where temporary files go. */
	assert_ok(bs_spool_open(&s, "/nonexistent/x.cborseq", sizeof(struct bs_spooled), &err),
		  &err);
	bs_spool_close(&s);
	free(folder);
}

/* What is joined lies in a row, and goes on after it. */
static void test_joined_records_are_in_a_row(void **state)
{
	(void)state;

	struct bs_spool s;
	struct bs_error err;

	assert_ok(bs_spool_open(&s, bs_test_path("x.cborseq"), sizeof(struct bs_spooled), &err),
		  &err);
	for (uint64_t i = 0; i < 10001; i++)
		assert_ok(bs_spool_add(&s, &(struct bs_spooled){.time = i}, &err), &err);
	assert_ok(bs_spool_join(&s, &err), &err);
	for (uint64_t i = 0; i < s.nr; i++)
		assert_int_equal(bs_spooled_at(&s, 0)[i].time, i);
	assert_ok(bs_spool_add(&s, &(struct bs_spooled){.time = 10001}, &err), &err);
	assert_int_equal(bs_spooled_at(&s, 10000)->time, 10000);
	assert_int_equal(bs_spooled_at(&s, 10001)->time, 10001);
	bs_spool_close(&s);
}

/* A full disk is an error when room is asked for, not a fault at some store. */
static void test_no_room_is_an_error(void **state)
{
	(void)state;

	struct rlimit old, small;
	struct bs_spool s;
	struct bs_error err;
	int ret;

	assert_ok(bs_spool_open(&s, bs_test_path("x.cborseq"), sizeof(struct bs_spooled), &err),
		  &err);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	do
		ret = bs_spool_add(&s, &(struct bs_spooled){0}, &err);
	while (!ret && s.nr < 100000);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_true(ret < 0);
	assert_int_equal(err.status, BS_RESOURCE);
	assert_string_equal(err.where, "temporary file");
	bs_spool_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_come_back_in_order),
		cmocka_unit_test(test_event_of_the_spool_can_be_added),
		cmocka_unit_test(test_what_was_dropped_takes_no_room),
		cmocka_unit_test(test_no_name_in_the_folder),
		cmocka_unit_test(test_joined_records_are_in_a_row),
		cmocka_unit_test(test_no_room_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
