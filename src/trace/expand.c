// SPDX-License-Identifier: GPL-2.0-or-later
#include "expand.h"

#include <string.h>

#include "compiler.h"

/* Elements of more than a byte are not aligned: the item has nothing but byte strings. */
struct any16 {
	uint16_t v;
} __attribute__((packed, may_alias));
struct any64 {
	uint64_t v;
} __attribute__((packed, may_alias));

/*
 * Each loop is compiled twice where that gives something: as a function for any CPU, and as one for CPUs
 * with AVX2. Which one is called is decided per column, not per event.
 */
#define LOOP static inline __attribute__((always_inline)) void

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE __attribute__((target("avx2"), noinline))
#define has_wide() __builtin_cpu_supports("avx2")
#else
#define WIDE
#define has_wide() false
#endif

/* ---- Kind, order, flags ---------------------------------------------------------------------- */

LOOP ops(struct bs_expanded *x, const uint8_t *restrict op, unsigned int n, uint8_t *restrict kind,
	 uint8_t *restrict order)
{
	uint8_t most_kind = 0, most_order = 0, all = 0;

	for (unsigned int i = 0; i < n; i++) {
		const uint8_t k = op[i] & 7, o = op[i] >> BS_OP_ORDER_SHIFT & 15;

		kind[i] = k;
		order[i] = o;
		most_kind = k > most_kind ? k : most_kind;
		most_order = o > most_order ? o : most_order;
		all |= op[i];
	}
	x->most_kind = most_kind;
	x->most_order = most_order;
	x->batched = all & BS_OP_BATCHED;
}

static WIDE void ops_wide(struct bs_expanded *x, const uint8_t *op, unsigned int n, uint8_t *kind,
			  uint8_t *order)
{
	ops(x, op, n, kind, order);
}

void bs_expand_ops(struct bs_expanded *x, const uint8_t *op, unsigned int n, uint8_t *kind,
		   uint8_t *order)
{
	if (has_wide())
		ops_wide(x, op, n, kind, order);
	else
		ops(x, op, n, kind, order);
}

void bs_expand_flags(const uint8_t *restrict op, const uint8_t *restrict column, unsigned int n,
		     uint8_t *restrict flags)
{
	for (unsigned int i = 0; i < n; i++)
		flags[i] = (uint8_t)((column[i] & ~BS_EVF_BATCHED) | op[i] >> 7);
}

/* ---- Narrow columns -------------------------------------------------------------------------- */

LOOP from_bytes(const uint8_t *restrict c, unsigned int n, uint32_t *restrict words)
{
	for (unsigned int i = 0; i < n; i++)
		words[i] = c[i];
}

LOOP from_halves(const struct any16 *restrict c, unsigned int n, uint32_t *restrict words)
{
	for (unsigned int i = 0; i < n; i++)
		words[i] = c[i].v;
}

LOOP high(const uint8_t *restrict c, unsigned int n, uint32_t *restrict words)
{
	for (unsigned int i = 0; i < n; i++)
		words[i] |= (uint32_t)c[i] << 16;
}

static WIDE void from_bytes_wide(const uint8_t *c, unsigned int n, uint32_t *words)
{
	from_bytes(c, n, words);
}

static WIDE void from_halves_wide(const struct any16 *c, unsigned int n, uint32_t *words)
{
	from_halves(c, n, words);
}

static WIDE void high_wide(const uint8_t *c, unsigned int n, uint32_t *words)
{
	high(c, n, words);
}

void bs_expand_words(const void *column, unsigned int width, unsigned int n, uint32_t *words)
{
	if (width == 4)
		memcpy(words, column, n * sizeof(*words));
	else if (width == 2)
		has_wide() ? from_halves_wide(column, n, words) : from_halves(column, n, words);
	else
		has_wide() ? from_bytes_wide(column, n, words) : from_bytes(column, n, words);
}

void bs_expand_high(const uint8_t *column, unsigned int n, uint32_t *words)
{
	has_wide() ? high_wide(column, n, words) : high(column, n, words);
}

/* ---- Ages and gfp masks ---------------------------------------------------------------------- */

