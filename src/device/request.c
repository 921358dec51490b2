// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request.c - the host's side: requests arrive, take their time and are served.
 */
#include <errno.h>

#include "costs.h"
#include "kept.h"
#include "law.h"
#include "poison.h"
#include "zero.h"

/* Every request is completed and nothing is discarded: known beforehand, so that it costs nothing. */
static bool drops_nothing(const struct bs_device *d)
{
	return d->advice == BS_ADVICE_NONE || bs_poison_inhibits(d);
}

static struct bs_range in_units(const struct bs_device *d, struct bs_range r)
{
	unsigned int order = r.order;

	bs_device_in_units(d, &r.pfn, &order);
	r.order = order > UINT8_MAX ? UINT8_MAX : (uint8_t)order;
	return r;
}

/* Is range @i the first one of the request that takes something out of a huge page which is whole until then? */
static bool splits(const struct bs_device *d, const struct bs_range *r, unsigned int i)
{
	const bs_pfn region = r[i].pfn >> BS_REGION_SHIFT;

	if (r[i].order >= BS_REGION_SHIFT || d->res.regions[region].huge_left != BS_REGION_PAGES)
		return false;
	while (i--)
		if (r[i].pfn >> BS_REGION_SHIFT == region)
			return false;
	return true;
}

/* A call that finds something to drop takes longer than one that finds nothing. */
static bs_ns drop_cost(const struct bs_device *d, const struct bs_range *r, unsigned int i)
{
	const struct bs_region *g = &d->res.regions[r[i].pfn >> BS_REGION_SHIFT];
	unsigned int there = g->resident;

	if (!(d->costs.per_drop | d->costs.split))
		return 0;
	if (r[i].order < BS_REGION_SHIFT && there)
		there = bs_residency_count(&d->res, r[i].pfn, 1U << r[i].order);
	for (unsigned int k = 1; !there && k < 1U << r[i].order >> BS_REGION_SHIFT; k++)
		there = g[k].resident;
	if (!there)
		return 0;
	return d->costs.per_drop + (splits(d, r, i) ? d->costs.split : 0);
}

bs_ns bs_device_way(const struct bs_device *d, const struct bs_range *r, unsigned int n,
		    bool driver)
{
	bs_ns ns = d->costs.round_trip;

	for (unsigned int i = 0; driver && i < n; i++)
		ns += d->costs.take_per_range +
		      bs_cost_of(UINT64_C(1) << in_units(d, r[i]).order, d->costs.take_per_mib);
	return ns;
}

int bs_device_request_at(struct bs_device *d, const struct bs_range *r, unsigned int n, bs_ns now,
			 bs_ns *cost, struct bs_error *err)
{
	const bs_ns per_mib = d->res.thp ? d->costs.thp_per_mib : d->costs.per_mib;
	struct bs_range units[BS_DEVICE_MAX_CAPACITY];
	struct bs_fate fate;
	bs_ns work = d->costs.per_request + n * d->costs.per_range;
	uint64_t pages = 0;
	int ret;

	*cost = 0;
	if (!n || n > d->vq.capacity)
		return bs_error_set(err, BS_INVARIANT, 0, d->ops->traits.name, NULL,
				    "a request of %u ranges to a device with room for %u", n,
				    d->vq.capacity);
	if (d->vq.in_flight == d->vq.depth)
		return bs_error_set(err, BS_RESOURCE, EBUSY, d->ops->traits.name, NULL,
				    "%u requests are in flight", d->vq.depth);
	for (unsigned int i = 0; i < n; i++) {
		units[i] = in_units(d, r[i]);
		ret = bs_law_range(d, units[i], err);
		if (ret) {
			while (i--)
				bs_virtqueue_mark(&d->vq, units[i], false);
			return ret;
		}
		bs_virtqueue_mark(&d->vq, units[i], true);
		pages += 1U << units[i].order;
		if (!drops_nothing(d))
			work += drop_cost(d, units, i);
	}
	d->stats.requests++;
	d->stats.ranges += n;
	d->stats.asked_bytes += pages << BS_UNIT_SHIFT;
	if (!drops_nothing(d))
		work += bs_cost_of(pages, per_mib);
	d->stats.host_ns += work;
	*cost = work;
	fate = bs_faults_request(&d->faults, n, now, cost);
	ret = bs_virtqueue_add(&d->vq, units, n);
	if (ret >= 0)
		d->fate[ret] = fate;
	return ret;
}

