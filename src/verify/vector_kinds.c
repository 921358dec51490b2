// SPDX-License-Identifier: GPL-2.0-or-later
#include "vector_kinds.h"

#include <string.h>

struct bs_vector_kind bs_vector_kind(const char *name)
{
	static const struct bs_vector_kind kinds[] = {
#define BS_VECTOR(called, strategy, params, kernel, quirks) \
	{called, strategy, params, kernel, quirks},
#include "vectors.def"
#undef BS_VECTOR
	};

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return kinds[i];
	return (struct bs_vector_kind){name, name, "", "linux-5.4", 0};
}
