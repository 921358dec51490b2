// SPDX-License-Identifier: GPL-2.0-or-later
/* bs_record_data(): TSV from a record, and one clear error for whatever is none. */
#include "bs_test.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB "1048576"
#define ORDERS(o0, o10) "[" #o0 ",0,0,0,0,0,0,0,0,0," #o10 "]"

/* Two cells; the second one's events come later, so its samples lie at times of their own. */
static const char cells[] =
	"\"cells\":[{\"label\":\"none\",\"strategy\":\"none\",\"device\":\"madvise\",\"held_mib_s\":7,"
	"\"calls\":0,\"refault_bytes\":{\"total\":3,\"1s\":2},\"nr_free\":[4,5],\"content_loss\":null},"
	"{\"label\":\"./a b.so:x=1\",\"held_mib_s\":5,\"calls\":9,\"equal\":true,\"content_loss\":1}]";
static const char series[] =
	"{\"label\":\"none\",\"time_ns\":[0,1000000000,3000000000],\"used_bytes\":[" MIB
	",2097152,0],"
	"\"resident_bytes\":[" MIB ",3145728,3145728],\"unmapped_bytes\":[0,524288,0],"
	"\"nr_free\":[" ORDERS(256, 0) "," ORDERS(0, 1) "," ORDERS(
		512,
		2) "]},"
		   "{\"label\":\"./a b.so:x=1\",\"time_ns\":[0,2000000000],\"used_bytes\":[0,2097152],"
		   "\"resident_bytes\":[0," MIB "],\"unmapped_bytes\":[0,0],"
		   "\"nr_free\":[" ORDERS(0, 0) "," ORDERS(1, 0) "]}";

static char dir[64], record[96];

static int make_scratch(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/bs-record-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(record, sizeof(record), "%s/record.json", dir);
	return 0;
}

