// SPDX-License-Identifier: GPL-2.0-or-later
/* Every picture's data from a record: what is there is written, what is not is said, none is too large. */
#include "bs_test.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <buddysim/picture.h>

#define ROWS 14
#define MANY 2000 /* samples, as many as a record has */
#define FEW 5
#define LARGEST 330000 /* of a picture's TSV: as SVG it takes 1.4 times as much */

static char dir[64], path[128];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/bs-pictures-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	char cmd[96];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

/* ---- A record, as wild as one can be: every sample of every row differs ----------------------- */

static json_t *wild_series(const char *label, int row, int samples)
{
	json_t *o = json_object(), *time = json_array(), *used = json_array(),
	       *resident = json_array();
	json_t *unmapped = json_array(), *nr_free = json_array(), *delays = json_array();

	for (int i = 0; i < samples; i++) {
		json_t *orders = json_array();

		json_array_append_new(time, json_integer(i * 10000000LL));
		json_array_append_new(used, json_integer((json_int_t)((i * 7919) % 1000) << 20));
		json_array_append_new(
			resident, json_integer((json_int_t)((i * 7919 + row * 31) % 1500) << 20));
		json_array_append_new(unmapped, json_integer(0));
		for (int k = 0; k < 11; k++)
			json_array_append_new(orders, json_integer((i * (k + 3) * 131 + row) % 97));
		json_array_append_new(nr_free, orders);
	}
	for (int i = 0; i < 500; i++)
		json_array_append_new(delays, json_pack("[ii]", i * i, 1 + (i * 31) % 7));
	json_object_set_new(o, "label", json_string(label));
	json_object_set_new(o, "time_ns", time);
	json_object_set_new(o, "used_bytes", used);
	json_object_set_new(o, "resident_bytes", resident);
	json_object_set_new(o, "unmapped_bytes", unmapped);
	json_object_set_new(o, "nr_free", nr_free);
	json_object_set_new(o, "alloc_delays", delays);
	return o;
}

static json_t *wild_cell(const char *label, int row)
{
	return json_pack("{ss,si,si,si,sb,sb,s{si,si},s{si,si}}", "label", label, "held_mib_s",
			 90 * row * row, "stall_per_minute", row % 3 ? 1000000 * row : 0, "cost_ns",
			 5000 + row, "finished", 1, "stock", row < 3, "guest_stall_ns",
			 "first_touch", 100, "total", 5000, "held_split", "pcp_mib_s",
			 30 * row * row, "raw_mib_s", 60 * row * row);
}

/* Guests of which each sample differs, and their host. */
static void add_guests(json_t *record, int guests, int samples)
{
	json_t *rows = json_object_get(json_object_get(record, "timeline"), "cells"), *row;
	size_t k;

	json_array_foreach(rows, k, row)
	{
		json_t *of_cell = json_array(), *of_series = json_array();
		json_t *held = json_array(), *swapped = json_array();

		for (int i = 0; i < guests; i++) {
			json_t *g = wild_series("x", i, samples);
			char label[24];

			snprintf(label, sizeof(label), "guest %d", i + 1);
			json_object_set_new(g, "label", json_string(label));
			json_object_set(g, "swapped_bytes", json_object_get(g, "unmapped_bytes"));
			json_array_append_new(of_series, g);
			json_array_append_new(of_cell,
					      json_pack("{ss,sI}", "label", label, "killed_at_ns",
							(json_int_t)i * 1000000000));
		}
		for (int i = 0; i < samples; i++) {
			json_array_append_new(held, json_integer(0));
			json_array_append_new(swapped, json_integer((json_int_t)(i % 7) << 28));
		}
		json_object_set_new(row, "guests", of_series);
		json_object_set_new(
			row, "host",
			json_pack("{so,so}", "held_bytes", held, "swapped_bytes", swapped));
		json_object_set_new(json_array_get(json_object_get(record, "cells"), k), "guests",
				    of_cell);
	}
	json_object_set_new(json_object_get(record, "config"), "host_memory_bytes",
			    json_integer((json_int_t)3 << 30));
}

