// SPDX-License-Identifier: GPL-2.0-or-later
/* timeline_json.c - a cell's samples for the record. */
#include "timeline_json.h"

#include <stdlib.h>

#include "figures.h"
#include "histogram.h"
#include "json.h"
#include "timeline_guests.h"

/* What an entry of figures.def takes from each sample, as one list. */
#define LIST(key, value)                                      \
	list = json_array();                                  \
	for (const struct bs_sample *s = first; s < end; s++) \
		json_array_append_new(list, value);           \
	bs_record_put(cell, key, list);

/* [largest value, how often] of each bucket that is not empty, 0 first: all that is known of how long requests
 * for memory took. */
static json_t *delays_json(const struct bs_histogram *h)
{
	json_t *list = json_array();

	if (!h)
		return list; /* nobody counted */
	if (h->zeroes)
		json_array_append_new(list,
				      json_pack("[o,o]", bs_json_uint(0), bs_json_uint(h->zeroes)));
	for (unsigned int i = 0; i < BS_HISTOGRAM_BUCKETS; i++) {
		const uint64_t upper = bs_histogram_upper(i);

		if (h->count[i])
			json_array_append_new(
				list,
				json_pack("[o,o]", bs_json_uint(upper < h->max ? upper : h->max),
					  bs_json_uint(h->count[i])));
	}
	return list;
}

static bool look_at(const struct bs_outcome *o, size_t i, bs_ns *time, struct bs_held_why *why)
{
	return o->nr_guests ? bs_why_of_all(o, i, time, why) : bs_outcome_why(o, i, time, why);
}

/* Why memory was held, at times of its own: a list for each part, as the figures of a cell call it. */
static json_t *held_split_json(const struct bs_outcome *o)
{
	json_t *split = json_object();
	struct bs_held_why why;
	bs_ns time;

	const struct {
		const char *key;
		const uint64_t *value;
	} lists[] = {
		{"time_ns", &time},
		{"pcp_bytes", &why.pcp},
		{"in_flight_bytes", &why.in_flight},
		{"below_order_bytes", &why.below},
		{"raw_bytes", &why.raw},
		{"kept_bytes", &why.kept},
		{"huge_rest_bytes", &why.huge_rest},
		{"other_bytes", &why.other},
	};

	for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
		json_t *list = json_array();

		for (size_t i = 0; look_at(o, i, &time, &why); i++)
			json_array_append_new(list, bs_json_uint(*lists[k].value));
		json_object_set_new(split, lists[k].key, list);
	}
	return split;
}

/* Where memory was. NULL: nobody wanted to know. */
static json_t *map_json(const struct bs_outcome *o)
{
	json_t *map, *times, *looks, *letters;
	uint64_t cell_bytes;
	const char *text;
	bs_ns time;
	char letter[2] = "";

	if (!bs_outcome_map(o, 0, &time, &text, &cell_bytes))
		return NULL;
	times = json_array();
	looks = json_array();
	letters = json_object();
	for (size_t i = 0; bs_outcome_map(o, i, &time, &text, &cell_bytes); i++) {
		json_array_append_new(times, bs_json_uint(time));
		json_array_append_new(looks, json_string(text));
	}
	for (unsigned int i = 0; (text = bs_outcome_map_letter(i, letter)); i++)
		bs_json_put_text(letters, letter, text);
	map = json_object();
	bs_json_put_uint(map, "cell_bytes", cell_bytes);
	json_object_set_new(map, "time_ns", times);
	json_object_set_new(map, "looks", looks);
	json_object_set_new(map, "letters", letters);
	return map;
}

static void put_samples(json_t *cell, const struct bs_outcome *o, const struct bs_sample *first,
			size_t n)
{
	const struct bs_sample *end = first + n;
	json_t *list;

#define FIGURE_TIMELINE(key, unit, source, ...) LIST(key, bs_figure_json(BS_UNIT_##unit, source))
#define PART_TIMELINE(key, unit, json, ...) LIST(key, json)
#include "figures.def"
}

/* All guests together, and then each; or the one that there is. */
static void put_levels(json_t *cell, const struct bs_outcome *o)
{
	const struct bs_sample *first;
	struct bs_sample *all;
	size_t n;

	if (!o->nr_guests) {
		n = bs_timeline_samples(o->tl, &first);
		put_samples(cell, o, first, n);
		if (o->f->host_counts)
			json_object_set_new(cell, "host", bs_host_timeline_json(first, n));
		return;
	}
	all = bs_samples_of_all(o, &n);
	if (!all)
		return;
	put_samples(cell, o, all, n);
	json_object_set_new(cell, "host", bs_host_timeline_json(all, n));
	json_object_set_new(cell, "guests", bs_guests_timeline_json(o));
	free(all);
}

json_t *bs_timeline_json(const struct bs_outcome *o)
{
	json_t *cell = json_object(), *map = map_json(o);
	const struct bs_histogram *delays = o->delays;
	struct bs_histogram all;

	if (o->nr_guests) {
		bs_delays_of_all(o, &all);
		delays = &all;
	}
	bs_json_put_text(cell, "label", o->label);
	json_object_set_new(cell, "alloc_delays", delays_json(delays));
	put_levels(cell, o);
	json_object_set_new(cell, "held_split", held_split_json(o));
	if (map)
		json_object_set_new(cell, "map", map);
	return cell;
}