static int remove_scratch(void **state)
{
	char cmd[128];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static void write_record(const char *text)
{
	FILE *f = fopen(record, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static char *whole(void)
{
	char *text;

	assert_true(
		asprintf(
			&text,
			"{\"schema\":\"%s\",\"trace\":{\"name\":\"t.cborseq\",\"sha256\":\"00\"},%s,"
			"\"bound\":{\"held_mib_s\":1,\"refault_bytes\":2},"
			"\"timeline\":{\"interval_ns\":1000000000,\"cells\":[%s]}}",
			BS_RECORD_SCHEMA, cells, series) > 0);
	return text;
}

static void assert_file(const char *name, const char *want)
{
	char path[160], got[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/out/sub/%s", dir, name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s is missing", path);
	n = fread(got, 1, sizeof(got) - 1, f);
	got[n] = '\0';
	fclose(f);
	assert_string_equal(got, want);
}

static int data_of(const char *path, const char *out, char **lacks, struct bs_error *err)
{
	struct bs_stored *in;
	int ret = bs_record_read(path, &in, err);

	if (!ret)
		ret = bs_record_data(in, out, lacks, err);
	bs_record_release(in);
	return ret;
}

static int run(struct bs_error *err)
{
	char out[96];

	snprintf(out, sizeof(out), "%s/out/sub/", dir);
	memset(err, 0, sizeof(*err));
	return data_of(record, out, NULL, err);
}

static void assert_cells_of_a_small_record(void)
{
	assert_file("cells.tsv",
		    "label\torders_file\theld_mib_s\tcalls\trefault_bytes.total\trefault_bytes.1s\t"
		    "nr_free.0\tnr_free.1\tcontent_loss\tequal\n"
		    "none\torders-none.tsv\t7\t0\t3\t2\t4\t5\tNaN\tNaN\n"
		    "./a b.so:x=1\torders-._a_b.so:x=1.tsv\t5\t9\tNaN\tNaN\tNaN\tNaN\t1\t1\n");
}

static void test_files_of_a_small_record(void **state)
{
	char *text = whole();
	struct bs_error err;

	(void)state;
	write_record(text);
	free(text);
	assert_int_equal(run(&err), 0);
	assert_cells_of_a_small_record();
	/* At 1 s the second cell is as at 0, at 3 s as at 2. Its used exceeds resident: held 0. */
	assert_file(
		"timeline.tsv",
		"time_s\tused_mib\theld_mib none\tresident_mib none\tunmapped_mib none\t"
		"held_mib ./a b.so:x=1\tresident_mib ./a b.so:x=1\tunmapped_mib ./a b.so:x=1\n"
		"0.000000000\t1.000000\t0.000000\t1.000000\t0.000000\t0.000000\t0.000000\t0.000000\n"
		"1.000000000\t2.000000\t1.500000\t3.000000\t0.500000\t0.000000\t0.000000\t0.000000\n"
		"2.000000000\t2.000000\t1.500000\t3.000000\t0.500000\t0.000000\t1.000000\t0.000000\n"
		"3.000000000\t0.000000\t3.000000\t3.000000\t0.000000\t0.000000\t1.000000\t0.000000\n");
	assert_file(
		"orders-none.tsv",
		"time_s\torder 0\torder 1\torder 2\torder 3\torder 4\torder 5\torder 6\torder 7\t"
		"order 8\torder 9\torder 10\n"
		"0.000000000\t1.000000\t0.000000\t0.000000\t0.000000\t0.000000\t0.000000\t0.000000\t"
		"0.000000\t0.000000\t0.000000\t0.000000\n"
		"1.000000000\t0.000000\t0.000000\t0.000000\t0.000000\t0.000000\t0.000000\t0.000000\t"
		"0.000000\t0.000000\t0.000000\t4.000000\n"
		"3.000000000\t2.000000\t0.000000\t0.000000\t0.000000\t0.000000\t0.000000\t0.000000\t"
		"0.000000\t0.000000\t0.000000\t8.000000\n");
	assert_file("about.tsv", "key\tvalue\ntrace\tt.cborseq\ndevice\tmadvise\n"
				 "bound.held_mib_s\t1\nbound.refault_bytes\t2\n");
}

/* The same strategy twice, and one whose name is made like a number's: three files. */
static void test_equal_labels_get_files_of_their_own(void **state)
{
	static const char one[] =
		"{\"label\":\"%s\",\"time_ns\":[0],\"used_bytes\":[0],"
		"\"resident_bytes\":[0],\"unmapped_bytes\":[0],\"nr_free\":[" ORDERS(0, 0) "]}%s";
	static const char *const labels[] = {"a", "a-2", "a"};
	struct bs_error err;
	FILE *f = fopen(record, "w");

	(void)state;
	assert_non_null(f);
	fprintf(f, "{\"schema\":\"%s\",\"cells\":[", BS_RECORD_SCHEMA);
	for (int i = 0; i < 3; i++)
		fprintf(f, "{\"label\":\"%s\",\"held_mib_s\":%d}%s", labels[i], i,
			i < 2 ? "," : "");
	fprintf(f, "],\"timeline\":{\"cells\":[");
	for (int i = 0; i < 3; i++)
		fprintf(f, one, labels[i], i < 2 ? "," : "");
	fprintf(f, "]}}");
	fclose(f);
	assert_int_equal(run(&err), 0);
	assert_file("cells.tsv",
		    "label\torders_file\theld_mib_s\n"
		    "a\torders-a.tsv\t0\na-2\torders-a-2.tsv\t1\na\torders-a-3.tsv\t2\n");
}

static void test_without_timeline_only_the_figures(void **state)
{
	char text[2048], path[160];
	struct bs_error err;

	(void)state;
	snprintf(text, sizeof(text), "{\"schema\":\"%s\",%s}", BS_RECORD_SCHEMA, cells);
	write_record(text);
	assert_int_equal(run(&err), 1);
	snprintf(path, sizeof(path), "%s/out/sub/cells.tsv", dir);
	assert_int_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%s/out/sub/timeline.tsv", dir);
	assert_int_not_equal(access(path, F_OK), 0);
}

/* Clauses of the device that not all cells share stay out of the title. */
static void test_title_says_what_all_cells_share(void **state)
{
	static const struct {
		const char *a, *b, *want;
	} cases[] = {
		{"madvise, thp=never, 32 ranges", "madvise, thp=never, 32 ranges",
		 "device\tmadvise, thp=never, 32 ranges\n"},
		{"madvise, thp=never, 32 ranges", "madvise, thp=always, 32 ranges",
		 "device\tmadvise\n"},
		{"madvise, 3", "madvise, 32", "device\tmadvise\n"},
		{"madvise, 32", "madvise, 3", "device\tmadvise\n"},
		{"null", "madvise", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512], want[256];
		struct bs_error err;

		snprintf(text, sizeof(text),
			 "{\"schema\":\"%s\",\"cells\":["
			 "{\"label\":\"a\",\"held_mib_s\":1,\"device\":\"%s\"},"
			 "{\"label\":\"b\",\"held_mib_s\":1,\"device\":\"%s\"}]}",
			 BS_RECORD_SCHEMA, cases[i].a, cases[i].b);
		write_record(text);
		assert_int_equal(run(&err), 1);
		snprintf(want, sizeof(want), "key\tvalue\n%s", cases[i].want);
		assert_file("about.tsv", want);
	}
}

/* Nothing is written, and the message says what is wrong and where. */
static void assert_refused(const char *text, const char *complaint)
{
	struct bs_error err;
	char out[96];

	write_record(text);
	assert_true(run(&err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_string_equal(err.where, record);
	assert_says(err.text, complaint);
	snprintf(out, sizeof(out), "%s/out", dir);
	assert_int_not_equal(access(out, F_OK), 0);
}

/* A record of any earlier schema is read; what it does not know of today's figures is named. */
static void test_older_record_says_what_it_lacks(void **state)
{
	char *text = whole(), *lacks = NULL, *at = strstr(text, BS_RECORD_SCHEMA), out[96];
	struct bs_error err;

	(void)state;
	at[strlen(BS_RECORD_SCHEMA) - 1] = '1';
	write_record(text);
	free(text);
	snprintf(out, sizeof(out), "%s/out/sub/", dir);
	assert_ok(data_of(record, out, &lacks, &err), &err);
	/* cost_ns is in no cell; content_loss is null in one, so it is known. */
	assert_non_null(lacks);
	assert_says(lacks, "cost_ns, ");
	assert_says(lacks, ", agreement.strict");
	assert_null(strstr(lacks, " held_mib_s"));
	assert_null(strstr(lacks, "refault_bytes.1s"));
	assert_says(lacks, "refault_bytes.10s");
	assert_null(strstr(lacks, "content_loss"));
	free(lacks);
}

/* A run from no dump has no agreement: null, and nothing is missing. */
static void test_a_part_that_is_null_is_not_lacking(void **state)
{
	char *lacks = NULL, out[96];
	struct bs_error err;

	(void)state;
	write_record("{\"schema\":\"" BS_RECORD_SCHEMA "\",\"cells\":[{\"label\":\"x\","
		     "\"held_mib_s\":1,\"agreement\":null}]}");
	snprintf(out, sizeof(out), "%s/out/sub/", dir);
	assert_int_equal(data_of(record, out, &lacks, &err), 1);
	assert_says(lacks, "calls");
	assert_null(strstr(lacks, "agreement"));
	free(lacks);
}

static int allocations_left;

static void *scarce_malloc(size_t size)
{
	if (allocations_left-- > 0)
		return malloc(size);
	errno = ENOMEM;
	return NULL;
}

/* Wherever memory ends while a record is read: it is no fault of the record. */
static void test_out_of_memory_is_no_bad_record(void **state)
{
	char *text = whole();
	struct bs_error err;
	int ret = -1;

	(void)state;
	write_record(text);
	free(text);
	for (int n = 0; ret && n < 2000; n++) {
		allocations_left = n;
		json_set_alloc_funcs(scarce_malloc, free);
		ret = run(&err);
		json_set_alloc_funcs(malloc, free);
		if (ret && err.status != BS_RESOURCE)
			fail_msg("allocation %d: %d: %s", n, err.status, err.text);
	}
	assert_int_equal(ret, 0);
	assert_cells_of_a_small_record();
}

static void test_no_record(void **state)
{
	(void)state;
	assert_refused("", "not a JSON record");
	assert_refused("{\"schema\":\n \"x\",,}", "line 2 column");
	assert_refused("[1, 2]", "no \"schema\"");
	assert_refused("{\"schema\": 3}", "no \"schema\"");
	assert_refused("{\"schema\": \"buddysim-record-0\"}", "buddysim-record-0");
	assert_refused("{\"schema\": \"buddysim-record-2x\"}", "buddysim-record-2x");
	assert_refused("{\"schema\": \"buddysim-record-99\", \"cells\": []}", "newer than");
	assert_refused("{\"schema\": \"" BS_RECORD_SCHEMA "\"}", "no cells");
	assert_refused("{\"schema\": \"" BS_RECORD_SCHEMA "\", \"cells\": {\"a\": 1}}", "no cells");
	assert_refused("{\"schema\": \"" BS_RECORD_SCHEMA "\", \"cells\": [7]}", "cells[0]");
	assert_refused("{\"schema\": \"" BS_RECORD_SCHEMA "\", \"cells\": [{\"label\": \"x\"}]}",
		       "held_mib_s");
}

/* Each fault alone in a record that is otherwise whole. */
static void test_damaged_timeline(void **state)
{
	static const struct {
		const char *is, *becomes, *complaint;
	} faults[] = {
		{"\"label\":\"none\",\"time_ns\"", "\"label\":\"nome\",\"time_ns\"", "cells[0]"},
		{"\"time_ns\":[0,1000000000,3000000000]", "\"time_ns\":[0,3000000000,1000000000]",
		 "backwards"},
		{"\"time_ns\":[0,2000000000]", "\"time_ns\":[]", "cells[1].time_ns"},
		{"\"time_ns\":[0,2000000000]", "\"time_ns\":[0,2.5]", "cells[1].time_ns"},
		{"\"resident_bytes\":[0," MIB "]", "\"resident_bytes\":[0]",
		 "cells[1].resident_bytes"},
		{"\"used_bytes\":[0,2097152]", "\"used_bytes\":[0,\"x\"]", "cells[1].used_bytes"},
		{"\"unmapped_bytes\":[0,0]", "\"unmapped_bytes\":4", "cells[1].unmapped_bytes"},
		{ORDERS(512, 2), "[512]", "cells[0].nr_free"},
		{ORDERS(512, 2), ORDERS(null, 2), "cells[0].nr_free"},
		{"\"timeline\":{", "\"timeline\":[],\"x\":{", "one entry"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		char *good = whole(), *at = strstr(good, faults[i].is), *bad;

		assert_non_null(at);
		*at = '\0';
		assert_true(asprintf(&bad, "%s%s%s", good, faults[i].becomes,
				     at + strlen(faults[i].is)) > 0);
		assert_refused(bad, faults[i].complaint);
		free(bad);
		free(good);
	}
}

static void test_missing_record_and_unwritable_folder(void **state)
{
	struct bs_error err;
	char *text = whole(), blocked[128];

	(void)state;
	assert_true(run(&err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_string_equal(err.where, record);
	write_record(text);
	free(text);
	/* A file where the folder should be. */
	snprintf(blocked, sizeof(blocked), "%s/data", record);
	assert_true(data_of(record, blocked, NULL, &err) < 0);
	assert_int_equal(err.status, BS_RESOURCE);
	assert_string_equal(err.where, blocked);
	assert_true(data_of(record, "", NULL, &err) < 0);
}

int main(void)
{
#define SCRATCH(f) cmocka_unit_test_setup_teardown(f, make_scratch, remove_scratch)
	const struct CMUnitTest tests[] = {
		SCRATCH(test_files_of_a_small_record),
		SCRATCH(test_equal_labels_get_files_of_their_own),
		SCRATCH(test_without_timeline_only_the_figures),
		SCRATCH(test_title_says_what_all_cells_share),
		SCRATCH(test_older_record_says_what_it_lacks),
		SCRATCH(test_a_part_that_is_null_is_not_lacking),
		SCRATCH(test_out_of_memory_is_no_bad_record),
		SCRATCH(test_no_record),
		SCRATCH(test_damaged_timeline),
		SCRATCH(test_missing_record_and_unwritable_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