LOOP args(struct bs_expanded *x, const uint8_t *restrict kind, const uint32_t *restrict raw,
	  unsigned int n, uint32_t *restrict arg, uint8_t *restrict gfp)
{
	uint32_t most = x->most_gfp, bad = 0, numbers = 0;

	for (unsigned int i = 0; i < n; i++) {
		const uint32_t a = raw[i], k = kind[i];
		const uint32_t number =
			0u - ((uint32_t)(k == BS_EV_ALLOC) | (uint32_t)(k == BS_EV_PRE) |
			      (uint32_t)(k == BS_EV_FAILED));
		const uint32_t mask = a & number;

		gfp[i] = (uint8_t)mask;
		arg[i] = a & ~number;
		most = mask > most ? mask : most;
		numbers |= number;
		bad |= (uint32_t)(k == BS_EV_FREE) & (uint32_t)(a == 0);
	}
	x->most_gfp = most;
	x->numbers |= numbers != 0;
	x->no_age |= bad != 0;
}

static WIDE void args_wide(struct bs_expanded *x, const uint8_t *kind, const uint32_t *raw,
			   unsigned int n, uint32_t *arg, uint8_t *gfp)
{
	args(x, kind, raw, n, arg, gfp);
}

void bs_expand_args(struct bs_expanded *x, const uint8_t *kind, const uint32_t *raw, unsigned int n,
		    uint32_t *arg, uint8_t *gfp)
{
	if (has_wide())
		args_wide(x, kind, raw, n, arg, gfp);
	else
		args(x, kind, raw, n, arg, gfp);
}

void bs_expand_cpus(struct bs_expanded *x, const uint8_t *cpu, unsigned int n)
{
	uint8_t most = 0;

	for (unsigned int i = 0; i < n; i++)
		most = cpu[i] > most ? cpu[i] : most;
	x->most_cpu = most;
}

/* ---- Times ----------------------------------------------------------------------------------- */

#define BLOCK 8 /* steps of 16 bits that are looked at for escapes together */

/* Is any of the block's steps all ones? Its complement is 0 then, and only then does taking 1 from the
 * lowest such borrow into the top bit. */
static bool has_escape(const struct any16 *dt)
{
	const uint64_t ones = UINT64_C(0x0001000100010001), tops = UINT64_C(0x8000800080008000);
	uint64_t a, b;

	memcpy(&a, dt, 8);
	memcpy(&b, dt + 4, 8);
	a = ~a;
	b = ~b;
	return ((a - ones) & ~a & tops) | ((b - ones) & ~b & tops);
}

struct steps {
	const struct any64 *esc;
	unsigned int used, nr_esc;
	uint64_t tick;
	bs_ns t;
};

/* False: a step is out of range. */
static bool take_steps(struct steps *s, const struct any16 *dt, unsigned int n, bs_ns *time)
{
	for (unsigned int i = 0; i < n; i++) {
		uint64_t step = dt[i].v * s->tick;

		if (unlikely(dt[i].v == BS_DT_ESCAPE))
			if (s->used == s->nr_esc ||
			    __builtin_mul_overflow(s->esc[s->used++].v, s->tick, &step) ||
			    step >= BS_TIME_MAX || s->t + step >= BS_TIME_MAX)
				return false;
		s->t += step;
		time[i] = s->t;
	}
	return true;
}

const char *bs_expand_times(const void *dt, const void *esc, unsigned int nr_esc, bs_ns t0,
			    uint64_t tick, unsigned int n, bs_ns *time)
{
	const struct any16 *step = dt;
	struct steps s = {.esc = esc, .nr_esc = nr_esc, .tick = tick, .t = t0};
	unsigned int i = 0;

	for (; i + BLOCK <= n; i += BLOCK) {
		bs_ns t = s.t;

		if (unlikely(has_escape(step + i))) {
			if (!take_steps(&s, step + i, BLOCK, time + i))
				return "a time step is out of range";
			continue;
		}
		for (unsigned int k = 0; k < BLOCK; k++) {
			t += step[i + k].v * tick;
			time[i + k] = t;
		}
		s.t = t;
	}
	if (!take_steps(&s, step + i, n - i, time + i))
		return "a time step is out of range";
	if (s.used != nr_esc || s.t >= BS_TIME_MAX)
		return "its time steps are out of range";
	return NULL;
}
