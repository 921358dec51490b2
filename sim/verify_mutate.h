/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_mutate.h - which files notice when a behaviour of their kernel is undone: `verify --mutate`.
 */
#ifndef BS_VERIFY_MUTATE_H
#define BS_VERIFY_MUTATE_H

#include "cli.h"

struct mutations {
	struct mutation *list;
	size_t nr;
};

/* One file, each of its kernels, each of their behaviours: 0, or negative with @err as
 * bs_verify_file(). A file that is not exact without any change is left out, with a warning. */
int mutate_file(struct mutations *all, const char *path, const struct bs_verify_config *config,
		struct bs_error *err);
void mutations_print(const struct mutations *all, enum bs_format format);
void mutations_free(struct mutations *all);

#endif
