// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nothing is remembered here: the dynamic loader knows which objects are loaded. An object that
 * passes its check is pinned; one that does not is let go at once.
 */
#include "shared_object.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

bool bs_object_is_path(const char *name)
{
	const size_t len = strlen(name);

	return strchr(name, '/') || (len > 3 && !strcmp(name + len - 3, ".so"));
}

/* dlopen() searches the system's library path for a name without '/'; ours is the working
 * directory. */
static void *open_object(const char *path, int flags)
{
	char *local;
	void *object;

	if (strchr(path, '/'))
		return dlopen(path, flags);
	local = malloc(strlen(path) + 3);
	if (!local)
		return NULL;
	strcpy(local, "./");
	strcat(local, path);
	object = dlopen(local, flags);
	free(local);
	return object;
}

const void *bs_object_load(const char *path, const struct bs_object_kind *kind,
			   struct bs_error *err)
{
	void *object = open_object(path, RTLD_NOW | RTLD_LOCAL), *pin;
	const void *table;

	if (!object) {
		const char *why = dlerror();

		bs_error_set(err, BS_USAGE, 0, path,
			     "build it with: cc -shared -fPIC -o mine.so mine.c",
			     "cannot load %s: %s", kind->kind, why ? why : "out of memory");
		return NULL;
	}
	table = dlsym(object, kind->symbol);
	if (!table) {
		bs_error_set(err, BS_USAGE, 0, path, kind->define,
			     "the object has no symbol \"%s\"", kind->symbol);
	} else if (kind->check(table, path, err)) {
		table = NULL;
	} else {
		/* Cells and records point into it for as long as they live: it is not unloaded. */
		pin = open_object(path, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
		if (pin)
			dlclose(pin);
	}
	dlclose(object);
	return table;
}
