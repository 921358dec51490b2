/* SPDX-License-Identifier: GPL-2.0-or-later */
/* agent_tick.h - when a guest's agent looks, what it sees, and how what it asks for is done. */
#ifndef BS_AGENT_TICK_H
#define BS_AGENT_TICK_H

#include "agent.h"

struct bs_agent_run;
struct bs_guest;

/* @text: "timer:every=60s"; NULL: nobody. 0 and the run, which may be NULL; or negative with @err. */
int bs_agent_create(struct bs_guest *g, const char *text, struct bs_agent_run **out,
		    struct bs_error *err);
/* Its guest begins now: the first tick is a tick later. */
void bs_agent_start(struct bs_agent_run *r);
void bs_agent_destroy(struct bs_agent_run *r);
/* What it sees now; for tests, and whoever looks on. */
void bs_agent_see(struct bs_agent_run *r, struct bs_agent_look *look);

#endif
