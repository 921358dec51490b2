// SPDX-License-Identifier: GPL-2.0-or-later
/* util/outfile: files that appear whole or not at all, and what is left when something goes wrong. */
#include "bs_test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outfile.h"

typedef int (*opener)(struct bs_outfile *o, const char *path, struct bs_error *err);

static const opener openers[] = {bs_outfile_open, bs_outfile_open_plain};
static char folder[64], out[96];

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/bs-outfile-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(out, sizeof(out), "%s/out", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(out);
	return rmdir(folder);
}

static unsigned int files(void)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	unsigned int n = 0;

	while ((e = readdir(d)))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void assert_holds(const char *text)
{
	char buf[64];
	FILE *f = fopen(out, "r");

	assert_non_null(f);
	buf[fread(buf, 1, sizeof(buf) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(buf, text);
}

static void write_out(opener open_it, const char *text)
{
	struct bs_outfile o;
	struct bs_error err;

	assert_ok(open_it(&o, out, &err), &err);
	fputs(text, o.f);
	assert_ok(bs_outfile_commit(&o, &err), &err);
}

static void test_an_output_appears_only_when_committed(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_outfile o;
		struct bs_error err;
		struct stat st;
		mode_t mask = umask(027);

		assert_ok(openers[i](&o, out, &err), &err);
		fputs("half", o.f);
		fflush(o.f);
		assert_int_equal(files(), 0);
		bs_outfile_abandon(&o);
		assert_int_equal(files(), 0);

		write_out(openers[i], "first");
		assert_holds("first");
		assert_int_equal(stat(out, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0640);
		write_out(openers[i], "second");
		assert_holds("second");
		assert_int_equal(files(), 1);
		unlink(out);
		umask(mask);
	}
}

static void test_a_missing_folder_is_an_error_at_once(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/none/out", folder);
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_outfile o;
		struct bs_error err;

		assert_int_equal(openers[i](&o, path, &err), -ENOENT);
		assert_int_equal(err.status, BS_RESOURCE);
		assert_string_equal(err.where, path);
	}
}

/* Killed in the middle of writing: the old file is as it was, and nothing lies beside it. */
static void test_who_is_killed_leaves_nothing(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGKILL};

	(void)state;
	write_out(bs_outfile_open, "old");
	for (unsigned int i = 0; i < 2; i++) {
		for (unsigned int k = 0; k < 4; k++) {
			pid_t child = fork();
			int status;

			if (!child) {
				struct bs_outfile o;

				signal(signals[k], SIG_DFL);
				if (openers[i](&o, out, NULL))
					_exit(1);
				fputs("new, in part", o.f);
				fflush(o.f);
				raise(signals[k]);
				_exit(2);
			}
			assert_int_equal(waitpid(child, &status, 0), child);
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[k]);
			assert_int_equal(files(), 1);
			assert_holds("old");
		}
	}
}

static int write_much(opener open_it, const char *path, struct bs_error *err)
{
	struct bs_outfile o;

	assert_ok(open_it(&o, path, err), err);
	for (unsigned int i = 0; i < 100000; i++)
		fputs("line\n", o.f);
	return bs_outfile_commit(&o, err);
}

/* stdio knows at the end only that some write failed; the cause is that of the first one. */
static void test_a_full_disk_is_called_one(void **state)
{
	struct bs_error err;
	int full, before;

	(void)state;
	assert_int_equal(write_much(bs_outfile_open, "/dev/full", &err), -ENOSPC);
	assert_int_equal(err.status, BS_RESOURCE);
	assert_non_null(strstr(err.text, "No space left"));
	assert_non_null(strstr(err.advice, "make room"));

	fflush(stdout);
	full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	before = dup(STDOUT_FILENO);
	dup2(full, STDOUT_FILENO);
	close(full);
	full = write_much(bs_outfile_open, "-", &err);
	dup2(before, STDOUT_FILENO);
	close(before);
	assert_int_equal(full, -ENOSPC);
	assert_string_equal(err.where, "standard output");
}

static void test_a_limit_of_file_sizes_is_said(void **state)
{
	struct rlimit before, low;
	struct bs_error err;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	low = before;
	low.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(write_much(openers[i], out, &err), -EFBIG);
		assert_non_null(strstr(err.advice, "ulimit -f"));
		assert_int_equal(files(), 0);
	}
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
}

/* What was printed before stands before it. */
static void test_standard_output_keeps_its_order(void **state)
{
	struct bs_outfile o;
	struct bs_error err;
	int before, file;

	(void)state;
	fflush(stdout);
	before = dup(STDOUT_FILENO);
	file = open(out, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	dup2(file, STDOUT_FILENO);
	close(file);
	printf("one ");
	assert_ok(bs_outfile_open(&o, "-", &err), &err);
	fputs("two ", o.f);
	assert_ok(bs_outfile_commit(&o, &err), &err);
	printf("three");
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	assert_holds("one two three");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_an_output_appears_only_when_committed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_missing_folder_is_an_error_at_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_who_is_killed_leaves_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_full_disk_is_called_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_limit_of_file_sizes_is_said, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_standard_output_keeps_its_order, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