static json_t *wild_record(int samples)
{
	static const char *const names[] = {"none", "rotation", "balloon", "a:b=1,c=2",
					    "it's \"q\""};
	json_t *cells = json_array(), *series = json_array();
	char label[32];

	for (int i = 0; i < ROWS; i++) {
		snprintf(label, sizeof(label), i < 5 ? "%s" : "%s-%d", names[i < 5 ? i : 3], i);
		json_array_append_new(cells, wild_cell(label, i));
		json_array_append_new(series, wild_series(label, i, samples));
	}
	return json_pack("{ss,s{ss,sI},s{si,sI,sI,sI},so,s{si,si,si,si},s{so}}", "schema",
			 BS_RECORD_SCHEMA, "trace", "name", "wild", "duration_ns",
			 (json_int_t)4000000000, "config", "repeat", 3, "gap_ns",
			 (json_int_t)1000000000, "tail_ns", (json_int_t)1000000000, "memory_bytes",
			 (json_int_t)1 << 31, "cells", cells, "bound", "held_mib_s", 10,
			 "refault_bytes", 1 << 20, "refault_ns_per_mib", 100000,
			 "weight_ns_per_mib_s", 100000, "timeline", "cells", series);
}

static struct bs_pictures *open_pictures(json_t *record, struct bs_stored **in)
{
	struct bs_error err = {0};
	struct bs_pictures *p;

	snprintf(path, sizeof(path), "%s/record.json", dir);
	assert_int_equal(json_dump_file(record, path, 0), 0);
	assert_ok(bs_record_read(path, in, &err), &err);
	assert_ok(bs_pictures_open(*in, NULL, &p, &err), &err);
	return p;
}

static char *read_picture(const char *name)
{
	char file[160], *text;
	FILE *f;
	long n;

	snprintf(file, sizeof(file), "%s/%s.tsv", dir, name);
	f = fopen(file, "r");
	if (!f)
		fail_msg("%s is missing", file);
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	text = calloc(1, (size_t)n + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)n, f), n);
	fclose(f);
	return text;
}

static void test_all_pictures_of_a_wild_record(void **state)
{
	json_t *record = wild_record(MANY);
	struct bs_error err = {0};
	struct bs_stored *in;
	struct bs_pictures *p = open_pictures(record, &in);
	const char *name;
	unsigned int n = 0;

	(void)state;
	for (; (name = bs_picture_at(n)); n++) {
		char *text;

		if (!strcmp(name, "guests")) {
			/* There is one, and nothing is missing. */
			assert_int_equal(bs_pictures_write(p, n, dir, &err), 2);
			continue;
		}
		assert_ok(bs_pictures_write(p, n, dir, &err), &err);
		text = read_picture(name);
		if (strlen(text) > LARGEST)
			fail_msg("%s.tsv has %zu bytes", name, strlen(text));
		assert_says(text, "\n# text\n");
		assert_says(text, "trace wild");
		assert_null(strchr(text, '"'));
		free(text);
	}
	assert_int_equal(n, 6);
	bs_pictures_close(p);
	bs_record_release(in);
	json_decref(record);
}

static unsigned int picture(const char *name)
{
	unsigned int i = 0;

	while (strcmp(bs_picture_at(i), name))
		i++;
	return i;
}

/*
 * 20 guests: eleven have an area each, nine one together, and what is in swap lies on top, so that the last
 * edge is all of it; four of those that were killed are named.
 */
static void test_guests(void **state)
{
	json_t *record = wild_record(MANY);
	struct bs_error err = {0};
	struct bs_stored *in;
	struct bs_pictures *p;
	char *text;

	(void)state;
	add_guests(record, 20, MANY / 8);
	for (int i = 0; i < ROWS; i++)
		for (int k = 0; k < 2; k++) {
			json_t *host = json_object_get(
				json_array_get(json_object_get(json_object_get(record, "timeline"),
							       "cells"),
					       (size_t)i),
				"host");
			json_t *a = json_object_get(host, k ? "held_bytes" : "swapped_bytes");

			while (json_array_size(a) < MANY)
				json_array_append_new(a, json_integer(1 << 20));
		}
	p = open_pictures(record, &in);
	assert_ok(bs_pictures_write(p, picture("guests"), dir, &err), &err);
	text = read_picture("guests");
	if (strlen(text) > LARGEST)
		fail_msg("guests.tsv has %zu bytes", strlen(text));
	assert_says(text, "trace wild  ·  20 guests on a host of 3,072 MiB");
	assert_says(text, "areas\t12\n");
	assert_says(text, "panels\t3\n");
	assert_says(text, "9 other guests");
	assert_says(
		text,
		"killed: guest 1 at 0, guest 2 at 1 s, guest 3 at 2 s, guest 4 at 3 s, and 16 more");
	assert_says(text, "# area39\n");
	assert_null(strstr(text, "# area40\n"));
	free(text);
	bs_pictures_close(p);
	bs_record_release(in);
	json_decref(record);
}

