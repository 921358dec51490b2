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
	BS_CAUSE_FIRST_TOUCH, /* memory is touched that the host never backed */
	BS_CAUSE_REFAULT, /* ... or no longer, because it was discarded */
	BS_CAUSE_HOST_ZERO, /* ... and the host zeroes it again */
	BS_CAUSE_REQUEST, /* it makes a request of a reporter itself and waits for the host */
	BS_CAUSE_INSTALL, /* the host backs memory before it is touched */
	BS_CAUSE_ZERO, /* memory is zeroed for user space */
	BS_CAUSE_POISON, /* memory that is freed is overwritten */
	BS_CAUSE_CLIENT, /* a driver that holds pages gives some back, and makes requests for that */
	BS_CAUSE_WAIT, /* another CPU has what it needs (locks.h) */
	BS_CAUSE_SWAP, /* the host is short of memory: it makes room, or brings back what it swapped out */
	BS_CAUSE_RESTORE, /* memory lies in the snapshot that the guest was restored from */
	BS_CAUSE_RECLAIM, /* page cache is given back for what it asks for */
	BS_CAUSE_REFILL, /* ... and has to be read again */
	BS_CAUSE_COMPACT, /* pages in use are moved for what it asks for */
	BS_CAUSE_WRITEBACK, /* dirty pages of files are written so that they can go, or because there are too many */
	BS_CAUSE_GUEST_SWAP, /* memory of processes goes to the guest's own swap, or comes back from it */
	BS_NR_CAUSES,
};
const char *bs_cause_name(enum bs_cause cause);

struct bs_cpu {
	bs_ns busy_until;
	bs_ns counted_until; /* what lies behind that is blocked time of nobody's figures */
	bool vmstat_quiet, vmstat_armed; /* nothing happened since its last round; one is due */
	bool wake_on; /* it has left the allocator and will run a pass (reporter.h) */
	bs_ns blocked_ns[BS_NR_CAUSES]; /* up to then, also of what lies ahead */
	bs_ns cut_ns; /* what lay behind it */
};

/* From @from on it is blocked for @cost: the part of it that counts. */
static inline void bs_cpu_count(struct bs_cpu *k, bs_ns from, bs_ns cost, enum bs_cause cause)
{
	const bs_ns room = k->counted_until > from ? k->counted_until - from : 0;
	const bs_ns counted = cost < room ? cost : room;

	k->blocked_ns[cause] += counted;
	k->cut_ns += cost - counted;
}

/* From @now on, or behind what it is blocked by already, the CPU is busy for @cost. */
static inline void bs_cpu_block(struct bs_cpu *k, bs_ns now, bs_ns cost, enum bs_cause cause)
{
	const bs_ns from = k->busy_until > now ? k->busy_until : now;

	k->busy_until = from + cost;
	bs_cpu_count(k, from, cost, cause);
}

/* Of @n CPUs, since they were zeroed, by cause. Returns what was cut off. */
bs_ns bs_cpus_blocked(const struct bs_cpu *cpus, unsigned int n, bs_ns by_cause[BS_NR_CAUSES]);

#endif
