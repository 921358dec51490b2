// SPDX-License-Identifier: GPL-2.0-or-later
/* log_call.c - a line of a log that says that a function was called, or returned. */
#include "log_call.h"

#include <stdlib.h>
#include <string.h>

bool bs_log_call_read(const char *line, struct bs_log_call *c)
{
	if ((line[0] != 'e' && line[0] != 'x') || line[1] != ' ')
		return false;
	c->line = line;
	c->returns = line[0] == 'x';
	c->name = strchr(line + 2, ' ');
	if (!c->name)
		return false;
	c->len = strcspn(++c->name, " ");
	c->args = c->name + c->len;
	return true;
}

bool bs_log_call_is(const struct bs_log_call *c, bool returns, const char *function)
{
	return c->returns == returns && strlen(function) == c->len &&
	       !strncmp(function, c->name, c->len);
}

uint64_t bs_log_call_arg(const struct bs_log_call *c, unsigned int i)
{
	const char *p = c->args;

	while (i-- && p)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p, NULL, 0) : 0;
}
