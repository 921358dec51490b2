// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rotation_flight.c - a batch of rotation goes to the host and comes back.
 *
 * Upstream waits for each request before it isolates another block. With depth=N (STRATEGIES.md,
 * variants) up to N are in flight: the next batch is filled meanwhile, and the oldest
 * request is waited for when there is no batch left to fill, or the zone has no room for another.
 * Requests never cross zones.
 */
#include "rotation_flight.h"

#include <errno.h>

#include "rotation_variants.h"

/* Well above the low watermark, boost included, by a batch of the smallest blocks. With order 0
 * that is only a batch of pages: as upstream has it. */
bool bs_rotation_has_room(struct bs_report_ctx *rc, unsigned int zone)
{
	const struct bs_rotation *s = bs_state(rc);
	struct bs_report_zone rz;

	bs_report_zone(rc, zone, &rz);
	return bs_watermark_ok(
		rc, zone,
		rz.watermark_low + rz.watermark_boost +
			((uint64_t)s->capacity << bs_param_get(rc, BS_ROTATION_ORDER)));
}

int bs_rotation_begin(struct bs_report_ctx *rc)
{
	struct bs_rotation *s = bs_state(rc);
	struct bs_rotation_extra *x = s->extra;
	const size_t depth = x ? x->depth : 1;

	s->free_slots = s->capacity;
	s->batches = bs_alloc(rc, BS_SCOPE_GLOBAL, depth * s->capacity * sizeof(*s->batches));
	if (!s->batches)
		return -ENOMEM;
	if (depth == 1)
		return 0;
	x->oldest = x->in_flight = 0;
	x->flights = bs_alloc(rc, BS_SCOPE_GLOBAL, depth * sizeof(*x->flights));
	return x->flights ? 0 : -ENOMEM;
}

void bs_rotation_end(struct bs_report_ctx *rc)
{
	struct bs_rotation *s = bs_state(rc);

	bs_release(rc, s->batches);
	s->batches = NULL;
	if (!s->extra)
		return;
	bs_release(rc, s->extra->flights);
	s->extra->flights = NULL;
}

/* ---- Back to the lists ----------------------------------------------------------------------- */

static enum bs_put put_where(const struct bs_report_ctx *rc)
{
	switch (bs_param_get(rc, BS_ROTATION_PUT)) {
	case BS_ROTATION_PUT_HEAD:
		return BS_PUT_RULE;
	case BS_ROTATION_PUT_TAIL:
		return BS_PUT_TAIL;
	}
	return bs_param_get(rc, BS_ROTATION_REV) == BS_ROTATION_REV_5_7 ? BS_PUT_RULE : BS_PUT_TAIL;
}

/* Newest first: the batch was filled from its end. */
static void drain(struct bs_report_ctx *rc, unsigned int zone, const struct bs_range *batch,
		  unsigned int first, int err)
{
	const struct bs_rotation *s = bs_state(rc);
	enum bs_put where = put_where(rc);

	for (unsigned int i = first; i < s->capacity; i++) {
		const struct bs_range *r = &batch[i];
		unsigned int order = bs_put_back(rc, r->pfn, r->order, BS_MT_NOW, where);

		/* A block that merged is news again; one that was refused is not reported. */
		if (!err && order == r->order) {
			bs_mark(rc, r->pfn, r->order);
			bs_rotation_count_mark(rc, zone, r->order, 1);
		}
	}
}

static void drain_batch(struct bs_report_ctx *rc, unsigned int zone, int err)
{
	struct bs_rotation *s = bs_state(rc);

	drain(rc, zone, bs_rotation_batch(s), s->free_slots, err);
	s->free_slots = s->capacity;
}

int bs_rotation_collect(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_rotation *s = bs_state(rc);
	struct bs_rotation_extra *x = s->extra;
	const struct bs_rotation_flight f = x->flights[x->oldest];
	int err;

	bs_zone_unlock(rc, zone);
	err = bs_wait(rc, f.ticket);
	bs_zone_lock(rc, zone);
	drain(rc, zone, s->batches + (size_t)x->oldest * s->capacity, f.first, err);
	x->oldest = (x->oldest + 1) % x->depth;
	x->in_flight--;
	return err;
}

/* ---- To the host ----------------------------------------------------------------------------- */

/* Is this the moment for a request? That our own ones keep the host busy is no reason against
 * it. */
static int may_send(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_rotation *s = bs_state(rc);
	int err = 0;

	if (bs_param_get(rc, BS_ROTATION_SKIP_IF_BUSY)) {
		while (!err && bs_rotation_in_flight(s) && bs_host_busy(rc))
			err = bs_rotation_collect(rc, zone);
		if (!err && bs_host_busy(rc)) {
			s->state = BS_ROTATION_REQUESTED;
			return BS_ROTATION_PASS_DONE;
		}
	}
	/* No need to ask for another pass: pressure does when it rises. */
	return err || bs_rotation_gate_open(rc) ? err : BS_ROTATION_PASS_DONE;
}

static int submit_async(struct bs_report_ctx *rc, unsigned int zone)
{
	const struct bs_rotation *s = bs_state(rc);
	int ticket;

	bs_zone_unlock(rc, zone);
	ticket = bs_submit_async(rc, bs_rotation_batch(s) + s->free_slots,
				 s->capacity - s->free_slots);
	bs_zone_lock(rc, zone);
	return ticket;
}

static int send_async(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_rotation *s = bs_state(rc);
	struct bs_rotation_extra *x = s->extra;
	int ticket = submit_async(rc, zone), err = 0;

	/* The device's queue may be shorter than ours. */
	while (ticket == -EBUSY && x->in_flight && !err) {
		err = bs_rotation_collect(rc, zone);
		if (!err)
			ticket = submit_async(rc, zone);
	}
	if (ticket < 0) {
		drain_batch(rc, zone, ticket);
		return err ? err : ticket;
	}
	x->flights[(x->oldest + x->in_flight) % x->depth] =
		(struct bs_rotation_flight){ticket, s->free_slots};
	x->in_flight++;
	s->free_slots = s->capacity;
	/* One batch may go below the room that upstream asks for, as there; a second may not. */
	while (!err && x->in_flight &&
	       (x->in_flight == x->depth || !bs_rotation_has_room(rc, zone)))
		err = bs_rotation_collect(rc, zone);
	return err;
}

int bs_rotation_send(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_rotation *s = bs_state(rc);
	int err = may_send(rc, zone);

	if (err) {
		drain_batch(rc, zone, err);
		return err;
	}
	if (s->extra && s->extra->depth > 1)
		return send_async(rc, zone);
	bs_zone_unlock(rc, zone);
	err = bs_submit(rc, s->batches + s->free_slots, s->capacity - s->free_slots);
	bs_zone_lock(rc, zone);
	drain_batch(rc, zone, err);
	return err;
}

int bs_rotation_finish(struct bs_report_ctx *rc, unsigned int zone, int err)
{
	struct bs_rotation *s = bs_state(rc);

	if (s->free_slots == s->capacity && !bs_rotation_in_flight(s))
		return err;
	bs_zone_lock(rc, zone);
	if (err)
		drain_batch(rc, zone, err);
	else if (s->free_slots < s->capacity)
		err = bs_rotation_send(rc, zone);
	while (bs_rotation_in_flight(s)) {
		int late = bs_rotation_collect(rc, zone);

		if (!err || (err > 0 && late))
			err = late;
	}
	bs_zone_unlock(rc, zone);
	return err;
}
