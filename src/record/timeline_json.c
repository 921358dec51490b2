// SPDX-License-Identifier: GPL-2.0-or-later
/* timeline_json.c - a cell's samples for the record. */
#include "timeline_json.h"

#include <stdlib.h>

#include "figures.h"
#include "histogram.h"
#include "json_out.h"
#include "timeline_guests.h"

static void pair(struct bs_json_out *to, uint64_t a, uint64_t b)
{
	const uint64_t both[] = {a, b};

	bs_json_out_uints(to, both, 2);
}

/* [largest value, how often] of each bucket that is not empty, 0 first: all that is known of how long requests
 * for memory took. */
static void put_delays(struct bs_json_out *to, const struct bs_histogram *h)
{
	bs_json_out_open(to, '[');
	/* NULL: nobody counted. */
	if (h && h->zeroes)
		pair(to, 0, h->zeroes);
	for (unsigned int i = 0; h && i < BS_HISTOGRAM_BUCKETS; i++) {
		const uint64_t upper = bs_histogram_upper(i);

		if (h->count[i])
			pair(to, upper < h->max ? upper : h->max, h->count[i]);
	}
	bs_json_out_close(to, ']');
}

static bool look_at(const struct bs_outcome *o, size_t i, bs_ns *time, struct bs_held_why *why)
{
	return o->nr_guests ? bs_why_of_all(o, i, time, why) : bs_outcome_why(o, i, time, why);
}

/* Why memory was held, at times of its own: a list for each part, as the figures of a cell call it. */
static void put_held_split(struct bs_json_out *to, const struct bs_outcome *o)
{
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

	bs_json_out_open(to, '{');
	for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
		bs_json_out_key(to, lists[k].key);
		bs_json_out_open(to, '[');
		for (size_t i = 0; look_at(o, i, &time, &why); i++)
			bs_json_out_uint(to, *lists[k].value);
		bs_json_out_close(to, ']');
	}
	bs_json_out_close(to, '}');
}

/* Where memory was, if somebody wanted to know. */
static void put_map(struct bs_json_out *to, const struct bs_outcome *o)
{
	uint64_t cell_bytes;
	const char *text;
	bs_ns time;
	char letter[2] = "";

	if (!bs_outcome_map(o, 0, &time, &text, &cell_bytes))
		return;
	bs_json_out_key(to, "map");
	bs_json_out_open(to, '{');
	bs_json_out_key(to, "cell_bytes");
	bs_json_out_uint(to, cell_bytes);
	bs_json_out_key(to, "time_ns");
	bs_json_out_open(to, '[');
	for (size_t i = 0; bs_outcome_map(o, i, &time, &text, &cell_bytes); i++)
		bs_json_out_uint(to, time);
	bs_json_out_close(to, ']');
	bs_json_out_key(to, "looks");
	bs_json_out_open(to, '[');
	for (size_t i = 0; bs_outcome_map(o, i, &time, &text, &cell_bytes); i++)
		bs_json_out_text(to, text);
	bs_json_out_close(to, ']');
	bs_json_out_key(to, "letters");
	bs_json_out_open(to, '{');
	for (unsigned int i = 0; (text = bs_outcome_map_letter(i, letter)); i++) {
		bs_json_out_key(to, letter);
		bs_json_out_text(to, text);
	}
	bs_json_out_close(to, '}');
	bs_json_out_close(to, '}');
}

static void put_figure(struct bs_json_out *to, uint64_t value)
{
	if (value == BS_ABSENT)
		bs_json_out_null(to);
	else
		bs_json_out_uint(to, value);
}

/* What an entry of figures.def takes from each sample, as one list. */
#define LIST(key, put)                                        \
	bs_json_out_key(to, key);                             \
	bs_json_out_open(to, '[');                            \
	for (const struct bs_sample *s = first; s < end; s++) \
		put;                                          \
	bs_json_out_close(to, ']');
#define UINTS(v, n) bs_json_out_uints(to, v, n)

static void put_samples(struct bs_json_out *to, const struct bs_outcome *o,
			const struct bs_sample *first, size_t n)
{
	const struct bs_sample *end = first + n;

#define FIGURE_TIMELINE(key, unit, source, ...) LIST(key, put_figure(to, source))
#define PART_TIMELINE(key, unit, json, ...) LIST(key, json)
#include "figures.def"
}

/* Of few rows, and built as values. */
static void put_built(struct bs_json_out *to, const char *key, json_t *v)
{
	bs_json_out_key(to, key);
	bs_json_out_value(to, v, NULL, NULL);
	json_decref(v);
}

/* All guests together, and then each; or the one that there is. */
static void put_levels(struct bs_json_out *to, const struct bs_outcome *o)
{
	const struct bs_sample *first;
	struct bs_sample *all;
	size_t n;

	if (!o->nr_guests) {
		n = bs_timeline_samples(o->tl, &first);
		put_samples(to, o, first, n);
		if (o->f->host_counts)
			put_built(to, "host", bs_host_timeline_json(first, n));
		return;
	}
	all = bs_samples_of_all(o, &n);
	if (!all)
		return;
	put_samples(to, o, all, n);
	put_built(to, "host", bs_host_timeline_json(all, n));
	put_built(to, "guests", bs_guests_timeline_json(o));
	free(all);
}

char *bs_timeline_json(const struct bs_outcome *o, unsigned int depth)
{
	const struct bs_histogram *delays = o->delays;
	struct bs_histogram all;
	struct bs_json_out to;

	if (o->nr_guests) {
		bs_delays_of_all(o, &all);
		delays = &all;
	}
	bs_json_out_begin(&to, NULL, depth);
	bs_json_out_open(&to, '{');
	bs_json_out_key(&to, "label");
	bs_json_out_text(&to, o->label);
	bs_json_out_key(&to, "alloc_delays");
	put_delays(&to, delays);
	put_levels(&to, o);
	bs_json_out_key(&to, "held_split");
	put_held_split(&to, o);
	put_map(&to, o);
	bs_json_out_close(&to, '}');
	if (!bs_json_out_end(&to))
		return to.buf;
	free(to.buf);
	return NULL;
}
