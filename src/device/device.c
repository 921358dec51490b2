// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device.c - a device from its creation to its end, and what it says of itself. This room is the host
 * of one guest: it may call util, and is called by whoever puts a guest together.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/platform.h>

#include "advice.h"
#include "costs.h"
#include "device_params.h"
#include "guard.h"
#include "kept.h"
#include "kinds.h"
#include "poison.h"
#include "swap.h"
#include "zero.h"

/* ---- A device's life ------------------------------------------------------------------------- */

static unsigned int unit_shift(const struct bs_device_config *c)
{
	return c->page_shift ? c->page_shift - BS_UNIT_SHIFT : 0;
}

static unsigned int max_order(const struct bs_device_config *c)
{
	const unsigned int shift = c->page_shift ? c->page_shift : BS_UNIT_SHIFT;

	return bs_platform_at(bs_machine_of_page(UINT64_C(1) << shift))->max_order + unit_shift(c);
}

static int check_config(const struct bs_device_config *c, struct bs_error *err)
{
	const char *what = NULL;

	if (c->page_shift && bs_machine_of_page(UINT64_C(1) << c->page_shift) == BS_NR_MACHINES)
		what = "no machine has pages of that size";
	else if (!c->nr_pages || c->nr_pages << unit_shift(c) > BS_MAX_PFN)
		what = "a guest has 1 page to 2 TiB";
	else if (c->capacity > BS_DEVICE_MAX_CAPACITY)
		what = "a request holds 1 to 512 ranges";
	else if (c->depth > BS_DEVICE_MAX_DEPTH)
		what = "1 to 256 requests can be in flight";
	else if ((unsigned int)c->touch > BS_TOUCH_ALL || (unsigned int)c->thp > BS_THP_NEVER ||
		 (unsigned int)c->advice > BS_ADVICE_PAGEOUT ||
		 (unsigned int)c->verify > BS_VERIFY_END)
		what = "unknown touch, thp, advice or verify option";
	return what ? bs_error_set(err, BS_USAGE, 0, "--device", NULL, "%s", what) : 0;
}

bool bs_device_thp_auto(const char *kind)
{
	const struct bs_device_traits *t = bs_device_traits(kind);
	char host[32];

	if (!t || !t->has_arena)
		return true;
	/* madvise() asks for them, so that either of the other two settings will do. */
	bs_account_host_thp(host, sizeof(host));
	return !strcmp(host, "always") || !strcmp(host, "madvise");
}

static bool wants_thp(const struct bs_device_config *c)
{
	return c->thp == BS_THP_ALWAYS || (c->thp == BS_THP_AUTO && bs_device_thp_auto(c->kind));
}

/* Costs from the caller or the preset, then what the parameters change. */
static int read_settings(const struct bs_device_ops *ops, const struct bs_device_config *c,
			 struct bs_device_settings *s, struct bs_error *err)
{
	struct bs_device_costs costs;
	int ret = 0;

	if (c->costs) {
		costs = *c->costs;
		ret = bs_costs_check(&costs, "costs", err);
	} else {
		bs_cost_preset(ops->traits.preset, &costs);
	}
	return ret ? ret
		   : bs_device_params_parse(ops->traits.params, ops->traits.name, c->params, &costs,
					    c->seed, s, err);
}

int bs_device_config_costs(const struct bs_device_config *config, struct bs_device_costs *out,
			   struct bs_error *err)
{
	const struct bs_device_ops *ops = bs_device_kind_find(config->kind, err);
	struct bs_device_settings s;
	int ret = ops ? read_settings(ops, config, &s, err) : -EINVAL;

	if (ret)
		return ret;
	*out = s.costs;
	free(s.changed);
	return 0;
}

int bs_device_check_params(const char *kind, const char *params, struct bs_error *err)
{
	const struct bs_device_config c = {.kind = kind, .params = params};
	struct bs_device_costs unused;

	return bs_device_config_costs(&c, &unused, err);
}

/* @changed: parameters that are not as by default; taken. */
static int describe(struct bs_device *d, char *changed, struct bs_error *err)
{
	/* Without an arena there is no advice to give, only one to leave out. */
	const bool says = d->ops->discard || d->advice == BS_ADVICE_NONE;
	int n = asprintf(&d->words, "%s, thp=%s%s%s, %u range%s%s%s", d->ops->traits.name,
			 d->res.thp ? "always" : "never", says ? ", " : "",
			 says ? bs_advice_words(d->advice) : "", d->vq.capacity,
			 d->vq.capacity == 1 ? "" : "s", *changed ? ", " : "", changed);

	free(changed);
	if (n >= 0)
		return 0;
	d->words = NULL;
	return bs_error_set(err, BS_RESOURCE, ENOMEM, "device", NULL, "no memory");
}

/* All zero is what each part takes for "there is none": undoing needs not know how far it got. */
static void take_down(struct bs_device *d)
{
	bs_swap_destroy(d);
	bs_zero_destroy(d);
	bs_poison_destroy(d);
	bs_kept_destroy(d);
	bs_virtqueue_destroy(&d->vq);
	bs_residency_destroy(&d->res);
	free(d->words);
	free(d);
}

