/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shared_object.h - a table of functions that a user has in a shared object: `-s ./mine.so:threshold=64`. */
#ifndef BS_SHARED_OBJECT_H
#define BS_SHARED_OBJECT_H

#include <buddysim/types.h>

/**
 * struct bs_object_kind - what is looked for in it
 * @kind: "strategy", for messages; @symbol: its name; @define: how it is defined
 * @check: is it whole and sound? 0, or negative with what is wrong
 */
struct bs_object_kind {
	const char *kind, *symbol, *define;
	int (*check)(const void *table, const char *path, struct bs_error *err);
};

/* The object's table, checked; NULL and @err otherwise. It stays loaded until the process ends, so what is
 * returned is never taken away. Asking twice is cheap and gives the same pointer. */
const void *bs_object_load(const char *path, const struct bs_object_kind *kind,
			   struct bs_error *err);

/* Is this a path rather than a name: has it a '/' or does it end in .so? */
bool bs_object_is_path(const char *name);

#endif
