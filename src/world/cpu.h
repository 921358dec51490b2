/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu.h - a simulated CPU, and what keeps it from going on (MEANING.md, blocked CPUs).
 *
 * Time blocked adds up on the CPU that is blocked, by cause, and on nobody else. Whoever makes things
 * happen on a CPU lets them wait until it is free.
 */
#ifndef BS_CPU_H
#define BS_CPU_H

#include <buddysim/types.h>

enum bs_cause {
	BS_CAUSE_FAULT, /* memory is touched that the host does not back */
	BS_CAUSE_REQUEST, /* it makes a request of a reporter itself and waits for the host */
	BS_CAUSE_INSTALL, /* the host backs memory before it is touched */
	BS_CAUSE_ZERO, /* memory is zeroed for user space */
	BS_CAUSE_POISON, /* memory that is freed is overwritten */
	BS_NR_CAUSES,
};
const char *bs_cause_name(enum bs_cause cause);

struct bs_cpu {
	bs_ns busy_until;
	bool wake_on; /* it has left the allocator and will run a pass (reporter.h) */
	enum bs_cause cause; /* of the latest blocking */
	bs_ns blocked_ns[BS_NR_CAUSES]; /* so far, also of what lies ahead */
};

/* From @now on, or behind what it is blocked by already, the CPU is busy for @cost. */
static inline void bs_cpu_block(struct bs_cpu *k, bs_ns now, bs_ns cost, enum bs_cause cause)
{
	k->busy_until = (k->busy_until > now ? k->busy_until : now) + cost;
	k->blocked_ns[cause] += cost;
	k->cause = cause;
}

#endif
