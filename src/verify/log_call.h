/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_call.h - a line of a log that says that a function was called, or returned. */
#ifndef BS_LOG_CALL_H
#define BS_LOG_CALL_H

#include <buddysim/types.h>

/* e|x TIME FUNCTION ARGS...: x, it returns. @name: @len characters; @args: what stands behind it. */
struct bs_log_call {
	const char *line, *name, *args;
	size_t len;
	bool returns;
};

/* False: it is no such line. */
bool bs_log_call_read(const char *line, struct bs_log_call *c);
bool bs_log_call_is(const struct bs_log_call *c, bool returns, const char *function);
/* Argument @i, from 0, decimal or with 0x; 0: there is none. */
uint64_t bs_log_call_arg(const struct bs_log_call *c, unsigned int i);

#endif