int bs_device_request(struct bs_device *d, const struct bs_range *r, unsigned int n, bs_ns *cost,
		      struct bs_error *err)
{
	return bs_device_request_at(d, r, n, BS_NO_TIME, cost, err);
}

bs_ns bs_device_tell(struct bs_device *d, unsigned int n, bs_ns now)
{
	bs_ns cost = d->costs.per_request + n * d->costs.per_range;

	d->stats.host_ns += cost;
	bs_faults_delay(&d->faults, now, &cost);
	return cost;
}

static void count_errno(struct bs_device *d, int error)
{
	const unsigned int last = BS_DEVICE_ERRNOS - 1;
	struct bs_errno_count *k = d->stats.errnos;

	while (k < &d->stats.errnos[last] && k->error && k->error != error)
		k++;
	if (!k->error)
		k->error = error;
	k->count++;
}

/* Sets the bit of each range that a fault keeps from being discarded. 0 or the first errno. */
static int apply_faults(struct bs_device *d, struct bs_fate fate, const struct bs_range *r,
			unsigned int n, bs_ns now, uint64_t *failed)
{
	int first = 0;

	for (unsigned int i = 0; i < n; i++) {
		int error = 0;

		if (!fate.error && i < fate.served && !drops_nothing(d) &&
		    !bs_faults_skip(&d->faults, r[i], now)) {
			error = bs_faults_madvise(&d->faults);
			if (!error)
				continue;
			count_errno(d, error);
		}
		failed[i / 64] |= UINT64_C(1) << (i % 64);
		if (!first)
			first = error;
	}
	if (fate.error)
		count_errno(d, EIO);
	return fate.error ? EIO : first;
}

int bs_device_complete(struct bs_device *d, int ticket, bs_ns now, struct bs_error *err)
{
	uint64_t failed[BS_DEVICE_MAX_CAPACITY / 64] = {0};
	const struct bs_range *r;
	unsigned int n;
	int error, refused = 0;

	r = bs_virtqueue_get(&d->vq, ticket, &n);
	if (!r)
		return bs_error_set(err, BS_INVARIANT, 0, d->ops->traits.name, NULL,
				    "completion of request %d, which is not in flight", ticket);
	error = apply_faults(d, d->fate[ticket], r, n, now, failed);
	if (d->ops->discard)
		refused = d->ops->discard(d, r, n, failed);
	if (refused)
		count_errno(d, refused);
	if (!error)
		error = refused;
	for (unsigned int i = 0; i < n; i++) {
		if (failed[i / 64] >> (i % 64) & 1) {
			d->stats.skipped_bytes += BS_UNIT_SIZE << r[i].order;
			d->stats.skipped_ranges++;
			bs_kept_note(d, r[i]);
			continue;
		}
		if (d->advice == BS_ADVICE_FREE) {
			bs_kept_lazily(d, r[i], now);
			continue;
		}
		bs_kept_forget(d, r[i].pfn, 1U << r[i].order);
		bs_residency_discard(&d->res, r[i].pfn, 1U << r[i].order, now);
		if (d->dirty)
			bs_zero_discarded(d, r[i]);
	}
	if (d->ops->completed)
		d->ops->completed(d, r, n, failed);
	bs_virtqueue_remove(&d->vq, ticket);
	if (!error)
		return 0;
	d->stats.failed_requests++;
	bs_error_set(err, BS_RESOURCE, error, d->ops->traits.name, NULL,
		     "the host refused to discard request %d or part of it", ticket);
	return -EIO;
}

const char *bs_device_late_fault(const struct bs_device *d, bs_ns end)
{
	return bs_faults_late(&d->faults, end);
}

bool bs_device_busy(const struct bs_device *d, bs_ns now)
{
	return d->vq.in_flight == d->vq.depth || bs_faults_busy(&d->faults, now);
}
