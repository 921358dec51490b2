// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent_tick.h"

#include <errno.h>
#include <stdlib.h>

#include "guest_ask.h"
#include "pause.h"

/* From one round of the pressure's averages to the next, as Linux has it. */
#define PSI_PERIOD (2 * BS_NS_PER_S)
#define NR_AVERAGES 3

/* In 1/65536: of an average over 10, 60 and 300 s that is left after a round; and averages in 1/65536 of 1/100 %. */
static const uint64_t left[NR_AVERAGES] = {53656, 63387, 65101};

struct pressure {
	uint64_t average[NR_AVERAGES];
};

/* @owed: of each CPU, time that it waited and that is no round's yet, for it lies ahead of when it was counted */
struct bs_agent_run {
	struct bs_guest *g;
	const struct bs_agent *agent;
	uint64_t *values;
	void *state;
	bs_ns begun;
	bs_ns *waited, *owed;
	uint64_t allocated;
	struct pressure some, full;
};

/* ---- Pressure -------------------------------------------------------------------------------- */

/* For want of memory in the guest, as its kernel sees that. */
static bs_ns waited(const struct bs_cpu *k)
{
	return k->blocked_ns[BS_CAUSE_RECLAIM] + k->blocked_ns[BS_CAUSE_COMPACT] +
	       k->blocked_ns[BS_CAUSE_REFILL] + k->blocked_ns[BS_CAUSE_GUEST_SWAP] +
	       k->blocked_ns[BS_CAUSE_CLIENT];
}

static void average(struct pressure *p, bs_ns stalled)
{
	const uint64_t now = (stalled << 16) / (PSI_PERIOD / 10000);

	for (unsigned int i = 0; i < NR_AVERAGES; i++)
		p->average[i] = (p->average[i] * left[i] + now * (65536 - left[i])) >> 16;
}

static void pressure(void *arg, int unused)
{
	struct bs_agent_run *r = arg;
	struct bs_guest *g = r->g;
	bs_ns most = 0, least = PSI_PERIOD;

	(void)unused;
	if (g->ended || g->killed)
		return;
	for (unsigned int i = 0; i < g->nr_cpus; i++) {
		const bs_ns all = waited(&g->cpus[i]);
		bs_ns now;

		r->owed[i] += all > r->waited[i] ? all - r->waited[i] : 0;
		r->waited[i] = all;
		now = r->owed[i] < PSI_PERIOD ? r->owed[i] : PSI_PERIOD;
		r->owed[i] -= now;
		most = now > most ? now : most;
		least = now < least ? now : least;
	}
	average(&r->some, most);
	average(&r->full, least);
	bs_clock_push(g->clock, g->clock->now + PSI_PERIOD, BS_DUE_GUEST, pressure, r, 0);
}

static struct bs_agent_psi told(const struct pressure *p)
{
	return (struct bs_agent_psi){(unsigned int)(p->average[0] >> 16),
				     (unsigned int)(p->average[1] >> 16),
				     (unsigned int)(p->average[2] >> 16)};
}

/* ---- A tick ---------------------------------------------------------------------------------- */

static void ask(void *arg, enum bs_guest_ask what, uint64_t value)
{
	bs_guest_ask_now(((struct bs_agent_run *)arg)->g, what, value);
}

static void ask_host(void *arg, enum bs_host_ask what, uint64_t value)
{
	struct bs_guest *g = ((struct bs_agent_run *)arg)->g;

	if (what == BS_HOST_SNAPSHOT)
		bs_guest_snapshot(g);
	else if (what == BS_HOST_PAUSE)
		bs_guest_pause(g, value);
}

static uint64_t allocated(const struct bs_guest *g)
{
	struct bs_machine_counters c;
	uint64_t pages = 0;

	bs_machine_counters(g->m, &c);
	for (unsigned int i = 0; i < BS_NR_ZONE_TYPES; i++)
		pages += c.pgalloc[i];
	return pages << g->page_shift;
}

void bs_agent_see(struct bs_agent_run *r, struct bs_agent_look *look)
{
	const struct bs_guest *g = r->g;

	*look = (struct bs_agent_look){
		.values = r->values,
		.state = r->state,
		.now = g->clock->now,
		.age = g->clock->now - r->begun,
		.memory = bs_managed_pages(g->m) << g->page_shift,
		.cache = bs_guest_cache_bytes(g),
		.allocated = allocated(g) - r->allocated,
		.big = bs_guest_big(g),
		.some = told(&r->some),
		.full = told(&r->full),
		.ask = ask,
		.ask_host = ask_host,
		.arg = r,
	};
	bs_nr_free_blocks(g->m, look->free_blocks);
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
		look->free += look->free_blocks[o] << (o + g->page_shift);
}

static void tick(void *arg, int unused)
{
	struct bs_agent_run *r = arg;
	struct bs_guest *g = r->g;
	struct bs_agent_look look;
	bs_ns next = g->clock->now + r->values[BS_AGENT_TICK];

	(void)unused;
	if (g->ended || g->killed)
		return;
	if (g->saved.stands) {
		next = g->saved.stands_until;
	} else {
		bs_agent_see(r, &look);
		r->allocated += look.allocated;
		r->agent->tick(&look);
		/* What it asked for may have taken its guest's time. */
		if (g->saved.stands && next < g->saved.stands_until)
			next = g->saved.stands_until;
	}
	bs_clock_push(g->clock, next, BS_DUE_GUEST, tick, r, 0);
}

/* ---- Life ------------------------------------------------------------------------------------ */

int bs_agent_create(struct bs_guest *g, const char *text, struct bs_agent_run **out,
		    struct bs_error *err)
{
	struct bs_agent_run *r;
	int ret;

	*out = NULL;
	if (!text)
		return 0;
	r = calloc(1, sizeof(*r));
	if (!r)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, text, NULL, "setting up");
	r->g = g;
	ret = bs_agent_parse(text, &r->agent, &r->values, err);
	if (!ret) {
		r->state = calloc(1, r->agent->state_size + 1);
		r->waited = calloc(g->nr_cpus, sizeof(*r->waited));
		r->owed = calloc(g->nr_cpus, sizeof(*r->owed));
		if (!r->state || !r->waited || !r->owed)
			ret = bs_error_set(err, BS_RESOURCE, ENOMEM, text, NULL, "setting up");
	}
	if (ret)
		bs_agent_destroy(r);
	else
		*out = r;
	return ret;
}

void bs_agent_start(struct bs_agent_run *r)
{
	struct bs_clock *k;

	if (!r || !r->agent->tick)
		return;
	k = r->g->clock;
	r->begun = k->now;
	r->allocated = allocated(r->g);
	bs_clock_push(k, k->now + PSI_PERIOD, BS_DUE_GUEST, pressure, r, 0);
	bs_clock_push(k, k->now + r->values[BS_AGENT_TICK], BS_DUE_GUEST, tick, r, 0);
}

void bs_agent_destroy(struct bs_agent_run *r)
{
	if (!r)
		return;
	free(r->values);
	free(r->state);
	free(r->waited);
	free(r->owed);
	free(r);
}
