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

#define SYMBOL "bs_strategy"

bool bs_plugin_is_path(const char *name)
{
	const size_t len = strlen(name);

	return strchr(name, '/') || (len > 3 && !strcmp(name + len - 3, ".so"));
}

static bool name_is_sound(const char *name)
{
	return *name && !strpbrk(name, " ,:=");
}

int bs_strategy_check(const struct bs_strategy *s, const char *where, struct bs_error *err)
{
	const char *missing = NULL;

	/* Before anything else: in another ABI the other members may lie elsewhere. */
	if (s->abi != BS_STRATEGY_ABI)
		return bs_error_set(err, BS_USAGE, 0, where,
				    "compile it against this version's buddysim/report.h",
				    "strategy ABI %u, this program has %u", s->abi,
				    BS_STRATEGY_ABI);
	if (!s->name)
		missing = "name";
	else if (!s->summary)
		missing = "summary";
	else if (!s->origin)
		missing = "origin";
	else if (!s->pass && !(s->caps & BS_CAP_NO_WORKER))
		missing = "pass";
	if (missing)
		return bs_error_set(err, BS_USAGE, 0, where,
				    "a strategy without pass() declares BS_CAP_NO_WORKER",
				    "required member \"%s\" of struct bs_strategy is missing",
				    missing);
	if (!name_is_sound(s->name))
		return bs_error_set(err, BS_USAGE, 0, where,
				    "they separate parameters in -s A:name=value,B",
				    "a strategy's name has no ' ', ',', ':' or '=' and is not "
				    "empty");
	return 0;
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
