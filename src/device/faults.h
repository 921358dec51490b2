/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faults.h - how a device misbehaves, on purpose (`buddysim list devices`).
 *
 * What happens to a request is decided when it arrives, in the order of arrival, from a generator
 * of the device's own: the same requests meet the same fate, whatever else the run draws.
 */
#ifndef BS_DEVICE_FAULTS_H
#define BS_DEVICE_FAULTS_H

#include <buddysim/types.h>

#include "rng.h"

enum bs_latency { BS_LATENCY_FIXED, BS_LATENCY_UNIFORM, BS_LATENCY_EXPONENTIAL };
enum bs_inhibit { BS_INHIBIT_OFF, BS_INHIBIT_ASSIGNED, BS_INHIBIT_POISON };

/* As the parameters of device_params.c say; all zero: a device that behaves. */
struct bs_faults {
	enum bs_latency latency;
	bs_ns latency_mean;
	bs_ns stall_at, stall_for, stall_every;
	bs_ns busy_every, busy_for;
	uint64_t error_every, error_ppm;
	uint64_t partial_every, partial_ranges;
	enum bs_inhibit inhibit;
	bs_ns inhibit_at, inhibit_for;
	uint64_t host_page;
	int madvise_errno;
	uint64_t madvise_every;
	bool trust; /* the shadow map does not say who uses a page */

	struct bs_rng rng;
	uint64_t requests, ranges; /* seen so far */
};

/* What one request is going to meet. */
struct bs_fate {
	bool error; /* the whole request fails */
	unsigned int served; /* ranges that the host looks at, from the first */
};

/* What the host takes longer for anything that it hears, on top of @cost: latency, and while it stands still. */
void bs_faults_delay(struct bs_faults *f, bs_ns now, bs_ns *cost);
/* Decide; @cost is what the request takes without faults and receives what it takes with them.
 * @now: BS_NO_TIME: stalls do not happen */
struct bs_fate bs_faults_request(struct bs_faults *f, unsigned int n, bs_ns now, bs_ns *cost);
/* Does the host stand still at @now, or say that it is busy? */
bool bs_faults_busy(const struct bs_faults *f, bs_ns now);
/* Does the host leave such a range alone at @now, without saying so? */
bool bs_faults_skip(const struct bs_faults *f, struct bs_range r, bs_ns now);
/* Name of a time among the parameters at which something begins, and which is behind @end; or NULL. */
const char *bs_faults_late(const struct bs_faults *f, bs_ns end);
/* The next range is given to madvise(): 0, or the errno that it shall fail with. */
int bs_faults_madvise(struct bs_faults *f);

#endif
