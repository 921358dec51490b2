// SPDX-License-Identifier: GPL-2.0-or-later
#include "page_series.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

#define KIB 1024
#define FEWEST 8

static json_int_t held(const struct bs_series *s, size_t i)
{
	return bs_stored_number(s->resident, i) + bs_stored_number(s->unmapped, i);
}

static size_t add(size_t *at, size_t n, size_t i)
{
	if (!n || at[n - 1] < i)
		at[n++] = i;
	return n;
}

/* Numbers of the samples that are kept, into @at; how many. */
static size_t pick(const struct bs_series *s, size_t most, size_t *at)
{
	const size_t stretches = most / 2 > FEWEST / 2 ? most / 2 : FEWEST / 2;
	size_t n = add(at, 0, 0);

	for (size_t k = 0; k < stretches; k++) {
		const size_t from = s->nr * k / stretches, to = s->nr * (k + 1) / stretches;
		size_t low = from, high = from;

		for (size_t i = from; i < to; i++) {
			low = held(s, i) < held(s, low) ? i : low;
			high = held(s, i) > held(s, high) ? i : high;
		}
		if (from == to)
			continue;
		n = add(at, n, low < high ? low : high);
		n = add(at, n, low < high ? high : low);
	}
	return add(at, n, s->nr - 1);
}

/* @key of the picked samples, in units of @per; NULL where an older record does not have it. */
static json_t *column(const json_t *cell, const char *key, const size_t *at, size_t n,
		      json_int_t per)
{
	const json_t *from = json_object_get(cell, key);
	json_t *list = json_array();

	if (json_array_size(from) <= at[n - 1]) {
		json_decref(list);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_integer(bs_stored_number(from, at[i]) / per));
	return list;
}

static void put(json_t *o, const char *key, json_t *list)
{
	if (list)
		json_object_set_new(o, key, list);
}

/* A list for each order, or for each migratetype; NULL where an older record does not have it. */
static json_t *split(const json_t *from, size_t parts, const size_t *at, size_t n)
{
	json_t *all;

	if (json_array_size(from) <= at[n - 1])
		return NULL;
	all = json_array();
	for (size_t part = 0; part < parts; part++) {
		json_t *list = json_array();

		for (size_t i = 0; i < n; i++)
			json_array_append_new(list, json_integer(bs_stored_number(
							    json_array_get(from, at[i]), part)));
		json_array_append_new(all, list);
	}
	return all;
}

json_t *bs_page_samples(const struct bs_cast *f, size_t index, size_t most)
{
	const struct bs_series *s = &f->in->series[index];
	const json_t *cell = json_array_get(bs_json_at(f->in->root, "timeline.cells"), index);
	size_t *at = calloc(most + FEWEST + 2, sizeof(*at));
	json_t *o = json_object(), *list = json_array();
	size_t n;

	if (!at) {
		json_decref(list);
		return o;
	}
	n = pick(s, most, at);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_integer(held(s, at[i]) / KIB));
	put(o, "t", column(cell, "time_ns", at, n, 1000000));
	put(o, "used", column(cell, "used_bytes", at, n, KIB));
	put(o, "held", list);
	put(o, "reported", column(cell, "reported_bytes", at, n, KIB));
	put(o, "refaulted", column(cell, "refault_bytes", at, n, KIB));
	put(o, "calls", column(cell, "calls", at, n, 1));
	put(o, "free", split(s->nr_free, f->in->nr_orders, at, n));
	put(o, "types",
	    split(json_object_get(cell, "free_pages_of_type"), BS_MIGRATE_TYPES, at, n));
	bs_json_put_uint(o, "of", s->nr);
	free(at);
	return o;
}

json_t *bs_page_map(const struct bs_cast *f, size_t index, size_t *room)
{
	json_t *map = bs_json_at(f->in->root, "timeline.cells"), *looks;
	const char *before = NULL;
	size_t size = 0, i;
	json_t *text;

	map = json_object_get(json_array_get(map, index), "map");
	looks = json_object_get(map, "looks");
	if (!json_array_size(looks))
		return NULL;
	map = json_copy(map);
	json_object_set_new(map, "looks", json_array());
	json_array_foreach(looks, i, text)
	{
		const char *now = json_string_value(text);
		const bool same = now && before && !strcmp(now, before);

		/* What did not change is an empty text. */
		json_array_append_new(json_object_get(map, "looks"),
				      json_string(same || !now ? "" : now));
		size += same || !now ? 3 : strlen(now) + 3;
		before = now;
	}
	if (size > *room) {
		json_decref(map);
		return NULL;
	}
	*room -= size;
	return map;
}
