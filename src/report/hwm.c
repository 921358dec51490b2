// SPDX-License-Identifier: GPL-2.0-or-later
#include "hwm.h"

#include <errno.h>

static void request(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_hwm_zone *z = bs_zone_state(rc, zone);
	struct bs_hwm *s = bs_state(rc);

	if (z->requested)
		return;
	z->requested = true;
	if (!s->refcount++)
		bs_wake(rc, bs_param_get(rc, BS_HWM_DELAY));
}

void bs_hwm_notify(struct bs_report_ctx *rc, unsigned int zone, unsigned int order)
{
	const struct bs_hwm_zone *z = bs_zone_state(rc, zone);

	if (z->requested ||
	    bs_nr_free(rc, zone, order) < bs_hwm_reported(z, order) + bs_param_get(rc, BS_HWM_MARK))
		return;
	request(rc, zone);
}

bool bs_hwm_block_in(struct bs_report_ctx *rc, const struct bs_block *b, bool returned, bool merged)
{
	if (!returned)
		bs_hwm_notify(rc, b->zone, b->order);
	if (!returned || merged)
		return false;
	bs_mark(rc, b->pfn, b->order);
	bs_hwm_count(bs_zone_state(rc, b->zone), b->order, 1);
	return true;
}

/* What an earlier run counted stays, as the marks do. Where there are no counters yet, or not those
 * of these orders, the marks are counted: a guest that starts from a dump may bring some. */
static int make_counters(struct bs_report_ctx *rc, unsigned int zone)
{
	const unsigned int top = bs_top_order(rc);
	const unsigned int n = top + 1 - (unsigned int)bs_param_get(rc, BS_HWM_ORDER);
	struct bs_hwm_zone *z = bs_zone_state(rc, zone);

	if (z->nr_orders == n)
		return 0;
	bs_release(rc, z->reported);
	z->nr_orders = 0;
	z->reported = bs_alloc(rc, BS_SCOPE_ZONE, n * sizeof(*z->reported));
	if (!z->reported)
		return -ENOMEM;
	z->nr_orders = (uint8_t)n;
	z->top = (uint8_t)top;
	for (unsigned int i = 0; i < n; i++)
		z->reported[i] = bs_nr_marked(rc, zone, top - i);
	return 0;
}

int bs_hwm_start(struct bs_report_ctx *rc)
{
	struct bs_hwm *s = bs_state(rc);
	uint64_t capacity = bs_param_get(rc, BS_HWM_CAPACITY);

	s->capacity = capacity < bs_capacity(rc) ? (unsigned int)capacity : bs_capacity(rc);
	s->batch = bs_alloc(rc, BS_SCOPE_GLOBAL, s->capacity * sizeof(*s->batch));
	if (!s->batch)
		return -ENOMEM;
	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		struct bs_report_zone rz;

		bs_report_zone(rc, i, &rz);
		if (!rz.managed)
			continue;
		if (make_counters(rc, i))
			return -ENOMEM;
		request(rc, i);
	}
	return 0;
}

/* Requests die with the worker that would have served them; marks and their counters stay. */
void bs_hwm_stop(struct bs_report_ctx *rc)
{
	struct bs_hwm *s = bs_state(rc);

	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		struct bs_hwm_zone *z = bs_zone_state(rc, i);

		z->requested = z->active = false;
	}
	s->refcount = 0;
	bs_release(rc, s->batch);
	s->batch = NULL;
}

void bs_hwm_zone_gone(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_hwm_zone *z = bs_zone_state(rc, zone);

	bs_release(rc, z->reported);
	z->reported = NULL;
	z->nr_orders = 0;
}

static bool keeps(struct bs_report_ctx *rc, unsigned int zone, unsigned int order)
{
	const struct bs_hwm_zone *z = bs_zone_state(rc, zone);
	const uint64_t keep = bs_param_get(rc, BS_HWM_KEEP_RAW);

	return keep && bs_nr_free(rc, zone, order) <= bs_hwm_reported(z, order) + keep;
}

