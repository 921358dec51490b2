// SPDX-License-Identifier: GPL-2.0-or-later
#include "stored.h"

#include <buddysim/platform.h>
#include <buddysim/record.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

__attribute__((format(printf, 2, 3))) static int malformed(const struct bs_stored *r,
							   const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return bs_error_set(r->err, BS_INPUT, 0, r->path,
			    "give a record as `buddysim compare --format json` wrote it", "%s",
			    text);
}

static int no_memory(const struct bs_stored *r)
{
	return bs_error_set(r->err, BS_RESOURCE, ENOMEM, r->path, NULL, "cannot be read");
}

int bs_stored_parse(const char *path, json_t **root, struct bs_error *err)
{
	struct bs_stored here = {.path = path, .err = err}, *const r = &here;
	json_error_t e;

	errno = 0;
	if (!strcmp(r->path, "-"))
		r->root = json_loadf(stdin, JSON_REJECT_DUPLICATES, &e);
	else
		r->root = json_load_file(r->path, JSON_REJECT_DUPLICATES, &e);
	*root = r->root;
	if (r->root)
		return 0;
	if (json_error_code(&e) == json_error_cannot_open_file)
		return bs_error_set(r->err, BS_INPUT, errno, r->path, NULL, "cannot be read");
	/* Where jansson had no room for a word, it says that the word was not expected. */
	if (errno == ENOMEM)
		return no_memory(r);
	return malformed(r, "line %d column %d: not a JSON record: %s", e.line, e.column, e.text);
}

/* Every schema up to today's can be read: what was not known yet is a figure that is not there. */
static int check_schema(struct bs_stored *r)
{
	static const char series[] = "buddysim-record-", today[] = BS_RECORD_SCHEMA;
	const char *schema = json_string_value(json_object_get(r->root, "schema")), *number;
	unsigned long n;
	char *end;

	if (!schema)
		return malformed(r, "has no \"schema\": not a record");
	number = schema + strlen(series);
	if (strncmp(schema, series, strlen(series)) || *number < '1' || *number > '9' ||
	    (n = strtoul(number, &end, 10), *end))
		return malformed(r,
				 "has schema \"%.64s\", this program reads \"%s\" and older ones",
				 schema, today);
	if (n > strtoul(today + strlen(series), NULL, 10))
		return bs_error_set(r->err, BS_INPUT, 0, r->path, "use the program that wrote it",
				    "has schema \"%.64s\", newer than this program's \"%s\"",
				    schema, today);
	return 0;
}

/* Of several traces `compare` prints an array, of one record each. */
static int pick_only(struct bs_stored *r)
{
	json_t *only = json_array_get(r->root, 0);

	if (!json_object_get(only, "schema"))
		return 0;
	if (json_array_size(r->root) != 1)
		return bs_error_set(r->err, BS_INPUT, 0, r->path,
				    "take one of them out: jq '.[0]' FILE >RECORD",
				    "has %zu records, one for each trace",
				    json_array_size(r->root));
	json_incref(only);
	json_decref(r->root);
	r->root = only;
	return 0;
}

/* Records from before 2026-12 know x86 alone, and call the machine by its layout: they are read as if they
 * said what today's say. */
static void add_machine(json_t *config)
{
	const struct bs_platform *x86 = bs_platform_at(BS_MACHINE_QEMU_PC);

	if (!json_object_get(config, "layout"))
		return;
	json_object_set(config, "machine", json_object_get(config, "layout"));
	json_object_del(config, "layout");
	bs_json_put_uint(config, "page_bytes", UINT64_C(1) << x86->page_shift);
	bs_json_put_uint(config, "max_order", x86->max_order);
}

static void take_machine(struct bs_stored *r)
{
	const json_t *bytes = bs_json_at(r->root, "config.page_bytes");
	const json_t *top = bs_json_at(r->root, "config.max_order");

	r->page_bytes = json_is_integer(bytes) && json_integer_value(bytes) > 0
				? (uint64_t)json_integer_value(bytes)
				: BS_UNIT_SIZE;
	r->nr_orders = bs_platform_at(BS_MACHINE_QEMU_PC)->max_order + 1;
	if (json_is_integer(top) && json_integer_value(top) >= 0 &&
	    json_integer_value(top) <= BS_MAX_ORDER)
		r->nr_orders = (size_t)json_integer_value(top) + 1;
}

