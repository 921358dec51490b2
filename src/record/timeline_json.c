// SPDX-License-Identifier: GPL-2.0-or-later
/* timeline_json.c - a cell's samples for the record. */
#include "timeline_json.h"

#include "figures.h"
#include "json.h"

/* What an entry of figures.def takes from each sample, as one list. */
#define LIST(key, value)                                      \
	list = json_array();                                  \
	for (const struct bs_sample *s = first; s < end; s++) \
		json_array_append_new(list, value);           \
	bs_record_put(cell, key, list);

json_t *bs_timeline_json(const struct bs_outcome *o)
{
	const struct bs_sample *first, *end;
	const size_t n = bs_timeline_samples(o->tl, &first);
	json_t *cell = json_object(), *list;

	end = first + n;
	bs_json_put_text(cell, "label", o->label);
#define FIGURE_TIMELINE(key, unit, source, ...) LIST(key, bs_figure_json(BS_UNIT_##unit, source))
#define PART_TIMELINE(key, unit, json, ...) LIST(key, json)
#include "figures.def"
	return cell;
}
