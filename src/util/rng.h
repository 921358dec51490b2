/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rng.h - xoshiro256** seeded by splitmix64 (Blackman and Vigna, public domain algorithms): the
 * only source of randomness. A generator is a value, owned by whoever draws from it.
 */
#ifndef BS_RNG_H
#define BS_RNG_H

#include <stdint.h>

#include <buddysim/types.h>

struct bs_rng {
	uint64_t s[4];
};

static inline uint64_t bs_rng_splitmix(uint64_t *x)
{
	uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline void bs_rng_seed(struct bs_rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		r->s[i] = bs_rng_splitmix(&seed);
}

static inline uint64_t bs_rng_next(struct bs_rng *r)
{
	const uint64_t x5 = r->s[1] * 5;
	const uint64_t result = ((x5 << 7) | (x5 >> 57)) * 9;
	const uint64_t t = r->s[1] << 17;

	r->s[2] ^= r->s[0];
	r->s[3] ^= r->s[1];
	r->s[1] ^= r->s[2];
	r->s[0] ^= r->s[3];
	r->s[2] ^= t;
	r->s[3] = (r->s[3] << 45) | (r->s[3] >> 19);
	return result;
}

/* Uniform in [0, n); n > 0. Multiply-shift: the bias is below 2^-32 for the sizes used here. */
static inline uint64_t bs_rng_below(struct bs_rng *r, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)bs_rng_next(r) * n) >> 64);
}

/* Put them into an order of the generator's choice. */
static inline void bs_rng_shuffle(bs_pfn *v, size_t n, struct bs_rng *rng)
{
	for (; n > 1; n--) {
		const size_t k = bs_rng_below(rng, n);
		const bs_pfn t = v[k];

		v[k] = v[n - 1];
		v[n - 1] = t;
	}
}

#endif