static int load_cells(struct bs_stored *r)
{
	int ret = check_schema(r);

	if (ret)
		return ret;
	r->cells = json_object_get(r->root, "cells");
	r->nr_cells = json_array_size(r->cells);
	if (!r->nr_cells)
		return malformed(r, "has no cells");
	add_machine(json_object_get(r->root, "config"));
	take_machine(r);
	for (size_t i = 0; i < r->nr_cells; i++) {
		const json_t *cell = json_array_get(r->cells, i);

		if (!json_string_value(json_object_get(cell, "label")))
			return malformed(r, "cells[%zu] has no label", i);
		if (!json_is_integer(json_object_get(cell, "held_mib_s")))
			return malformed(r, "cells[%zu] has no figure held_mib_s", i);
	}
	return 0;
}

/* The array @key of @o: @nr numbers, or lists of @orders numbers. */
static json_t *column(const json_t *o, const char *key, size_t nr, size_t orders)
{
	json_t *a = json_object_get(o, key);

	if (!json_is_array(a) || json_array_size(a) != nr)
		return NULL;
	for (size_t i = 0; i < nr; i++) {
		const json_t *v = json_array_get(a, i);

		if (!orders && !json_is_integer(v))
			return NULL;
		if (orders && json_array_size(v) != orders)
			return NULL;
		for (size_t k = 0; k < orders; k++) {
			if (!json_is_integer(json_array_get(v, k)))
				return NULL;
		}
	}
	return a;
}

json_int_t bs_stored_number(const json_t *a, size_t i)
{
	return json_integer_value(json_array_get(a, i));
}

static int check_series(struct bs_stored *r, struct bs_series *s, const json_t *o, size_t index)
{
	const json_t *cell = json_array_get(r->cells, index);
	struct {
		const char *key;
		json_t **column;
	} want[] = {
		{"time_ns", &s->time},
		{"used_bytes", &s->used},
		{"resident_bytes", &s->resident},
		{"unmapped_bytes", &s->unmapped},
		{"nr_free", &s->nr_free},
	};

	s->label = json_string_value(json_object_get(o, "label"));
	if (!s->label || strcmp(s->label, json_string_value(json_object_get(cell, "label"))))
		return malformed(r, "timeline.cells[%zu] has not the label of cells[%zu]", index,
				 index);
	s->nr = json_array_size(json_object_get(o, "time_ns"));
	if (!s->nr)
		return malformed(r, "timeline.cells[%zu].time_ns is missing or empty", index);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		*want[i].column = column(o, want[i].key, s->nr,
					 strcmp(want[i].key, "nr_free") ? 0 : r->nr_orders);
		if (!*want[i].column)
			return malformed(
				r,
				"timeline.cells[%zu].%s is missing, not as long as time_ns, "
				"or holds something else than whole numbers",
				index, want[i].key);
	}
	for (size_t i = 1; i < s->nr; i++) {
		if (bs_stored_number(s->time, i) < bs_stored_number(s->time, i - 1))
			return malformed(r, "timeline.cells[%zu].time_ns runs backwards", index);
	}
	return 0;
}

static int check_guest(const struct bs_stored *r, struct bs_guest_series *g, const json_t *o,
		       size_t index, size_t number)
{
	g->label = json_string_value(json_object_get(o, "label"));
	g->nr = json_array_size(json_object_get(o, "time_ns"));
	g->time = column(o, "time_ns", g->nr, 0);
	g->used = column(o, "used_bytes", g->nr, 0);
	g->resident = column(o, "resident_bytes", g->nr, 0);
	g->unmapped = column(o, "unmapped_bytes", g->nr, 0);
	g->swapped = column(o, "swapped_bytes", g->nr, 0);
	if (g->label && g->nr && g->time && g->used && g->resident && g->unmapped && g->swapped)
		return 0;
	return malformed(
		r,
		"timeline.cells[%zu].guests[%zu] lacks its label or a list, or these differ in "
		"length",
		index, number);
}

