// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx_submit.c - requests to the device, and the laws about what may be in one.
 *
 * A request that breaks a law is reported and still handed over: the run is over anyway, and a
 * test that breaks laws on purpose sees what the device would have destroyed.
 */
#include "ctx_submit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctx_figures.h"
#include "ctx_held.h"

unsigned int bs_capacity(const struct bs_report_ctx *rc)
{
	return rc->env.capacity;
}

static void check_request(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n)
{
	bs_law(rc, rc->locked == BS_NO_ZONE, "device called with the zone lock held", BS_NO_PFN);
	bs_law(rc, n && n <= rc->env.capacity, "request empty or beyond the device's capacity",
	       n ? r[0].pfn : BS_NO_PFN);
	for (unsigned int i = 0; i < n; i++) {
		struct bs_taken *t = bs_taken_find(&rc->taken, r[i].pfn);

		if (!bs_law(rc, t && t->order == r[i].order,
			    "range handed to the device was not taken", r[i].pfn) ||
		    !bs_law(rc, !t->in_flight, "range handed to the device twice", r[i].pfn))
			continue;
		t->in_flight = true;
	}
}

/* @answered: by the host, whatever it said; else there was no request. */
static void landed(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n,
		   bool answered)
{
	for (unsigned int i = 0; i < n; i++) {
		struct bs_taken *t = bs_taken_find(&rc->taken, r[i].pfn);

		if (!t || t->order != r[i].order)
			continue;
		t->in_flight = false;
		if (answered && t->hold == BS_HOLD_CLIENT)
			bs_ctx_given(rc, t->pfn, t->order, true);
	}
}

int bs_submit(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n)
{
	int ret;

	check_request(rc, r, n);
	bs_ctx_count_request(rc, n);
	ret = rc->env.submit(rc->env.arg, r, n);
	landed(rc, r, n, ret != -EBUSY);
	bs_ctx_count_result(rc, r, n, ret);
	return ret;
}

int bs_tell(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n)
{
	bs_law(rc, rc->locked == BS_NO_ZONE, "host told with the zone lock held", BS_NO_PFN);
	for (unsigned int i = 0; i < n; i++) {
		const struct bs_taken *t = bs_taken_find(&rc->taken, r[i].pfn);

		bs_law(rc, t && t->hold == BS_HOLD_CLIENT && t->order == r[i].order,
		       "host told of what was not allocated", r[i].pfn);
	}
	rc->stats.tells++;
	return rc->env.tell ? rc->env.tell(rc->env.arg, r, n) : 0;
}

/* ---- Without waiting ------------------------------------------------------------------------- */

static struct bs_ticket *new_ticket(struct bs_report_ctx *rc, unsigned int n)
{
	struct bs_ticket *t = rc->tickets;

	while (t && (t->waiting || t->room < n))
		t = t->next;
	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->room = n > rc->env.capacity ? n : rc->env.capacity;
	t->r = calloc(t->room, sizeof(*t->r));
	if (!t->r) {
		free(t);
		return NULL;
	}
	t->next = rc->tickets;
	rc->tickets = t;
	return t;
}

int bs_submit_async(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n)
{
	struct bs_ticket *t = new_ticket(rc, n);
	int number;

	if (!t)
		return -ENOMEM;
	check_request(rc, r, n);
	number = rc->env.submit_async(rc->env.arg, r, n);
	/* With a full queue there was no request. */
	if (number != -EBUSY)
		bs_ctx_count_request(rc, n);
	if (number < 0) {
		landed(rc, r, n, number != -EBUSY);
		if (number != -EBUSY)
			bs_ctx_count_result(rc, r, n, number);
		return number;
	}
	memcpy(t->r, r, n * sizeof(*r));
	t->n = n;
	t->number = number;
	t->waiting = true;
	return number;
}