static int setup(struct bs_device *d, const struct bs_device_config *c,
		 struct bs_device_settings *s, struct bs_error *err)
{
	const uint64_t nr_pages = c->nr_pages << unit_shift(c);
	const uint64_t peak = c->peak_pages && c->peak_pages < c->nr_pages
				      ? c->peak_pages << unit_shift(c)
				      : nr_pages;
	const unsigned int depth = s->depth ? s->depth : c->depth ? c->depth : 16;
	int ret = bs_residency_init(&d->res, nr_pages, wants_thp(c), err);

	if (!ret)
		ret = bs_virtqueue_init(&d->vq, c->capacity ? c->capacity : 32, depth, nr_pages,
					err);
	if (!ret)
		ret = describe(d, s->changed, err);
	else
		free(s->changed);
	if (!ret)
		ret = bs_poison_init(d, err);
	if (!ret)
		ret = bs_kept_init(d, err);
	if (!ret)
		ret = bs_zero_init(d, c->zero_once || c->contents, err);
	if (!ret && d->ops->create)
		ret = d->ops->create(d, peak, err);
	return ret;
}

int bs_device_create(const struct bs_device_config *config, struct bs_device **out,
		     struct bs_error *err)
{
	const struct bs_device_ops *ops = bs_device_kind_find(config->kind, err);
	struct bs_device_settings s;
	struct bs_device *d;
	int ret = ops ? check_config(config, err) : -EINVAL;

	*out = NULL;
	if (!ret)
		ret = read_settings(ops, config, &s, err);
	if (ret)
		return ret;
	d = calloc(1, sizeof(*d));
	if (!d) {
		free(s.changed);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "device", NULL, "no memory");
	}
	d->ops = ops;
	d->touch = config->touch;
	d->unit_shift = unit_shift(config);
	d->max_order = max_order(config);
	d->advice = config->advice;
	d->verify = config->verify;
	d->costs = s.costs;
	d->faults = s.faults;
	d->poison = s.poison;
	d->poison_byte = s.poison_byte;
	ret = setup(d, config, &s, err);
	if (ret) {
		take_down(d);
		return ret;
	}
	bs_device_note_plain(d);
	*out = d;
	return 0;
}

unsigned int bs_device_fit(const struct bs_device_config *config, uint64_t beside, unsigned int nr,
			   char *why, size_t why_size)
{
	const struct bs_device_traits *t = bs_device_traits(config->kind);
	const uint64_t peak = config->peak_pages ? config->peak_pages : config->nr_pages;
	const uint64_t each =
		beside + (t && t->has_arena ? bs_guard_need(peak << unit_shift(config)) : 0);
	char limit[256];
	uint64_t available;
	const unsigned int fit =
		bs_guard_fit(&bs_guard_proc, each, nr, &available, limit, sizeof(limit));

	if (fit < nr)
		snprintf(why, why_size, "%llu MiB each, %llu MiB are available (%s)",
			 (unsigned long long)(each >> 20), (unsigned long long)(available >> 20),
			 limit);
	return fit;
}

void bs_device_destroy(struct bs_device *d)
{
	if (!d)
		return;
	if (d->ops->destroy)
		d->ops->destroy(d);
	take_down(d);
}

/* ---- What it counted ------------------------------------------------------------------------- */

void bs_device_levels(const struct bs_device *d, uint64_t *resident, uint64_t *unmapped)
{
	*resident = d->res.resident << BS_UNIT_SHIFT;
	*unmapped = d->res.unmapped << BS_UNIT_SHIFT;
}

uint64_t bs_device_held(const struct bs_device *d)
{
	return (d->res.resident + d->res.unmapped) << BS_UNIT_SHIFT;
}

bool bs_device_is_resident(const struct bs_device *d, bs_pfn pfn)
{
	unsigned int order = 0;

	bs_device_in_units(d, &pfn, &order);
	return pfn < d->res.nr_pages && bs_residency_all(&d->res, pfn, 1U << order);
}

void bs_device_stats(const struct bs_device *d, struct bs_device_stats *out)
{
	const struct bs_residency *r = &d->res;

	*out = d->stats;
	out->redundant_bytes = r->redundant << BS_UNIT_SHIFT;
	out->discarded_bytes = r->discarded_total << BS_UNIT_SHIFT;
	out->returned_bytes = r->returned << BS_UNIT_SHIFT;
	out->refaults = r->refaults;
	out->refault_bytes = r->refault_pages << BS_UNIT_SHIFT;
	out->refault_bytes_1s = r->refault_1s << BS_UNIT_SHIFT;
	out->refault_bytes_10s = r->refault_10s << BS_UNIT_SHIFT;
	out->resident_bytes = r->resident << BS_UNIT_SHIFT;
	out->unmapped_bytes = r->unmapped << BS_UNIT_SHIFT;
	out->peak_resident_bytes = r->peak << BS_UNIT_SHIFT;
	out->swapped_bytes = r->swapped_out << BS_UNIT_SHIFT;
	out->first_touch_bytes = r->first_touch << BS_UNIT_SHIFT;
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

const char *bs_device_words(const struct bs_device *d)
{
	return d->words;
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
