// SPDX-License-Identifier: GPL-2.0-or-later
#include "device_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct bs_device_ops *const kinds[] = {
	&bs_device_null,
	&bs_device_model,
	&bs_device_madvise,
};
#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

bool bs_device_kind(unsigned int index, const char **name, const char **summary)
{
	if (index >= NR_KINDS)
		return false;
	*name = kinds[index]->name;
	*summary = kinds[index]->summary;
	return true;
}

static const struct {
	const char *name, *words, *summary;
} advices[] = {
	[BS_ADVICE_DONTNEED] = {"dontneed", "MADV_DONTNEED", "the pages go at once"},
	[BS_ADVICE_FREE] = {"free", "MADV_FREE",
			    "the pages go when the host is short of memory; counted as gone"},
	[BS_ADVICE_NONE] =
		{"none", "no advice",
		 "requests complete, nothing goes (device assigned); counted as skipped"},
	[BS_ADVICE_PAGEOUT] = {"pageout", "MADV_PAGEOUT",
			       "the pages go to swap, or, without swap, nowhere; counted as gone"},
};

bool bs_device_advice(unsigned int index, const char **name, const char **summary)
{
	if (index >= sizeof(advices) / sizeof(advices[0]))
		return false;
	*name = advices[index].name;
	if (summary)
		*summary = advices[index].summary;
	return true;
}

const struct bs_param *bs_device_params(unsigned int index)
{
	return index < NR_KINDS ? kinds[index]->params : NULL;
}

/* ---- A device's life ------------------------------------------------------------------------- */

