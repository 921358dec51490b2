/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent.h - a program in a guest that looks after its memory: at each tick it reads what user space can read there, and
 * asks its kernel, or its host, for something (MEANING.md, agents).
 *
 * An agent is one file, NAME.c, that defines struct bs_agent bs_agent_NAME, and one line in agents.def.
 */
#ifndef BS_AGENT_H
#define BS_AGENT_H

#include <buddysim/sim.h>

#include "named.h"

/* The first parameter of every agent: from one tick to the next. */
enum { BS_AGENT_TICK, BS_AGENT_OWN };

/* As /proc/pressure/memory has it: percent of the time in which somebody waited for memory, times 100. */
struct bs_agent_psi {
	unsigned int avg10, avg60, avg300;
};

/*
 * What it sees, and whom it asks.
 * @values: of its parameters; @state: its own, zeroed before the first tick
 * @age: since its guest began
 * @memory, @free, @cache: as in /proc/meminfo, in bytes; @free_blocks: as in /proc/buddyinfo, of all zones; from @big on a block
 * has 2 MiB
 * @some, @full: CPUs waited for memory; all of them did
 * @allocated: bytes that were, since the last tick
 * @ask, @ask_host: done at once
 */
struct bs_agent_look {
	const uint64_t *values;
	void *state;
	bs_ns now, age;
	uint64_t memory, free, cache, allocated;
	uint64_t free_blocks[BS_NR_ORDERS];
	unsigned int big;
	struct bs_agent_psi some, full;
	void (*ask)(void *arg, enum bs_guest_ask what, uint64_t value);
	void (*ask_host)(void *arg, enum bs_host_ask what, uint64_t value);
	void *arg;
};

struct bs_agent {
	struct bs_named is;
	size_t state_size;
	void (*tick)(struct bs_agent_look *look); /* NULL: it does nothing, ever */
	bool saves; /* it has the host write its guest down */
};

/* How much of what is free lies in blocks below 2 MiB, in 1/1000; 0: nothing is free. */
static inline unsigned int bs_agent_fragmented(const struct bs_agent_look *l)
{
	uint64_t small = 0, all = 0;

	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		all += l->free_blocks[o] << o;
		small += o < l->big ? l->free_blocks[o] << o : 0;
	}
	return all ? (unsigned int)(small * 1000 / all) : 0;
}

/* ---- All of them (agents.c) ------------------------------------------------------------------ */

/* Number @index, NULL behind the last. */
const struct bs_agent *bs_agent_at(unsigned int index);
/* Has it the host write its guest down? */
bool bs_agent_saves(const char *text);
/* The same with all its parameters, to be free()d; NULL: out of memory, or none such. */
char *bs_agent_text(const char *text);
/* "timer:every=60s": the agent and its values, which are to be free()d. 0, or negative with @err. */
int bs_agent_parse(const char *text, const struct bs_agent **agent, uint64_t **values,
		   struct bs_error *err);

#endif
