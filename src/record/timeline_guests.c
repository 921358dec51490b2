// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timeline_guests.c - what is so at a sample is so until the next one, so that guests whose samples are at other
 * times can be added up all the same.
 */
#include "timeline_guests.h"

#include <stdlib.h>

#include "json.h"

/* ---- All together ---------------------------------------------------------------------------- */

static void add_sample(struct bs_sample *to, const struct bs_sample *s)
{
	to->used_bytes += s->used_bytes;
	to->cache_bytes += s->cache_bytes;
	to->resident_bytes += s->resident_bytes;
	to->unmapped_bytes += s->unmapped_bytes;
	to->swapped_bytes += s->swapped_bytes;
	to->process_bytes += s->process_bytes;
	to->huge_bytes += s->huge_bytes;
	to->reported_bytes += s->reported_bytes;
	to->refault_bytes += s->refault_bytes;
	to->calls += s->calls;
	for (unsigned int i = 0; i < BS_NR_ORDERS; i++)
		to->nr_free[i] += s->nr_free[i];
	for (unsigned int i = 0; i < BS_MIGRATE_TYPES; i++)
		to->free_pages_of_type[i] += s->free_pages_of_type[i];
}

static void add_guest(struct bs_sample *to, size_t n, const struct bs_outcome *guest)
{
	const struct bs_sample *s;
	const size_t nr = bs_timeline_samples(guest->tl, &s);
	size_t at = 0;

	for (size_t i = 0; i < n && nr; i++) {
		while (at + 1 < nr && s[at + 1].time <= to[i].time)
			at++;
		if (s[at].time <= to[i].time)
			add_sample(&to[i], &s[at]);
	}
}

struct bs_sample *bs_samples_of_all(const struct bs_outcome *o, size_t *n)
{
	const struct bs_sample *first;
	struct bs_sample *all;

	*n = bs_timeline_samples(o->guests[0].tl, &first);
	all = calloc(*n + 1, sizeof(*all));
	if (!all)
		return NULL;
	for (size_t i = 0; i < *n; i++)
		all[i] = first[i];
	for (unsigned int g = 1; g < o->nr_guests; g++)
		add_guest(all, *n, &o->guests[g]);
	return all;
}

static void add_why(struct bs_held_why *to, const struct bs_held_why *why)
{
	to->pcp += why->pcp;
	to->below += why->below;
	to->raw += why->raw;
	to->in_flight += why->in_flight;
	to->kept += why->kept;
	to->huge_rest += why->huge_rest;
	to->other += why->other;
	for (unsigned int i = 0; i < BS_NR_ORDERS; i++)
		to->by_order[i] += why->by_order[i];
}

/* The look that still holds at @time. */
static void add_look(struct bs_held_why *to, const struct bs_outcome *guest, size_t from,
		     bs_ns time)
{
	struct bs_held_why why, found = {0};
	bs_ns at;

	/* Guests are looked at at the same times: nearly always it is look number @from. */
	for (size_t i = from; bs_outcome_why(guest, i, &at, &why) && at <= time; i++)
		found = why;
	add_why(to, &found);
}

bool bs_why_of_all(const struct bs_outcome *o, size_t i, bs_ns *time, struct bs_held_why *why)
{
	if (!bs_outcome_why(&o->guests[0], i, time, why))
		return false;
	for (unsigned int g = 1; g < o->nr_guests; g++)
		add_look(why, &o->guests[g], i, *time);
	return true;
}

void bs_delays_of_all(const struct bs_outcome *o, struct bs_histogram *all)
{
	*all = (struct bs_histogram){0};
	for (unsigned int g = 0; g < o->nr_guests; g++) {
		const struct bs_histogram *h = o->guests[g].delays;

		if (!h)
			continue;
		all->zeroes += h->zeroes;
		all->nonzero += h->nonzero;
		all->max = h->max > all->max ? h->max : all->max;
		for (unsigned int i = 0; i < BS_HISTOGRAM_BUCKETS; i++)
			all->count[i] += h->count[i];
	}
}

/* ---- For itself ------------------------------------------------------------------------------ */

static bool is_like(const struct bs_sample *a, const struct bs_sample *b)
{
	return a->used_bytes == b->used_bytes && a->resident_bytes == b->resident_bytes &&
	       a->unmapped_bytes == b->unmapped_bytes && a->swapped_bytes == b->swapped_bytes;
}

static json_t *guest_json(const struct bs_outcome *o)
{
	json_t *time = json_array(), *used = json_array(), *resident = json_array();
	json_t *unmapped = json_array(), *swapped = json_array(), *guest = json_object();
	const struct bs_sample *s;
	const size_t n = bs_timeline_samples(o->tl, &s);

	for (size_t i = 0; i < n; i++) {
		if (i && i + 1 < n && is_like(&s[i], &s[i - 1]))
			continue;
		json_array_append_new(time, bs_json_uint(s[i].time));
		json_array_append_new(used, bs_json_uint(s[i].used_bytes));
		json_array_append_new(resident, bs_json_uint(s[i].resident_bytes));
		json_array_append_new(unmapped, bs_json_uint(s[i].unmapped_bytes));
		json_array_append_new(swapped, bs_json_uint(s[i].swapped_bytes));
	}
	bs_json_put_text(guest, "label", o->label);
	json_object_set_new(guest, "time_ns", time);
	json_object_set_new(guest, "used_bytes", used);
	json_object_set_new(guest, "resident_bytes", resident);
	json_object_set_new(guest, "unmapped_bytes", unmapped);
	json_object_set_new(guest, "swapped_bytes", swapped);
	return guest;
}

json_t *bs_guests_timeline_json(const struct bs_outcome *o)
{
	json_t *guests = json_array();

	for (unsigned int g = 0; g < o->nr_guests; g++)
		json_array_append_new(guests, guest_json(&o->guests[g]));
	return guests;
}

json_t *bs_host_timeline_json(const struct bs_sample *s, size_t n)
{
	json_t *host = json_object(), *held = json_array(), *swapped = json_array();

	for (size_t i = 0; i < n; i++) {
		json_array_append_new(held, bs_json_uint(s[i].host_bytes));
		json_array_append_new(swapped, bs_json_uint(s[i].host_swapped_bytes));
	}
	json_object_set_new(host, "held_bytes", held);
	json_object_set_new(host, "swapped_bytes", swapped);
	return host;
}
