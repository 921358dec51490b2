// SPDX-License-Identifier: GPL-2.0-or-later
/* stored_list.c - a file of several records: of several traces, or a sweep's. */
#include <buddysim/record.h>

#include <errno.h>
#include <stdlib.h>

#include "stored.h"

void bs_records_release(struct bs_stored **list, size_t nr)
{
	for (size_t i = 0; list && i < nr; i++)
		bs_record_release(list[i]);
	free(list);
}

static int take(json_t *root, const char *path, struct bs_stored **out, struct bs_error *err)
{
	struct bs_stored *r = calloc(1, sizeof(*r));
	int ret;

	if (!r)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot be read");
	ret = bs_stored_take(r, root, path, err);
	if (ret)
		free(r);
	else
		*out = r;
	return ret;
}

int bs_records_read(const char *path, struct bs_stored ***out, size_t *nr, struct bs_error *err)
{
	const size_t before = *nr;
	json_t *root = NULL;
	int ret = bs_stored_parse(path, &root, err);
	size_t n = ret ? 0 : json_is_array(root) ? json_array_size(root) : 1;
	struct bs_stored **more = NULL;

	/* An empty list is refused for what it lacks, like anything else. */
	if (!ret && !n)
		n = 1;
	if (!ret) {
		more = realloc(*out, (before + n) * sizeof(*more));
		if (!more)
			ret = bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot be read");
		else
			*out = more;
	}
	for (size_t i = 0; !ret && i < n; i++) {
		json_t *one = json_array_get(root, i);

		ret = take(one ? one : root, path, &(*out)[before + i], err);
		*nr += !ret;
	}
	json_decref(root);
	return ret;
}