int bs_wait(struct bs_report_ctx *rc, int ticket)
{
	struct bs_ticket *t = rc->tickets;
	int ret;

	bs_law(rc, rc->locked == BS_NO_ZONE, "waiting for the device with the zone lock held",
	       BS_NO_PFN);
	while (t && !(t->waiting && t->number == ticket))
		t = t->next;
	if (!bs_law(rc, t, "waiting for a request that is not in flight", BS_NO_PFN))
		return -ENOENT;
	ret = rc->env.wait(rc->env.arg, ticket);
	t->waiting = false;
	landed(rc, t->r, t->n, true);
	bs_ctx_count_result(rc, t->r, t->n, ret);
	return ret;
}

void bs_ctx_tickets_free(struct bs_report_ctx *rc)
{
	while (rc->tickets) {
		struct bs_ticket *t = rc->tickets;

		rc->tickets = t->next;
		free(t->r);
		free(t);
	}
}

/* ---- By the freeing CPU itself --------------------------------------------------------------- */

/* The only memory a freeing CPU may give away is the block that it is freeing. */
static int call_from_hook(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int cpu,
			  bool hook_allows)
{
	const struct bs_block *b = rc->hook_block;
	int ret;

	bs_law(rc, hook_allows, "device called from a hook that may not call", r->pfn);
	bs_law(rc, b && r->order <= b->order && !((r->pfn ^ b->pfn) >> b->order),
	       "a freeing CPU reported memory that is not the block it frees", r->pfn);
	bs_ctx_count_request(rc, 1);
	ret = rc->env.call(rc->env.arg, r, 1, cpu);
	bs_ctx_count_result(rc, r, 1, ret);
	return ret;
}

int bs_call_now(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int cpu)
{
	return call_from_hook(rc, r, cpu, rc->in_hook == BS_HOOK_FREEING);
}

int bs_call_unlocked(struct bs_report_ctx *rc, unsigned int zone, const struct bs_range *r,
		     unsigned int cpu)
{
	int ret;

	bs_law(rc, rc->locked == (int)zone, "dropping a zone lock that is not held", r->pfn);
	rc->locked = BS_NO_ZONE;
	ret = call_from_hook(rc, r, cpu,
			     rc->in_hook == BS_HOOK_MERGED || rc->in_hook == BS_HOOK_PLACE);
	rc->locked = (int)zone;
	return ret;
}

/* ---- What the host knows, and does for the guest at an allocation ---------------------------- */

bool bs_host_busy(const struct bs_report_ctx *rc)
{
	return rc->env.busy && rc->env.busy(rc->env.arg);
}

int bs_install(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, unsigned int cpu)
{
	const struct bs_block *b = rc->hook_block;

	bs_law(rc, rc->s->caps & BS_CAP_HOST_SIDE, "installing without BS_CAP_HOST_SIDE", pfn);
	bs_law(rc, rc->in_hook == BS_HOOK_ALLOCATED && b, "installing outside allocated()", pfn);
	return rc->env.install ? rc->env.install(rc->env.arg, pfn, order, cpu) : 0;
}

void bs_known_zero(struct bs_report_ctx *rc, const struct bs_block *b)
{
	bs_law(rc, rc->in_hook == BS_HOOK_ALLOCATED && rc->hook_block == b,
	       "taken for zero outside its allocated()", b->pfn);
	if (rc->env.known_zero)
		rc->env.known_zero(rc->env.arg, b->pfn, b->order);
}

/* ---- The future ------------------------------------------------------------------------------ */

bs_ns bs_next_use(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	bs_ns t;

	bs_law(rc, rc->s->caps & BS_CAP_KNOWS_FUTURE, "asking without BS_CAP_KNOWS_FUTURE", pfn);
	t = rc->env.next_use ? rc->env.next_use(rc->env.arg, pfn, order) : BS_NO_TIME;
	return t < bs_now(rc) ? bs_now(rc) : t;
}

bs_ns bs_break_even(const struct bs_report_ctx *rc)
{
	return rc->env.break_even;
}
