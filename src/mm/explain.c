// SPDX-License-Identifier: GPL-2.0-or-later
/* explain.c - the reasons of the allocator's decisions, one line each, for whoever asked. */
#include "explain.h"

#include <stdarg.h>
#include <stdio.h>

void mm_explain_line(struct bs_machine *m, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	m->explain(m->explain_arg, text);
}
