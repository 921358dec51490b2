// SPDX-License-Identifier: GPL-2.0-or-later
/* timeline_json.c - a cell's samples for the record. */
#include "timeline_json.h"

#include "figures.h"
#include "histogram.h"
#include "json.h"

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

json_t *bs_timeline_json(const struct bs_outcome *o)
{
	const struct bs_sample *first, *end;
	const size_t n = bs_timeline_samples(o->tl, &first);
	json_t *cell = json_object(), *list;

	end = first + n;
	bs_json_put_text(cell, "label", o->label);
	json_object_set_new(cell, "alloc_delays", delays_json(o->delays));
#define FIGURE_TIMELINE(key, unit, source, ...) LIST(key, bs_figure_json(BS_UNIT_##unit, source))
#define PART_TIMELINE(key, unit, json, ...) LIST(key, json)
#include "figures.def"
	return cell;
}
