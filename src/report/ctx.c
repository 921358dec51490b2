// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx.c - the life of a reporting context: one strategy bound to one guest.
 */
#include "ctx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctx_figures.h"
#include "ctx_held.h"
#include "ctx_hooks.h"
#include "ctx_submit.h"

#define DEFERRED_MIN 64

static int alloc_state(struct bs_report_ctx *rc)
{
	const struct bs_strategy *s = rc->s;

	rc->params = bs_params_on(s->params, bs_platform_of(rc->m));
	rc->values = calloc(bs_param_count(s->params) + 1, sizeof(*rc->values));
	rc->state = calloc(1, s->state_size + 1);
	rc->cpu_state = calloc(rc->nr_cpus, s->cpu_state_size + 1);
	rc->zone_state = calloc(rc->nr_zones, s->zone_state_size + 1);
	if (!rc->params || !rc->values || !rc->state || !rc->cpu_state || !rc->zone_state)
		return -ENOMEM;
	rc->stats.meta_global_bytes = s->state_size + s->cpu_state_size * rc->nr_cpus;
	rc->stats.meta_zone_bytes = s->zone_state_size * rc->nr_zones;
	bs_ctx_note_peak(rc);
	rc->deferred = calloc(DEFERRED_MIN, sizeof(*rc->deferred));
	rc->deferred_room = DEFERRED_MIN;
	return rc->deferred ? bs_taken_init(&rc->taken, rc->env.capacity * 4) : -ENOMEM;
}

static int set_up(struct bs_report_ctx *rc, const uint64_t *values, struct bs_error *err)
{
	const struct bs_param *table = rc->s->params;

	if (!alloc_state(rc)) {
		memcpy(rc->values, values, bs_param_count(table) * sizeof(*values));
		if (!bs_ctx_told_init(rc) && !bs_ctx_given_init(rc))
			return 0;
	}
	return bs_error_set(err, BS_RESOURCE, ENOMEM, rc->s->name, NULL, "setting up the strategy");
}

int bs_ctx_create(struct bs_machine *m, const struct bs_strategy *s, const uint64_t *values,
		  const struct bs_env *env, struct bs_report_ctx **out, struct bs_error *err)
{
	struct bs_report_ctx *rc;
	int ret;

	if (bs_mm_has_listener(m))
		return bs_error_set(err, BS_USAGE, EBUSY, s->name, "one strategy per guest",
				    "the guest already has a strategy");
	rc = calloc(1, sizeof(*rc));
	if (!rc)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, s->name, NULL,
				    "setting up the strategy");
	rc->m = m;
	rc->s = s;
	rc->env = *env;
	rc->nr_cpus = bs_nr_cpus(m);
	rc->nr_zones = bs_nr_zones(m);
	rc->locked = BS_NO_ZONE;
	rc->order_param = bs_param_of_role(s->params, BS_ROLE_ORDER);
	ret = set_up(rc, values, err);
	if (!ret) {
		bs_ctx_hooks_init(rc);
		bs_machine_listen(m, &rc->hooks, rc);
		*out = rc;
		return 0;
	}
	rc->m = NULL;
	bs_report_destroy(rc);
	return ret;
}

void bs_report_destroy(struct bs_report_ctx *rc)
{
	if (!rc)
		return;
	if (rc->started)
		bs_report_stop(rc);
	if (rc->m) {
		for (unsigned int z = 0; z < rc->nr_zones; z++)
			bs_zone_listen(rc->m, z, 0, BS_NR_ORDERS);
		bs_machine_listen(rc->m, NULL, NULL);
	}
	while (rc->chunks)
		bs_release(rc, rc->chunks->payload);
	bs_ctx_tickets_free(rc);
	bs_taken_free(&rc->taken);
	free(rc->told);
	free(rc->given);
	free(rc->deferred);
	free(rc->params);
	free(rc->values);
	free(rc->state);
	free(rc->cpu_state);
	free(rc->zone_state);
	free(rc);
}