/* Several guests, and what their host counted. */
static int check_guests(const struct bs_stored *r, struct bs_series *s, const json_t *o,
			size_t index)
{
	const json_t *host = json_object_get(o, "host"), *guests = json_object_get(o, "guests");

	s->host_held = column(host, "held_bytes", s->nr, 0);
	s->host_swapped = column(host, "swapped_bytes", s->nr, 0);
	if (host && (!s->host_held || !s->host_swapped))
		return malformed(r, "timeline.cells[%zu].host lacks a list as long as time_ns",
				 index);
	if (!guests)
		return 0;
	if (!json_is_array(guests) || !host)
		return malformed(r, "timeline.cells[%zu].guests is no list, or without a host",
				 index);
	s->guests = calloc(json_array_size(guests) + 1, sizeof(*s->guests));
	if (!s->guests)
		return no_memory(r);
	s->nr_guests = json_array_size(guests);
	for (size_t i = 0; i < s->nr_guests; i++) {
		int ret = check_guest(r, &s->guests[i], json_array_get(guests, i), index, i);

		if (ret)
			return ret;
	}
	return 0;
}

static int load_timeline(struct bs_stored *r)
{
	json_t *cells, *tl = json_object_get(r->root, "timeline");

	if (!tl || json_is_null(tl))
		return 0;
	if (json_is_object(tl) && !json_object_size(tl))
		return 0;
	cells = json_object_get(tl, "cells");
	if (json_array_size(cells) != r->nr_cells)
		return malformed(r, "timeline.cells has not one entry for each of the %zu cells",
				 r->nr_cells);
	r->series = calloc(r->nr_cells, sizeof(*r->series));
	if (!r->series)
		return no_memory(r);
	for (size_t i = 0; i < r->nr_cells; i++) {
		int ret = check_series(r, &r->series[i], json_array_get(cells, i), i);

		if (!ret)
			ret = check_guests(r, &r->series[i], json_array_get(cells, i), i);
		if (ret)
			return ret;
	}
	return 0;
}

/* What a run does not have is null there, or the part it belongs to is. */
bool bs_stored_knows(const struct bs_stored *r, const char *key)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(r->cells, i, cell)
	{
		char *part = strndup(key, strcspn(key, "."));
		const bool known = bs_json_at(cell, key) ||
				   (part && json_is_null(json_object_get(cell, part)));

		free(part);
		if (known)
			return true;
	}
	return false;
}

/* "words_set, meta_bytes.peak", or NULL. */
char *bs_stored_lacks(const struct bs_stored *r)
{
	const struct bs_metric *m;
	const char *sep = "";
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (unsigned int i = 0; f && (m = bs_metric_at(i)); i++) {
		if (!m->cell || bs_stored_knows(r, m->key))
			continue;
		fprintf(f, "%s%s", sep, m->key);
		sep = ", ";
	}
	if (f && (fclose(f) || !size)) {
		free(text);
		text = NULL;
	}
	return text;
}

static int load(struct bs_stored *r)
{
	int ret = load_cells(r);

	return ret ? ret : load_timeline(r);
}

int bs_stored_take(struct bs_stored *r, json_t *root, const char *path, struct bs_error *err)
{
	int ret;

	*r = (struct bs_stored){.path = path, .err = err, .root = json_incref(root)};
	ret = load(r);
	if (ret)
		bs_stored_free(r);
	return ret;
}

int bs_stored_read(struct bs_stored *r, const char *path, struct bs_error *err)
{
	int ret;

	*r = (struct bs_stored){.path = path, .err = err};
	ret = bs_stored_parse(path, &r->root, err);
	if (!ret)
		ret = pick_only(r);
	if (!ret)
		ret = load(r);
	if (ret)
		bs_stored_free(r);
	return ret;
}

void bs_stored_free(struct bs_stored *r)
{
	for (size_t i = 0; r->series && i < r->nr_cells; i++)
		free(r->series[i].guests);
	free(r->series);
	json_decref(r->root);
	*r = (struct bs_stored){0};
}

int bs_record_read(const char *path, struct bs_stored **out, struct bs_error *err)
{
	struct bs_stored *r = malloc(sizeof(*r));
	int ret;

	*out = NULL;
	if (!r)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot be read");
	ret = bs_stored_read(r, path, err);
	if (ret)
		free(r);
	else
		*out = r;
	return ret;
}

void bs_record_release(struct bs_stored *in)
{
	if (in)
		bs_stored_free(in);
	free(in);
}
