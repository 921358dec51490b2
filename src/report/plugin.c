// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin.c - a user's own strategy from a shared object. strategy_template.c is what to start from.
 *
 * Nothing is remembered here: the dynamic loader knows which objects are loaded. An object that
 * passes its check is pinned; one that does not is let go at once.
 */
#include "plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "strategy_check.h"

#define SYMBOL "bs_strategy"

bool bs_plugin_is_path(const char *name)
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

const struct bs_strategy *bs_plugin_load(const char *path, struct bs_error *err)
{
	void *object = open_object(path, RTLD_NOW | RTLD_LOCAL), *pin;
	const struct bs_strategy *s;

	if (!object) {
		const char *why = dlerror();

		bs_error_set(err, BS_USAGE, 0, path,
			     "build it with: cc -shared -fPIC -o mine.so mine.c",
			     "cannot load strategy: %s", why ? why : "out of memory");
		return NULL;
	}
	s = dlsym(object, SYMBOL);
	if (!s) {
		bs_error_set(err, BS_USAGE, 0, path,
			     "define: const struct bs_strategy bs_strategy = { ... };",
			     "the object has no symbol \"%s\"", SYMBOL);
	} else if (bs_strategy_check(s, path, err)) {
		s = NULL;
	} else {
		/* Cells and records point into it for as long as they live: it is not unloaded. */
		pin = open_object(path, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
		if (pin)
			dlclose(pin);
	}
	dlclose(object);
	return s;
}
