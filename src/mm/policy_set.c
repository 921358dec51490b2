// SPDX-License-Identifier: GPL-2.0-or-later
/* policy_set.c - a guest gets a policy. On top of this room, as machine.c is. */
#include "policy_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pcp.h"
#include "policy_ask.h"
#include "policy_hooks.h"
#include "zonelist.h"

void mm_policy_destroy(struct bs_machine *m)
{
	struct bs_policy_ctx *c = m->policy;

	if (!c)
		return;
	for (struct policy_piece *p = c->pieces, *next; p; p = next) {
		next = p->next;
		free(p);
	}
	free(c->values);
	free(c->state);
	free(c);
	m->policy = NULL;
}

static size_t round_up(size_t bytes)
{
	return (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
}

static int create(struct bs_machine *m, const struct bs_policy *p, const uint64_t *values)
{
	const unsigned int n = bs_param_count(p->params);
	struct bs_policy_ctx *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	m->policy = c;
	*c = (struct bs_policy_ctx){
		.p = p,
		.m = m,
		.zone_bytes = round_up(p->zone_bytes),
		.cpu_bytes = round_up(p->cpu_bytes),
		.zone_at = round_up(p->state_bytes),
		.nobody = {.pfn = BS_NO_PFN},
		.values = calloc(n + 1, sizeof(*c->values)),
	};
	c->cpu_at = c->zone_at + m->nr_zones * c->zone_bytes;
	c->state = calloc(1, c->cpu_at + m->nr_zones * m->nr_cpus * c->cpu_bytes + 1);
	if (!c->values || !c->state)
		return -ENOMEM;
	bs_param_defaults(p->params, c->values);
	if (values)
		memcpy(c->values, values, n * sizeof(*values));
	return 0;
}

/* Only what it has functions for is asked. */
static void wire(struct bs_machine *m)
{
	struct bs_policy_ctx *c = m->policy;
	const struct bs_policy *p = c->p;

	m->split_asks |= p->choose || p->split || p->place || p->block_in;
	if (p->type || p->merge)
		m->capture = &c->nobody;
	if (p->fallback || p->short_of || p->refill || p->merge)
		m->kswapd_awake |= WALK_ASKS;
	c->hooks = m->hooks;
	c->hook_arg = m->hook_arg;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		c->mask[i] = m->zones[i].hook_mask;
		c->order[i] = m->zones[i].hook_order;
	}
	if (mm_policy_hook_mask(c)) {
		m->hooks = &mm_policy_hooks;
		m->hook_arg = c;
	}
	for (unsigned int i = 0; i < m->nr_zones; i++)
		bs_zone_listen(m, i, c->mask[i], c->order[i]);
	if (p->pcp_size || p->flush)
		for (unsigned int i = 0; i < m->nr_zones; i++)
			mm_pcp_resize(m, &m->zones[i]);
	for (unsigned int node = 0; node < m->nr_nodes; node++)
		for (unsigned int hz = 0; hz < BS_NR_ZONE_TYPES; hz++) {
			mm_policy_zones(m, node, &m->zonelist[node][hz]);
			mm_policy_zones(m, node, &m->thisnode[node][hz]);
		}
	mm_set_first_looks(m);
}

int bs_machine_set_policy(struct bs_machine *m, const struct bs_policy *p, const uint64_t *values,
			  struct bs_error *err)
{
	int ret;

	if (m->policy)
		return bs_error_set(err, BS_USAGE, EINVAL, p->name, NULL,
				    "the guest has the policy %s already", m->policy->p->name);
	ret = create(m, p, values);
	if (!ret) {
		wire(m);
		m->policy->at_once = true;
		ret = p->begin ? p->begin(m->policy) : 0;
		m->policy->at_once = false;
	}
	return ret ? bs_error_set(err, BS_RESOURCE, ENOMEM, p->name, NULL, "the policy's state")
		   : 0;
}

const char *bs_machine_policy(const struct bs_machine *m)
{
	return m->policy ? m->policy->p->name : NULL;
}
