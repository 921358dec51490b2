// SPDX-License-Identifier: GPL-2.0-or-later
/* hooks.c - who listens to a guest, to which of its hooks, from which order on; and who wants to know why. */
#include <buddysim/hooks.h>

#include "mm_report.h"
#include "policy_ask.h"
#include "policy_hooks.h"
#include "zone.h"
#include "zonelist.h"

/* A policy's own hooks stand in front of the listener's, and pass on what that wants. */
static uint32_t own_hooks(const struct bs_machine *m)
{
	return m->policy ? mm_policy_hook_mask(m->policy) : 0;
}

void bs_machine_listen(struct bs_machine *m, const struct bs_hooks *hooks, void *arg)
{
	if (m->policy) {
		m->policy->hooks = hooks;
		m->policy->hook_arg = arg;
	}
	if (!own_hooks(m)) {
		m->hooks = hooks;
		m->hook_arg = arg;
	}
	if (!hooks)
		for (unsigned int i = 0; i < m->nr_zones; i++)
			bs_zone_listen(m, i, 0, 0);
	mm_set_first_looks(m);
}

bool bs_mm_has_listener(const struct bs_machine *m)
{
	return m->policy ? m->policy->hooks : m->hooks;
}

/* A hook that the listener does not have is never wanted. */
static uint32_t hooks_present(const struct bs_hooks *h)
{
	uint32_t mask = 0;

	mask |= h->freeing ? BS_HOOK_FREEING : 0u;
	mask |= h->merged ? BS_HOOK_MERGED : 0u;
	mask |= h->place ? BS_HOOK_PLACE : 0u;
	mask |= h->block_in ? BS_HOOK_BLOCK_IN : 0u;
	mask |= h->block_out ? BS_HOOK_BLOCK_OUT : 0u;
	mask |= h->block_move ? BS_HOOK_BLOCK_MOVE : 0u;
	mask |= h->reordered ? BS_HOOK_REORDERED : 0u;
	mask |= h->zone_gone ? BS_HOOK_ZONE_GONE : 0u;
	mask |= h->split ? BS_HOOK_SPLIT : 0u;
	mask |= h->allocated ? BS_HOOK_ALLOCATED : 0u;
	return mask;
}

void bs_zone_listen(struct bs_machine *m, unsigned int zone, uint32_t mask,
		    unsigned int lowest_order)
{
	const struct bs_hooks *hooks = m->policy ? m->policy->hooks : m->hooks;
	struct zone *z = &m->zones[zone];
	const uint32_t before = z->hook_mask;

	z->hook_mask = hooks ? mask & hooks_present(hooks) : 0;
	z->hook_order = (uint8_t)lowest_order;
	if (own_hooks(m)) {
		m->policy->mask[zone] = z->hook_mask;
		m->policy->order[zone] = z->hook_order;
		z->hook_mask |= own_hooks(m);
		z->hook_order = 0;
	}
	if ((before ^ z->hook_mask) & BS_HOOK_ALLOCATED)
		mm_set_first_looks(m);
}

void bs_machine_explain(struct bs_machine *m, void (*line)(void *arg, const char *text), void *arg)
{
	m->explain = line;
	m->explain_arg = arg;
	mm_set_first_looks(m);
}