/* From a file that anybody may have edited: said when it is read. */
static void test_damaged_guests(void **state)
{
	static const char one_short[] =
		"[{\"label\":\"x\",\"time_ns\":[0,1],\"used_bytes\":[0],\"resident_bytes\":[0,1],"
		"\"unmapped_bytes\":[0,1],\"swapped_bytes\":[0,1]}]";
	static const char *const bad[] = {"{}", "[{}]", "[{\"label\":\"x\"}]", one_short};

	(void)state;
	for (size_t i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *record = wild_record(FEW), *first;
		struct bs_error err = {0};
		struct bs_stored *in;

		add_guests(record, 2, FEW);
		first = json_array_get(
			json_object_get(json_object_get(record, "timeline"), "cells"), 0);
		if (i < sizeof(bad) / sizeof(bad[0]))
			json_object_set_new(first, "guests", json_loads(bad[i], 0, NULL));
		else
			json_object_del(first, "host");
		snprintf(path, sizeof(path), "%s/record.json", dir);
		assert_int_equal(json_dump_file(record, path, 0), 0);
		assert_true(bs_record_read(path, &in, &err) < 0);
		assert_says(err.text, "timeline.cells[0].guests");
		json_decref(record);
	}
}

/* 0 has its place on a logarithmic axis, and the front goes from least held to least stalled. */
static void test_zeros_have_their_place(void **state)
{
	json_t *record = wild_record(FEW);
	struct bs_error err = {0};
	struct bs_stored *in;
	struct bs_pictures *p = open_pictures(record, &in);
	char *text;

	(void)state;
	for (unsigned int i = 0; bs_picture_at(i); i++)
		if (!strcmp(bs_picture_at(i), "cost"))
			assert_ok(bs_pictures_write(p, i, dir, &err), &err);
	text = read_picture("cost");
	assert_says(text, "xgap\t1\n");
	assert_says(text, "# xticks\n0.03000\t0\n");
	/* none holds nothing, never stalls: nothing else is on the front. */
	assert_says(text, "# pareto\nNaN\tNaN\n0.03000\t0.03000\n\n\n");
	free(text);
	bs_pictures_close(p);
	bs_record_release(in);
	json_decref(record);
}

static void test_what_a_record_lacks_is_said(void **state)
{
	static const char *const words[] = {"timeline",	  NULL,		  "stall_per_minute",
					    "held_split", "alloc_delays", "timeline"};
	json_t *record = json_pack("{ss,s[{ss,si}]}", "schema", "buddysim-record-1", "cells",
				   "label", "none", "held_mib_s", 1);
	struct bs_error err = {0};
	struct bs_stored *in;
	struct bs_pictures *p = open_pictures(record, &in);

	(void)state;
	for (unsigned int i = 0; bs_picture_at(i); i++) {
		char file[160];

		assert_int_equal(bs_pictures_write(p, i, dir, &err), words[i] ? 1 : 2);
		if (words[i])
			assert_says(err.text, words[i]);
		snprintf(file, sizeof(file), "%s/%s.tsv", dir, bs_picture_at(i));
		assert_int_not_equal(access(file, F_OK), 0);
	}
	bs_pictures_close(p);
	bs_record_release(in);
	json_decref(record);
}

/* From a file that anybody may have edited. */
static void test_damaged_delays_are_left_out(void **state)
{
	static const char *const bad[] = {
		"[[5,1],[5,1]]", "[[5,1],[4,1]]", "[[5]]", "[5]", "{}", "[]", "[[\"x\",1]]"};
	struct bs_error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *record = wild_record(FEW), *row;
		struct bs_stored *in;
		struct bs_pictures *p;
		size_t k;

		json_array_foreach(json_object_get(json_object_get(record, "timeline"), "cells"), k,
				   row)
			json_object_set_new(row, "alloc_delays", json_loads(bad[i], 0, NULL));
		p = open_pictures(record, &in);
		assert_int_equal(bs_pictures_write(p, picture("delay"), dir, &err), 1);
		bs_pictures_close(p);
		bs_record_release(in);
		json_decref(record);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_pictures_of_a_wild_record, make_dir,
						drop_dir),
		cmocka_unit_test_setup_teardown(test_guests, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(test_damaged_guests, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(test_zeros_have_their_place, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(test_what_a_record_lacks_is_said, make_dir,
						drop_dir),
		cmocka_unit_test_setup_teardown(test_damaged_delays_are_left_out, make_dir,
						drop_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
