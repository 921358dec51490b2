// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_tick.h"

#include <errno.h>
#include <stdlib.h>

#include "host_policy.h"
#include "reporter.h"

/* What was so of a guest at the last tick. */
struct bs_host_past {
	bs_ns waited; /* of all its CPUs, so far */
	uint64_t failed, target;
};

/* For memory that the host took from it, whoever asked for that. */
static bs_ns waited(const struct bs_guest *g)
{
	bs_ns of[BS_NR_CAUSES];

	bs_cpus_blocked(g->cpus, g->nr_cpus, of);
	return of[BS_CAUSE_REFAULT] + of[BS_CAUSE_HOST_ZERO] + of[BS_CAUSE_SWAP] +
	       of[BS_CAUSE_CLIENT];
}

static void look_at(struct bs_host *h, const struct bs_guest *g, unsigned int i)
{
	struct bs_host_guest *seen = &h->seen[i];
	struct bs_host_past *past = &h->past[i];
	const bs_ns now = waited(g), tick = h->policy_values[BS_HOST_TICK];
	const bs_ns share = (now > past->waited ? now - past->waited : 0) * 1000 / tick;

	seen->size = bs_managed_pages(g->m) << g->page_shift;
	seen->held = bs_device_held(g->dev);
	seen->swapped = bs_device_swapped(g->dev);
	seen->running = g->running && !g->ended;
	seen->waited = g->alloc_failed > past->failed || share > 1000 ? 1000 : (unsigned int)share;
	past->waited = now;
	past->failed = g->alloc_failed;
}

static void tell(struct bs_host *h, struct bs_guest *g, unsigned int i)
{
	if (g->ended || !g->running)
		return;
	if (h->seen[i].target != h->past[i].target)
		bs_report_event(g->rc, BS_EVENT_TARGET, h->seen[i].target);
	if (h->seen[i].gate != g->reporter.pressure)
		bs_reporter_pressure(g, h->seen[i].gate);
}

static void tick(void *arg, int unused)
{
	struct bs_host *h = arg;
	struct bs_host_look look = {.values = h->policy_values,
				    .now = h->clock->now,
				    .memory = h->cfg->memory_bytes,
				    .guests = h->seen,
				    .nr = h->nr_seen};
	unsigned int i = 0;

	(void)unused;
	if (h->clock->now + h->policy_values[BS_HOST_TICK] <= h->end)
		bs_clock_push(h->clock, h->clock->now + h->policy_values[BS_HOST_TICK], BS_DUE_HOST,
			      tick, h, 0);
	for (struct bs_guest *g = *h->guests; g; g = g->after, i++) {
		h->past[i].target = h->seen[i].target;
		look_at(h, g, i);
		look.held += h->seen[i].held;
		look.swapped += h->seen[i].swapped;
	}
	h->policy->tick(&look);
	i = 0;
	for (struct bs_guest *g = *h->guests; g; g = g->after, i++)
		tell(h, g, i);
}

int bs_host_tick_start(struct bs_host *h, struct bs_error *err)
{
	int ret;

	if (!h->cfg || !h->cfg->policy)
		return 0;
	ret = bs_host_policy_parse(h->cfg->policy, &h->policy, &h->policy_values, err);
	if (ret || !h->policy->tick)
		return ret;
	for (const struct bs_guest *g = *h->guests; g; g = g->after)
		h->nr_seen++;
	h->seen = calloc(h->nr_seen + 1, sizeof(*h->seen));
	h->past = calloc(h->nr_seen + 1, sizeof(*h->past));
	if (!h->seen || !h->past)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "host", NULL, "setting up");
	bs_clock_push(h->clock, h->clock->now + h->policy_values[BS_HOST_TICK], BS_DUE_HOST, tick,
		      h, 0);
	return 0;
}

void bs_host_tick_free(struct bs_host *h)
{
	free(h->policy_values);
	free(h->seen);
	free(h->past);
}
