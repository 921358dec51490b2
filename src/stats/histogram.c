// SPDX-License-Identifier: GPL-2.0-or-later
#include "histogram.h"

#define SUB (1U << BS_HISTOGRAM_BITS)

/* The value's highest bit says which power of two it is in, the five bits behind that which part. */
unsigned int bs_histogram_bucket(uint64_t value)
{
	unsigned int shift;

	if (value < SUB)
		return (unsigned int)value;
	shift = 63 - (unsigned int)__builtin_clzll(value) - BS_HISTOGRAM_BITS;
	return (shift << BS_HISTOGRAM_BITS) + (unsigned int)(value >> shift);
}

uint64_t bs_histogram_upper(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < 2 * SUB)
		return bucket;
	shift = (bucket >> BS_HISTOGRAM_BITS) - 1;
	/* The next bucket's smallest value, less 1: the last one's wraps around to UINT64_MAX. */
	return (((uint64_t)SUB + bucket % SUB + 1) << shift) - 1;
}

void bs_histogram_add(struct bs_histogram *h, uint64_t value)
{
	bs_histogram_add_many(h, value, 1);
}

void bs_histogram_add_many(struct bs_histogram *h, uint64_t value, uint64_t times)
{
	if (!value) {
		h->zeroes += times;
		return;
	}
	h->count[bs_histogram_bucket(value)] += times;
	h->nonzero += times;
	if (value > h->max)
		h->max = value;
}

uint64_t bs_histogram_percentile(const struct bs_histogram *h, unsigned int per_mille)
{
	const uint64_t n = h->zeroes + h->nonzero;
	/* The smallest rank that covers the share: counted from 1, rounded up. */
	uint64_t rank = n / 1000 * per_mille + (n % 1000 * per_mille + 999) / 1000;

	if (rank <= h->zeroes)
		return 0;
	rank -= h->zeroes;
	for (unsigned int i = 0; i < BS_HISTOGRAM_BUCKETS; i++) {
		if (rank <= h->count[i]) {
			const uint64_t upper = bs_histogram_upper(i);

			return upper < h->max ? upper : h->max;
		}
		rank -= h->count[i];
	}
	return h->max;
}