static const struct bs_device_ops *find_kind(const char *name)
{
	for (unsigned int i = 0; name && i < NR_KINDS; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

static int unknown_kind(const char *kind, struct bs_error *err)
{
	char known[128] = "";

	for (unsigned int i = 0; i < NR_KINDS; i++) {
		size_t used = strlen(known);

		snprintf(known + used, sizeof(known) - used, "%s%s",
			 i ? ", " : "known: ", kinds[i]->name);
	}
	return bs_error_set(err, BS_USAGE, 0, "--device", known, "unknown device '%s'",
			    kind ? kind : "");
}

static int check_config(const struct bs_device_config *c, struct bs_error *err)
{
	const char *what = NULL;

	if (!find_kind(c->kind))
		return unknown_kind(c->kind, err);
	if (!c->nr_pages || c->nr_pages > BS_MAX_PFN)
		what = "a guest has 1 page to 2 TiB";
	else if (c->capacity > BS_DEVICE_MAX_CAPACITY)
		what = "a request holds 1 to 512 ranges";
	else if (c->depth > BS_DEVICE_MAX_DEPTH)
		what = "1 to 256 requests can be in flight";
	else if (c->report_order > BS_MAX_ORDER)
		what = "orders are 0 to 10";
	else if ((unsigned int)c->touch > BS_TOUCH_ALL || (unsigned int)c->thp > BS_THP_NEVER ||
		 (unsigned int)c->advice > BS_ADVICE_PAGEOUT ||
		 (unsigned int)c->verify > BS_VERIFY_END)
		what = "unknown touch, thp, advice or verify option";
	return what ? bs_error_set(err, BS_USAGE, 0, "--device", NULL, "%s", what) : 0;
}

static bool wants_thp(const struct bs_device_config *c)
{
	/* Reports of whole huge pages keep them whole; smaller ones would take them apart without
	 * returning anything (semantics.md 6). */
	return c->thp == BS_THP_ALWAYS ||
	       (c->thp == BS_THP_AUTO && c->report_order >= BS_REGION_SHIFT);
}

int bs_device_check_params(const char *kind, const char *params, struct bs_error *err)
{
	const struct bs_device_costs none = {0};
	const struct bs_device_ops *ops = find_kind(kind);
	struct bs_device_settings unused;

	return ops ? bs_device_params_parse(ops->params, kind, params, &none, 1, &unused, err)
		   : unknown_kind(kind, err);
}

/* Costs from the caller or the preset, then what the parameters change. */
static int read_settings(const struct bs_device_ops *ops, const struct bs_device_config *c,
			 struct bs_device_settings *s, struct bs_error *err)
{
	struct bs_device_costs costs;

	if (c->costs)
		costs = *c->costs;
	else
		bs_cost_preset(ops->preset, &costs);
	return bs_device_params_parse(ops->params, ops->name, c->params, &costs, c->seed, s, err);
}

int bs_device_config_costs(const struct bs_device_config *config, struct bs_device_costs *out,
			   struct bs_error *err)
{
	const struct bs_device_ops *ops = find_kind(config->kind);
	struct bs_device_settings s;
	int ret = ops ? read_settings(ops, config, &s, err) : unknown_kind(config->kind, err);

	if (!ret)
		*out = s.costs;
	return ret;
}

static int apply_params(struct bs_device *d, const struct bs_device_config *c, unsigned int *depth,
			struct bs_error *err)
{
	struct bs_device_settings s;
	int ret = read_settings(d->ops, c, &s, err);

	if (ret)
		return ret;
	d->costs = s.costs;
	d->faults = s.faults;
	d->poison = s.poison;
	d->poison_byte = s.poison_byte;
	*depth = s.depth ? s.depth : c->depth ? c->depth : 16;
	snprintf(d->changed, sizeof(d->changed), "%s", s.changed);
	return 0;
}

static int setup(struct bs_device *d, const struct bs_device_config *c, struct bs_error *err)
{
	const uint64_t peak =
		c->peak_pages && c->peak_pages < c->nr_pages ? c->peak_pages : c->nr_pages;
	unsigned int depth;
	int ret = apply_params(d, c, &depth, err);

	if (!ret)
		ret = bs_residency_init(&d->res, c->nr_pages, wants_thp(c), err);
	if (ret)
		return ret;
	ret = bs_virtqueue_init(&d->vq, c->capacity ? c->capacity : 32, depth, c->nr_pages, err);
	if (ret)
		goto no_queue;
	ret = bs_poison_init(d, err);
	if (!ret)
		ret = bs_zero_init(d, c->zero_once, err);
	if (!ret && d->ops->create)
		ret = d->ops->create(d, peak, err);
	if (!ret)
		return 0;
	bs_zero_destroy(d);
	bs_poison_destroy(d);
	bs_virtqueue_destroy(&d->vq);
no_queue:
	bs_residency_destroy(&d->res);
	return ret;
}

int bs_device_create(const struct bs_device_config *config, struct bs_device **out,
		     struct bs_error *err)
{
	struct bs_device *d;
	int ret = check_config(config, err);

	*out = NULL;
	if (ret)
		return ret;
	d = calloc(1, sizeof(*d));
	if (!d)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "device", NULL, "no memory");
	d->ops = find_kind(config->kind);
	d->touch = config->touch;
	d->advice = config->advice;
	d->verify = config->verify;
	ret = setup(d, config, err);
	if (ret) {
		free(d);
		return ret;
	}
	*out = d;
	return 0;
}

void bs_device_destroy(struct bs_device *d)
{
	if (!d)
		return;
	if (d->ops->destroy)
		d->ops->destroy(d);
	bs_zero_destroy(d);
	bs_poison_destroy(d);
	bs_virtqueue_destroy(&d->vq);
	bs_residency_destroy(&d->res);
	free(d);
}

/* ---- The guest's side: blocks come and go ---------------------------------------------------- */

bool bs_device_is_block(const struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	return order <= BS_MAX_ORDER && !(pfn & ((1U << order) - 1)) &&
	       (uint64_t)pfn + (1U << order) <= d->res.nr_pages;
}

int bs_device_broken(const struct bs_device *d, struct bs_error *err, bs_pfn page, const char *law,
		     bs_pfn pfn, unsigned int order)
{
	char where[64];

	snprintf(where, sizeof(where), "device %s", d->ops->name);
	return bs_error_set(err, BS_INVARIANT, 0, where, NULL,
			    "page %u: %s (block at pfn %u, order %u)", page, law, pfn, order);
}

bs_ns bs_device_refault_cost(const struct bs_device *d, const struct bs_refault *f)
{
	const uint64_t mib_shift = 20 - BS_PAGE_SHIFT;

	return (f->base_pages * d->costs.refault_per_mib >> mib_shift) +
	       (f->huge_pages * BS_REGION_PAGES * d->costs.refault_thp_per_mib >> mib_shift);
}

void bs_device_preset_resident(struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	struct bs_refault none = {0};

	if (!bs_device_is_block(d, pfn, order))
		return;
	if (d->ops->populate)
		d->ops->populate(d, pfn, 1U << order);
	bs_residency_touch(&d->res, pfn, 1U << order, 0, &none);
	if (d->dirty)
		bs_zero_set_dirty(d, pfn, 1U << order, true);
}

/* Everything but the common case: pages fault, or there is an arena to write to. */
static void touch_block(struct bs_device *d, bs_pfn pfn, unsigned int nr, uint32_t id, bs_ns now,
			bs_ns *cost)
{
	const bool faults = !bs_residency_all(&d->res, pfn, nr);

	if (faults)
		*cost = bs_device_fault_in(d, pfn, nr, now);
	if (d->ops->touch)
		d->ops->touch(d, pfn, nr, id, faults);
}

/* Memory comes back: what was poisoned is so still (invariants 9, 10). */
static int check_poison(struct bs_device *d, bs_pfn pfn, unsigned int order, struct bs_error *err)
{
	bs_pfn first = pfn;
	const uint64_t damaged = bs_poison_damaged(d, pfn, 1U << order, &first);

	if (!damaged)
		return 0;
	d->stats.content_loss += damaged;
	return bs_device_broken(d, err, first, "poison lost while it was free", pfn, order);
}

int bs_device_alloc(struct bs_device *d, bs_pfn pfn, unsigned int order, uint32_t id, bs_ns now,
		    bs_ns *cost, struct bs_error *err)
{
	int ret = 0;
	bs_pfn page;

	*cost = 0;
	if (unlikely(!bs_device_is_block(d, pfn, order)))
		return bs_device_broken(d, err, pfn, "no such block", pfn, order);
	if (unlikely(d->vq.in_flight)) {
		page = bs_virtqueue_find(&d->vq, pfn, order);
		if (page != BS_NO_PFN)
			return bs_device_broken(d, err, page, "allocated while it is at the device",
						pfn, order);
	}
	if (d->touch == BS_TOUCH_NONE)
		return 0;
	if (unlikely(!bs_shadow_own(&d->res, pfn, 1U << order)))
		return bs_device_broken(d, err, bs_shadow_find_owned(&d->res, pfn, 1U << order),
					"allocated, but in use already", pfn, order);
	if (unlikely(d->poisoned))
		ret = check_poison(d, pfn, order, err);
	if (d->ops->touch || unlikely(!bs_residency_all(&d->res, pfn, 1U << order)))
		touch_block(d, pfn, 1U << order, id, now, cost);
	if (unlikely(d->poisoned))
		bs_poison_taken(d, pfn, 1U << order);
	if (unlikely(d->dirty))
		bs_zero_set_dirty(d, pfn, 1U << order, true);
	return ret;
}

int bs_device_free(struct bs_device *d, bs_pfn pfn, unsigned int order, uint32_t id,
		   struct bs_error *err)
{
	uint64_t damaged = 0;
	bs_pfn first = pfn;

	if (unlikely(!bs_device_is_block(d, pfn, order)))
		return bs_device_broken(d, err, pfn, "no such block", pfn, order);
	if (d->touch == BS_TOUCH_NONE)
		return 0;
	if (d->ops->verify)
		damaged = d->ops->verify(d, pfn, 1U << order, id, &first);
	bs_shadow_disown(&d->res, pfn, 1U << order);
	if (likely(!damaged))
		return 0;
	d->stats.content_loss += damaged;
	return bs_device_broken(d, err, first, "content lost while it was in use", pfn, order);
}

/* ---- The host's side: requests --------------------------------------------------------------- */

static int check_range(struct bs_device *d, struct bs_range r, struct bs_error *err)
{
	bs_pfn page;

	if (!bs_device_is_block(d, r.pfn, r.order))
		return bs_device_broken(d, err, r.pfn,
					r.order > BS_MAX_ORDER ? "reported with an impossible order"
					: r.pfn >= d->res.nr_pages ||
							(uint64_t)r.pfn + (1U << r.order) >
								d->res.nr_pages
						? "reported, but outside the arena"
						: "reported, but not aligned to its order",
					r.pfn, r.order);
	page = bs_virtqueue_find(&d->vq, r.pfn, r.order);
	if (page != BS_NO_PFN)
		return bs_device_broken(d, err, page, "reported while it is at the device already",
					r.pfn, r.order);
	if (d->faults.trust)
		return 0;
	page = bs_shadow_find_owned(&d->res, r.pfn, 1U << r.order);
	if (page != BS_NO_PFN)
		return bs_device_broken(d, err, page, "reported while the guest uses it", r.pfn,
					r.order);
	return 0;
}

/* Every request is completed and nothing is discarded: known beforehand, so that it costs nothing. */
static bool drops_nothing(const struct bs_device *d)
{
	return d->advice == BS_ADVICE_NONE || bs_poison_inhibits(d);
}

int bs_device_request_at(struct bs_device *d, const struct bs_range *r, unsigned int n, bs_ns now,
			 bs_ns *cost, struct bs_error *err)
{
	const bs_ns per_mib = d->res.thp ? d->costs.thp_per_mib : d->costs.per_mib;
	struct bs_fate fate;
	uint64_t pages = 0;
	int ret;

	*cost = 0;
	if (!n || n > d->vq.capacity)
		return bs_error_set(err, BS_INVARIANT, 0, d->ops->name, NULL,
				    "a request of %u ranges to a device with room for %u", n,
				    d->vq.capacity);
	if (d->vq.in_flight == d->vq.depth)
		return bs_error_set(err, BS_RESOURCE, EBUSY, d->ops->name, NULL,
				    "%u requests are in flight", d->vq.depth);
	for (unsigned int i = 0; i < n; i++) {
		ret = check_range(d, r[i], err);
		if (ret) {
			while (i--)
				bs_virtqueue_mark(&d->vq, r[i], false);
			return ret;
		}
		bs_virtqueue_mark(&d->vq, r[i], true);
		pages += 1U << r[i].order;
	}
	d->stats.requests++;
	d->stats.ranges += n;
	d->stats.asked_bytes += pages << BS_PAGE_SHIFT;
	*cost = d->costs.per_request + n * d->costs.per_range;
	if (!drops_nothing(d))
		*cost += pages * per_mib >> (20 - BS_PAGE_SHIFT);
	fate = bs_faults_request(&d->faults, n, now, cost);
	ret = bs_virtqueue_add(&d->vq, r, n);
	if (ret >= 0)
		d->fate[ret] = fate;
	return ret;
}

int bs_device_request(struct bs_device *d, const struct bs_range *r, unsigned int n, bs_ns *cost,
		      struct bs_error *err)
{
	return bs_device_request_at(d, r, n, BS_NO_TIME, cost, err);
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
		return bs_error_set(err, BS_INVARIANT, 0, d->ops->name, NULL,
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
			d->stats.skipped_bytes += BS_PAGE_SIZE << r[i].order;
			continue;
		}
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
	bs_error_set(err, BS_RESOURCE, error, d->ops->name, NULL,
		     "the host refused to discard request %d or part of it", ticket);
	return -EIO;
}

bool bs_device_busy(const struct bs_device *d, bs_ns now)
{
	return d->vq.in_flight == d->vq.depth || bs_faults_busy(&d->faults, now);
}

/* ---- What it counted ------------------------------------------------------------------------- */

void bs_device_levels(const struct bs_device *d, uint64_t *resident, uint64_t *unmapped)
{
	*resident = d->res.resident << BS_PAGE_SHIFT;
	*unmapped = d->res.unmapped << BS_PAGE_SHIFT;
}

uint64_t bs_device_held(const struct bs_device *d)
{
	return (d->res.resident + d->res.unmapped) << BS_PAGE_SHIFT;
}

bool bs_device_is_resident(const struct bs_device *d, bs_pfn pfn)
{
	return pfn < d->res.nr_pages && bs_residency_test(&d->res, pfn);
}

void bs_device_stats(const struct bs_device *d, struct bs_device_stats *out)
{
	const struct bs_residency *r = &d->res;

	*out = d->stats;
	out->redundant_bytes = r->redundant << BS_PAGE_SHIFT;
	out->discarded_bytes = r->discarded_total << BS_PAGE_SHIFT;
	out->returned_bytes = r->returned << BS_PAGE_SHIFT;
	out->refaults = r->refaults;
	out->refault_bytes = r->refault_pages << BS_PAGE_SHIFT;
	out->refault_bytes_1s = r->refault_1s << BS_PAGE_SHIFT;
	out->refault_bytes_10s = r->refault_10s << BS_PAGE_SHIFT;
	out->resident_bytes = r->resident << BS_PAGE_SHIFT;
	out->unmapped_bytes = r->unmapped << BS_PAGE_SHIFT;
	out->peak_resident_bytes = r->peak << BS_PAGE_SHIFT;
	out->first_touch_bytes = r->first_touch << BS_PAGE_SHIFT;
}

uint64_t bs_device_real_rss(struct bs_device *d)
{
	struct bs_rss rss;

	if (!d->ops->rss || d->ops->rss(d, &rss))
		return BS_NO_TIME;
	d->stats.real_rss_bytes = rss.rss;
	d->stats.real_anon_huge_bytes = rss.anon_huge;
	d->stats.real_lazyfree_bytes = rss.lazyfree;
	return rss.rss;
}

int bs_device_check(struct bs_device *d, struct bs_error *err)
{
	bs_device_real_rss(d);
	return d->ops->check ? d->ops->check(d, err) : 0;
}

bool bs_device_thp(const struct bs_device *d)
{
	return d->res.thp;
}

int bs_device_describe(const struct bs_device *d, char *buf, size_t size)
{
	/* Without an arena there is no advice to give, only one to leave out. */
	const bool says = d->ops->discard || d->advice == BS_ADVICE_NONE;

	return snprintf(buf, size, "%s, thp=%s%s%s, %u ranges%s%s", d->ops->name,
			d->res.thp ? "always" : "never", says ? ", " : "",
			says ? advices[d->advice].words : "", d->vq.capacity,
			d->changed[0] ? ", " : "", d->changed);
}

int bs_device_host(const struct bs_device *d, char *buf, size_t size)
{
	char thp[32];

	if (!d->ops->rss)
		return snprintf(buf, size, "%s", "");
	bs_account_host_thp(thp, sizeof(thp));
	return snprintf(buf, size, "host thp=%s, %s", thp,
			d->res.thp && d->account.has_scan ? "PAGEMAP_SCAN" : "mincore");
}
