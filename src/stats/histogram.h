/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * histogram.h - how often which value came up, in buckets that are fine where values are small.
 *
 * Values below 64 have a bucket each. Above, every power of two is cut into 32 buckets of one width, so
 * that a bucket's largest value is less than 1/32 above its smallest: what a percentile says is never
 * below the true one and never as much as 3.2 % above it. Whole numbers only, and all of them: the
 * last bucket ends with UINT64_MAX.
 */
#ifndef BS_HISTOGRAM_H
#define BS_HISTOGRAM_H

#include <stdint.h>

#define BS_HISTOGRAM_BITS 5 /* 32 buckets a power of two */
#define BS_HISTOGRAM_BUCKETS ((64 - BS_HISTOGRAM_BITS + 1) << BS_HISTOGRAM_BITS)

/* Zero it to begin with. */
struct bs_histogram {
	uint64_t zeroes; /* of value 0: may be set by who did not add them one by one */
	uint64_t nonzero, max;
	uint64_t count[BS_HISTOGRAM_BUCKETS];
};

void bs_histogram_add(struct bs_histogram *h, uint64_t value);
void bs_histogram_add_many(struct bs_histogram *h, uint64_t value, uint64_t times);
/* The bucket of @value, and the largest value that a bucket takes. */
unsigned int bs_histogram_bucket(uint64_t value);
uint64_t bs_histogram_upper(unsigned int bucket);
/* So many of 1000 values are at most this: the upper bound of the bucket in which that one lies, and never
 * more than the largest value seen. 0 where there are none. @per_mille: 1 .. 1000 */
uint64_t bs_histogram_percentile(const struct bs_histogram *h, unsigned int per_mille);

#endif
