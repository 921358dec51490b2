// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_schedule.h"

#include <stdio.h>
#include <string.h>

static bool has(const struct bs_strategy *s, const char *name)
{
	unsigned int i = 0;

	while (i < bs_param_count(s->params) && strcmp(s->params[i].name, name))
		i++;
	return i < bs_param_count(s->params);
}

/* What deals in whole memory blocks has small ones, and half of the guest. */
void bs_small_params(const struct bs_strategy *s, char *buf, size_t size)
{
	/* (a balloon of single pages makes a request of four) */
	static const char *const names[][2] = {{"capacity", "4"},  {"hwm", "4"},
					       {"threshold", "4"}, {"memory_block", "4MiB"},
					       {"at", "500ms"},	   {"size", "2MiB"}};
	const bool whole = has(s, "memory_block");
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < bs_param_count(s->params); i++)
		for (unsigned int k = 0; k < 6; k++)
			if (!strcmp(s->params[i].name, names[k][0]) && (k < 4 || whole == (k == 4)))
				used += (size_t)snprintf(buf + used, size - used, "%s%s=%s",
							 used ? "," : "", names[k][0], names[k][1]);
}