/* Up to the capacity, of all lists. */
static unsigned int gather(struct bs_report_ctx *rc, unsigned int zone, unsigned int nr_types,
			   bs_pfn (*get)(struct bs_report_ctx *rc, unsigned int zone,
					 unsigned int order, unsigned int mt))
{
	const unsigned int min_order = (unsigned int)bs_param_get(rc, BS_HWM_ORDER);
	const unsigned int top = bs_top_order(rc);
	struct bs_hwm *s = bs_state(rc);
	unsigned int n = 0;

	for (unsigned int o = top + 1; o-- > min_order;) {
		const unsigned int order = s->ascending ? min_order + top - o : o;

		for (unsigned int mt = nr_types; mt-- > 0;) {
			bs_pfn p;

			while (!keeps(rc, zone, order) &&
			       (p = get(rc, zone, order, mt)) != BS_NO_PFN) {
				s->batch[n++] = (struct bs_range){p, (uint8_t)order};
				if (n == s->capacity)
					return n;
			}
		}
	}
	return n;
}

unsigned int bs_hwm_fill(struct bs_report_ctx *rc, unsigned int zone, unsigned int nr_types,
			 bs_pfn (*get)(struct bs_report_ctx *rc, unsigned int zone,
				       unsigned int order, unsigned int mt))
{
	const unsigned int n = gather(rc, zone, nr_types, get);
	struct bs_hwm_zone *z = bs_zone_state(rc, zone);
	struct bs_hwm *s = bs_state(rc);

	if (n < s->capacity) {
		z->requested = false;
		s->refcount--;
	}
	return n;
}

void bs_hwm_put_back(struct bs_report_ctx *rc, unsigned int n, enum bs_put where)
{
	const struct bs_hwm *s = bs_state(rc);

	for (unsigned int i = 0; i < n; i++)
		bs_put_back(rc, s->batch[i].pfn, s->batch[i].order, BS_MT_NOW, where);
}

void bs_hwm_to_tail(struct bs_report_ctx *rc, unsigned int zone, unsigned int n)
{
	(void)zone;
	bs_hwm_put_back(rc, n, BS_PUT_TAIL);
}

void bs_hwm_cycle(struct bs_report_ctx *rc, unsigned int zone, const struct bs_hwm_rounds *r)
{
	const struct bs_hwm *s = bs_state(rc);
	struct bs_hwm_zone *z = bs_zone_state(rc, zone);

	bs_zone_lock(rc, zone);
	do {
		const unsigned int n = r->fill(rc, zone);

		if (!n)
			break;
		bs_zone_unlock(rc, zone);
		/* All of the series warn about an error and mark the pages all the same. */
		bs_submit(rc, s->batch, n);
		bs_zone_lock(rc, zone);
		r->drain(rc, zone, n);
	} while (z->requested);
	z->active = false;
	bs_zone_unlock(rc, zone);
}

int bs_hwm_run(struct bs_report_ctx *rc, const struct bs_hwm_rounds *r)
{
	struct bs_hwm *s = bs_state(rc);
	unsigned int zone = 0;

	/* The first zone is looked at even if nothing is requested: a request that the previous
	 * run served at its very end has armed the timer all the same. */
	do {
		const struct bs_hwm_zone *z = bs_zone_state(rc, zone);

		if (z->requested)
			bs_hwm_cycle(rc, zone, r);
		zone = (zone + 1) % bs_zones(rc);
	} while (s->refcount);
	return 0;
}

uint64_t bs_hwm_may_leave(const struct bs_report_ctx *rc)
{
	uint64_t bytes = 0;

	for (uint64_t o = bs_param_get(rc, BS_HWM_ORDER); o <= bs_top_order(rc); o++)
		bytes += (bs_param_get(rc, BS_HWM_MARK) - 1) * bs_order_bytes(rc, (unsigned int)o);
	return bytes;
}
