// SPDX-License-Identifier: GPL-2.0-or-later
#include "picture_kinds.h"

#include <errno.h>
#include <stdlib.h>

struct bs_pictures {
	struct bs_cast front;
};

static const struct {
	const char *name;
	bs_picture_fn *write;
} pictures[] = {
#define BS_PICTURE(id) {#id, bs_picture_##id},
#include "pictures.def"
#undef BS_PICTURE
};
#define NR_PICTURES (sizeof(pictures) / sizeof(pictures[0]))

const char *bs_picture_at(unsigned int index)
{
	return index < NR_PICTURES ? pictures[index].name : NULL;
}

int bs_pictures_open(const struct bs_stored *in, const char *highlight, struct bs_pictures **out,
		     struct bs_error *err)
{
	struct bs_pictures *p = calloc(1, sizeof(*p));
	int ret;

	*out = NULL;
	if (!p)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "pictures", NULL, "cannot be drawn");
	ret = bs_cast_make(&p->front, in, highlight, err);
	if (ret)
		free(p);
	else
		*out = p;
	return ret;
}

void bs_pictures_close(struct bs_pictures *p)
{
	if (!p)
		return;
	bs_cast_free(&p->front);
	free(p);
}

int bs_pictures_write(const struct bs_pictures *p, unsigned int index, const char *dir,
		      struct bs_error *err)
{
	return pictures[index].write(&p->front, dir, pictures[index].name, err);
}
