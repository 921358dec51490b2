/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline_guests.h - several guests over time: each for itself, and all of them together. */
#ifndef BS_TIMELINE_GUESTS_H
#define BS_TIMELINE_GUESTS_H

#include <jansson.h>

#include "histogram.h"
#include "outcome.h"

/* Samples of all guests of @o together, at the times of the first one's; *@n receives how many. To be free()d,
 * or NULL. */
struct bs_sample *bs_samples_of_all(const struct bs_outcome *o, size_t *n);
/* Look number @i of them at why memory is held; false behind the last. */
bool bs_why_of_all(const struct bs_outcome *o, size_t i, bs_ns *time, struct bs_held_why *why);
void bs_delays_of_all(const struct bs_outcome *o, struct bs_histogram *all);

/* A list of the guests, each with what it used and what was held and swapped out for it, whenever that changed. */
json_t *bs_guests_timeline_json(const struct bs_outcome *o);
/* What the host counted for all of them, at each of @n samples. */
json_t *bs_host_timeline_json(const struct bs_sample *s, size_t n);

#endif
