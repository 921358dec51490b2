/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace_verdict.h - can a trace be trusted? In words, with the reason, and what to do next. */
#ifndef BS_TRACE_VERDICT_H
#define BS_TRACE_VERDICT_H

#include <buddysim/buddysim.h>

/* Below this, what replays a trace refuses it without --allow-lossy (MEANING.md, trust). In 1/10000. */
#define TRACE_TRUST_FLOOR 9000

struct trace_verdict {
	const char *answer; /* "yes", "partly", "no" */
	char why[320];
	char next[320]; /* a command, or advice */
};
void trace_judge(const struct bs_trace_info *info, const char *path, struct trace_verdict *v);
/* How much of what it frees was allocated in it, in 1/10000. */
unsigned int trace_known_frees(const struct bs_trace_info *info);

#endif
