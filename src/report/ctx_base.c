// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx_base.c - what every other part of the context, and every strategy, stands on: state,
 * parameters, time, memory.
 */
#include "ctx_base.h"

#include <stdlib.h>

/* ---- State and parameters -------------------------------------------------------------------- */

void *bs_state(struct bs_report_ctx *rc)
{
	return rc->state;
}

void *bs_cpu_state(struct bs_report_ctx *rc, unsigned int cpu)
{
	return (char *)rc->cpu_state + cpu * rc->s->cpu_state_size;
}

void *bs_zone_state(struct bs_report_ctx *rc, unsigned int zone)
{
	return (char *)rc->zone_state + zone * rc->s->zone_state_size;
}

uint64_t bs_param_get(const struct bs_report_ctx *rc, unsigned int index)
{
	return rc->values[index];
}

unsigned int bs_top_order(const struct bs_report_ctx *rc)
{
	return bs_platform_of(rc->m)->max_order;
}

uint64_t bs_order_bytes(const struct bs_report_ctx *rc, unsigned int order)
{
	return bs_block_bytes(rc->m, order);
}

unsigned int bs_usual_order(const struct bs_report_ctx *rc)
{
	return bs_platform_of(rc->m)->report_order;
}

/* ---- Time ------------------------------------------------------------------------------------ */

bs_ns bs_now(const struct bs_report_ctx *rc)
{
	return rc->env.now(rc->env.arg);
}

void bs_wake(struct bs_report_ctx *rc, bs_ns delay)
{
	if (rc->wake_pending || !rc->started)
		return;
	rc->wake_pending = true;
	rc->wake_due = bs_now(rc) + delay;
	rc->env.wake(rc->env.arg, delay);
}

void bs_wake_sooner(struct bs_report_ctx *rc, bs_ns delay)
{
	if (rc->wake_pending && rc->started && bs_now(rc) + delay < rc->wake_due) {
		rc->env.wake_cancel(rc->env.arg);
		rc->wake_pending = false;
	}
	bs_wake(rc, delay);
}

void bs_wake_on(struct bs_report_ctx *rc, unsigned int cpu)
{
	if (!rc->started)
		return;
	if (rc->env.wake_on)
		rc->env.wake_on(rc->env.arg, cpu);
	else
		bs_wake(rc, 0);
}

bool bs_wake_pending(const struct bs_report_ctx *rc)
{
	return rc->wake_pending;
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static uint64_t *meta(struct bs_report_ctx *rc, enum bs_scope scope)
{
	switch (scope) {
	case BS_SCOPE_ZONE:
		return &rc->stats.meta_zone_bytes;
	case BS_SCOPE_PAGE:
		return &rc->stats.meta_page_bytes;
	case BS_SCOPE_GLOBAL:
		break;
	}
	return &rc->stats.meta_global_bytes;
}

void bs_ctx_note_peak(struct bs_report_ctx *rc)
{
	struct bs_report_stats *st = &rc->stats;
	const uint64_t now = st->meta_global_bytes + st->meta_zone_bytes + st->meta_page_bytes;

	if (now > st->meta_peak_bytes)
		st->meta_peak_bytes = now;
}

void *bs_alloc(struct bs_report_ctx *rc, enum bs_scope scope, size_t bytes)
{
	struct bs_chunk *c = calloc(1, sizeof(*c) + bytes);

	if (!c)
		return NULL;
	c->bytes = bytes;
	c->scope = scope;
	c->next = rc->chunks;
	c->link = &rc->chunks;
	if (c->next)
		c->next->link = &c->next;
	rc->chunks = c;
	*meta(rc, scope) += bytes;
	bs_ctx_note_peak(rc);
	return c->payload;
}

void bs_release(struct bs_report_ctx *rc, void *p)
{
	struct bs_chunk *c;

	if (!p)
		return;
	c = (struct bs_chunk *)((char *)p - offsetof(struct bs_chunk, payload));
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	*meta(rc, c->scope) -= c->bytes;
	free(c);
}
