// SPDX-License-Identifier: GPL-2.0-or-later
#include "diff_answer.h"

#include "json.h"

static json_t *row_of(const json_t *answer, const char *path)
{
	json_t *v = bs_json_at(answer, path);

	return json_is_string(v) ? v : NULL;
}

static void put_side(json_t *o, const char *side, json_t *v)
{
	json_object_set_new(o, side, v ? json_incref(v) : json_null());
}

json_t *bs_diff_answers(const json_t *a, const json_t *b)
{
	/* The row that the answer would be another without, and what it says of the rest. */
	static const char *const keys[] = {"default.label", "stock.label", "best.label",
					   "blocker.part"};
	json_t *list = json_array();

	if (!json_is_object(a) || !json_is_object(b))
		return list;
	for (size_t i = 0; list && i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_t *x = row_of(a, keys[i]), *y = row_of(b, keys[i]), *o;

		if (x == y || (x && y && json_equal(x, y)))
			continue;
		o = json_object();
		bs_json_put_text(o, "key", keys[i]);
		put_side(o, "a", x);
		put_side(o, "b", y);
		json_array_append_new(list, o);
	}
	return list;
}
