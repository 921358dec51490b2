// SPDX-License-Identifier: GPL-2.0-or-later
#include "faults.h"

#include <errno.h>

/*
 * -ln(u / 2^64) in units of 2^-32, in integers: libm may round differently on another machine, and
 * one ns would change the order of events. log2 by repeated squaring of the mantissa.
 */
static uint64_t minus_ln(uint64_t u)
{
	const uint64_t ln2 = UINT64_C(2977044472); /* 2^32 ln 2 */
	const unsigned int zeros = u ? (unsigned int)__builtin_clzll(u) : 63;
	uint64_t x = u << zeros, log2 = 0;

	for (unsigned int bit = 0; bit < 32; bit++) {
		const unsigned __int128 square = (unsigned __int128)x * x;
		const bool carry = square >> 127;

		x = (uint64_t)(carry ? square >> 64 : square >> 63);
		log2 = log2 << 1 | carry;
	}
	/* u = 2^(63 - zeros) (1 + fraction), so -log2(u / 2^64) = zeros + 1 - log2(1 + fraction) */
	log2 = ((uint64_t)(zeros + 1) << 32) - log2;
	return (uint64_t)((unsigned __int128)log2 * ln2 >> 32);
}

static bs_ns draw_latency(struct bs_faults *f)
{
	if (!f->latency_mean)
		return 0;
	switch (f->latency) {
	case BS_LATENCY_UNIFORM:
		return bs_rng_below(&f->rng, 2 * f->latency_mean + 1);
	case BS_LATENCY_EXPONENTIAL:
		return (bs_ns)((unsigned __int128)f->latency_mean *
				       minus_ln(bs_rng_next(&f->rng)) >>
			       32);
	case BS_LATENCY_FIXED:
		break;
	}
	return f->latency_mean;
}

/* What would complete while the host stands still completes when it goes on. */
static bs_ns after_stall(const struct bs_faults *f, bs_ns t)
{
	bs_ns into;

	if (!f->stall_for || t < f->stall_at)
		return t;
	into = t - f->stall_at;
	if (f->stall_every)
		into %= f->stall_every;
	return into < f->stall_for ? t + f->stall_for - into : t;
}

bool bs_faults_busy(const struct bs_faults *f, bs_ns now)
{
	return after_stall(f, now) != now || (f->busy_for && now % f->busy_every < f->busy_for);
}

static bool is_nth(uint64_t count, uint64_t every)
{
	return every && count % every == 0;
}

void bs_faults_delay(struct bs_faults *f, bs_ns now, bs_ns *cost)
{
	*cost += draw_latency(f);
	if (now != BS_NO_TIME)
		*cost = after_stall(f, now + *cost) - now;
}

struct bs_fate bs_faults_request(struct bs_faults *f, unsigned int n, bs_ns now, bs_ns *cost)
{
	struct bs_fate fate = {.served = n};

	f->requests++;
	bs_faults_delay(f, now, cost);
	fate.error = is_nth(f->requests, f->error_every) ||
		     (f->error_ppm && bs_rng_below(&f->rng, 1000000) < f->error_ppm);
	if (is_nth(f->requests, f->partial_every)) {
		const uint64_t part = f->partial_ranges ? f->partial_ranges : n / 2;

		fate.served = part < n ? (unsigned int)part : n;
	}
	return fate;
}

bool bs_faults_skip(const struct bs_faults *f, struct bs_range r, bs_ns now)
{
	if (BS_UNIT_SIZE << r.order < f->host_page)
		return true;
	if (f->inhibit == BS_INHIBIT_OFF || now < f->inhibit_at)
		return false;
	return !f->inhibit_for || now - f->inhibit_at < f->inhibit_for;
}

const char *bs_faults_late(const struct bs_faults *f, bs_ns end)
{
	if (f->stall_for && f->stall_at > end)
		return "stall_at";
	return f->inhibit != BS_INHIBIT_OFF && f->inhibit_at > end ? "inhibit_at" : NULL;
}

int bs_faults_madvise(struct bs_faults *f)
{
	f->ranges++;
	return is_nth(f->ranges, f->madvise_every) ? f->madvise_errno : 0;
}
