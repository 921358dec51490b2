// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shares.c - what an exact integral consists of, by samples of what its level consists of.
 *
 * Between two samples the integral is the timeline's own and exact; of its parts it is taken that they
 * stand to each other as in both samples together. All in integers, and nothing is lost: what a division
 * leaves over goes to the largest part, so that the parts always add up to the whole.
 */
#include <buddysim/stats.h>

#include <stdlib.h>
#include <string.h>

#include "timeline.h"

struct bs_shares {
	unsigned int nr, first_sub;
	bs_u128 done; /* of the timeline's integral ... */
	bs_u128 sums[BS_MAX_SHARES]; /* ... which is what these add up to */
	bs_ns *times;
	uint64_t *samples; /* nr for each time */
	size_t n, room;
};

struct bs_shares *bs_shares_create(unsigned int nr, unsigned int first_sub, size_t room)
{
	struct bs_shares *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	*s = (struct bs_shares){.nr = nr, .first_sub = first_sub, .room = room};
	s->times = calloc(room, sizeof(*s->times));
	s->samples = calloc(room, nr * sizeof(*s->samples));
	if (s->times && s->samples)
		return s;
	bs_shares_destroy(s);
	return NULL;
}

void bs_shares_destroy(struct bs_shares *s)
{
	if (!s)
		return;
	free(s->times);
	free(s->samples);
	free(s);
}

/* ---- Over time ------------------------------------------------------------------------------- */

/* @whole by @weights, of which the sum is @sum. */
static void add(struct bs_shares *s, bs_u128 whole, const uint64_t *weights, uint64_t sum)
{
	const bs_u128 each = sum ? whole / sum : 0, over = sum ? whole % sum : 0;
	unsigned int largest = 0; /* where there is nothing: what is nobody's else */
	bs_u128 rest = whole;

	for (unsigned int i = 0; i < s->nr; i++) {
		bs_u128 part;

		if (!weights[i])
			continue;
		part = each * weights[i] + over * weights[i] / sum;
		s->sums[i] += part;
		rest -= part;
		if (!weights[largest] || weights[i] > weights[largest])
			largest = i;
	}
	s->sums[largest] += rest;
}

void bs_shares_sample(struct bs_shares *s, const struct bs_timeline *tl, bs_ns at,
		      const uint64_t *weights)
{
	const bs_u128 integral = bs_timeline_held_byte_ns_at(tl, at);
	const uint64_t *before = s->n ? s->samples + (s->n - 1) * s->nr : weights;
	uint64_t both[BS_MAX_SHARES], sum = 0;

	for (unsigned int i = 0; i < s->nr; i++) {
		both[i] = before[i] + weights[i];
		sum += both[i];
	}
	if (integral > s->done)
		add(s, integral - s->done, both, sum);
	s->done = integral;
	if (s->n == s->room)
		s->n--; /* the latest one stays, or the next interval would begin too early */
	s->times[s->n] = at;
	memcpy(s->samples + s->n++ * s->nr, weights, s->nr * sizeof(*weights));
}

size_t bs_shares_samples(const struct bs_shares *s, const bs_ns **times, const uint64_t **weights)
{
	*times = s->times;
	*weights = s->samples;
	return s->n;
}

/* ---- In whole units -------------------------------------------------------------------------- */

/* @whole units to be dealt out to @n parts of about so much each: what is cut off is given back unit by
 * unit, to who lost most, the first of equals. */
static void deal_out(const bs_u128 *parts, unsigned int n, bs_u128 unit, uint64_t whole,
		     uint64_t *out)
{
	bs_u128 lost[BS_MAX_SHARES];
	unsigned int most;

	for (unsigned int i = 0; i < n; i++) {
		out[i] = (uint64_t)(parts[i] / unit);
		lost[i] = parts[i] % unit;
		whole -= out[i];
	}
	for (; whole; whole--) {
		most = 0;
		for (unsigned int i = 1; i < n; i++)
			if (lost[i] > lost[most])
				most = i;
		out[most]++;
		lost[most] = 0;
	}
}

uint64_t bs_shares_mib_s(const struct bs_shares *s, uint64_t *out)
{
	bs_u128 tops[BS_MAX_SHARES];
	uint64_t whole[BS_MAX_SHARES];

	memcpy(tops, s->sums, s->first_sub * sizeof(*tops));
	tops[s->first_sub] = 0;
	for (unsigned int i = s->first_sub; i < s->nr; i++)
		tops[s->first_sub] += s->sums[i];
	deal_out(tops, s->first_sub + 1, BS_MIB_S, (uint64_t)(s->done / BS_MIB_S), whole);
	memcpy(out, whole, s->first_sub * sizeof(*out));
	deal_out(s->sums + s->first_sub, s->nr - s->first_sub, BS_MIB_S, whole[s->first_sub],
		 out + s->first_sub);
	return whole[s->first_sub];
}

void bs_shares_of(uint64_t whole, const uint64_t *weights, unsigned int n, uint64_t *out)
{
	bs_u128 parts[BS_MAX_SHARES];
	uint64_t sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += weights[i];
	for (unsigned int i = 0; i < n; i++)
		parts[i] = sum ? (bs_u128)whole * weights[i] : !i * (bs_u128)whole;
	deal_out(parts, n, sum ? sum : 1, whole, out);
}