int bs_report_start(struct bs_report_ctx *rc)
{
	int ret;

	if (rc->started)
		return -EBUSY;
	rc->started = true;
	bs_ctx_hooks_init(rc); /* parameters may have changed since it was last on */
	bs_ctx_apply_listen(rc);
	ret = rc->s->start ? rc->s->start(rc) : 0;
	if (ret) {
		rc->started = false;
		bs_ctx_apply_listen(rc);
	}
	return ret;
}

void bs_report_stop(struct bs_report_ctx *rc)
{
	if (!rc->started)
		return;
	bs_law(rc, !rc->in_pass, "stopped while a pass is running", BS_NO_PFN);
	/* From here on no hook can ask for a pass: what follows cannot be undone by a free. */
	rc->started = false;
	rc->nr_deferred = 0;
	bs_ctx_apply_listen(rc);
	rc->env.wake_cancel(rc->env.arg);
	rc->wake_pending = false;
	if (rc->s->stop)
		rc->s->stop(rc);
	bs_law(rc, !rc->taken.used, "a block is still taken after the strategy stopped", BS_NO_PFN);
}

int bs_report_pass(struct bs_report_ctx *rc, int cpu)
{
	int ret;

	/* A pass that a freeing CPU runs (bs_wake_on()) leaves the worker's timer alone. */
	if (cpu < 0)
		rc->wake_pending = false;
	if (!rc->started || !rc->s->pass)
		return 0;
	if (!bs_law(rc, !rc->in_pass, "a pass started inside a pass", BS_NO_PFN))
		return -EBUSY;
	rc->in_pass = true;
	rc->stats.passes++;
	ret = rc->s->pass(rc, cpu);
	rc->in_pass = false;
	if (!bs_law(rc, rc->locked == BS_NO_ZONE, "a pass ended with the zone lock held",
		    BS_NO_PFN))
		bs_zone_unlock(rc, (unsigned int)rc->locked);
	if (ret)
		rc->stats.aborted_passes++;
	return ret;
}

void bs_report_event(struct bs_report_ctx *rc, enum bs_event e, uint64_t v)
{
	if (rc->started && rc->s->event)
		rc->s->event(rc, e, v);
}

const struct bs_strategy *bs_report_strategy(const struct bs_report_ctx *rc)
{
	return rc->s;
}

/* ---- Parameters at run time ------------------------------------------------------------------ */

int bs_report_params(const struct bs_report_ctx *rc, char *buf, size_t size)
{
	char *text = bs_params_text(rc->s->params, rc->values);
	int len;

	if (!text)
		return -ENOMEM;
	len = snprintf(buf, size, "%s", text);
	free(text);
	return len;
}

int bs_report_set_param(struct bs_report_ctx *rc, const char *name, const char *value,
			struct bs_error *err)
{
	const struct bs_param *table = rc->params;
	const unsigned int n = bs_param_count(table);
	uint64_t v;
	unsigned int i;
	int ret;

	for (i = 0; i < n && strcmp(table[i].name, name); i++)
		;
	if (i == n)
		return bs_param_unknown(table, rc->s->name, name, err);
	if (rc->started && !table[i].runtime)
		return bs_error_set(err, BS_USAGE, EBUSY, rc->s->name,
				    "set it before the strategy is switched on",
				    "parameter \"%s\" cannot change while the strategy is on",
				    name);
	ret = bs_param_value(&table[i], rc->s->name, value, &v, err);
	if (!ret && rc->started && rc->s->param_set) {
		ret = rc->s->param_set(rc, &rc->s->params[i], v);
		if (ret)
			bs_error_set(err, BS_USAGE, -ret, rc->s->name, NULL,
				     "parameter \"%s\" refused at run time", name);
	}
	if (!ret)
		rc->values[i] = v;
	return ret;
}
