// SPDX-License-Identifier: GPL-2.0-or-later
/* expand.c: columns that lie anywhere, of any length, against loops that are obviously right. */
#include "bs_test.h"

#include <string.h>

#include "expand.h"
#include "rng.h"

#define MOST 200 /* several vectors, and what is left over */

static uint8_t column[8 * MOST + 8];

/* Random bytes at every alignment. */
static uint8_t *random_bytes(struct bs_rng *rng, size_t n)
{
	uint8_t *at = column + bs_rng_below(rng, 8);

	for (size_t i = 0; i < n; i++)
		at[i] = (uint8_t)bs_rng_below(rng, 256);
	return at;
}

static void test_kinds_orders_flags(void **state)
{
	uint8_t kind[MOST], order[MOST], flags[MOST], own[MOST];
	struct bs_rng rng;

	(void)state;
	bs_rng_seed(&rng, 1);
	for (unsigned int n = 1; n < MOST; n++) {
		const uint8_t *op = random_bytes(&rng, n);
		uint8_t most_kind = 0, most_order = 0, batched = 0;
		struct bs_expanded x;

		bs_expand_ops(&x, op, n, kind, order);
		for (unsigned int i = 0; i < n; i++) {
			assert_int_equal(kind[i], op[i] & 7);
			assert_int_equal(order[i], op[i] >> 3 & 15);
			most_kind = kind[i] > most_kind ? kind[i] : most_kind;
			most_order = order[i] > most_order ? order[i] : most_order;
			batched |= op[i] & 0x80;
			own[i] = (uint8_t)(i * 7);
		}
		assert_int_equal(x.most_kind, most_kind);
		assert_int_equal(x.most_order, most_order);
		assert_int_equal(x.batched, batched != 0);
		bs_expand_flags(op, own, n, flags);
		for (unsigned int i = 0; i < n; i++)
			assert_int_equal(flags[i], (own[i] & 0xfe) | (op[i] & 0x80 ? 1 : 0));
		bs_expand_cpus(&x, op, n);
		for (unsigned int i = 1; i < n; i++)
			own[0] = i == 1 || op[i] > own[0] ? op[i] : own[0];
		assert_int_equal(x.most_cpu, n == 1 || op[0] > own[0] ? op[0] : own[0]);
	}
}

/* Elements of any width, from any address, and their upper bits. */
static void test_words(void **state)
{
	uint32_t words[MOST];
	struct bs_rng rng;

	(void)state;
	bs_rng_seed(&rng, 4);
	for (unsigned int n = 1; n < MOST; n++)
		for (unsigned int width = 1; width <= 4; width *= 2) {
			const uint8_t *at = random_bytes(&rng, (width + 1ul) * n);
			const uint8_t *high = at + (size_t)width * n;

			bs_expand_words(at, width, n, words);
			for (unsigned int i = 0; i < n; i++) {
				uint32_t v = 0;

				for (unsigned int k = 0; k < width; k++)
					v |= (uint32_t)at[i * width + k] << 8 * k;
				assert_int_equal(words[i], v);
			}
			if (width == 4)
				continue;
			bs_expand_high(high, n, words);
			for (unsigned int i = 0; i < n; i++)
				assert_int_equal(words[i] >> 16, high[i]);
		}
}

/* Events that take a number have a gfp mask, the others what the column says. */
static void test_ages_and_masks(void **state)
{
	uint8_t kind[MOST], gfp[MOST];
	uint32_t arg[MOST], raw[MOST];
	struct bs_rng rng;

	(void)state;
	bs_rng_seed(&rng, 2);
	for (unsigned int n = 1; n < MOST; n++) {
		uint8_t *at = random_bytes(&rng, 4ul * n);
		bool numbers = false, no_age = false;
		struct bs_expanded x = {0};
		uint32_t most = 0;

		for (unsigned int i = 0; i < n; i++) {
			kind[i] = (uint8_t)bs_rng_below(&rng, BS_NR_EV);
			/* Now and then 0, where it may not be. */
			if (!bs_rng_below(&rng, 300))
				memset(at + 4ul * i, 0, 4);
		}
		bs_expand_words(at, 4, n, raw);
		/* In two parts, as a chunk is. */
		bs_expand_args(&x, kind, raw, n / 2, arg, gfp);
		bs_expand_args(&x, kind + n / 2, raw + n / 2, n - n / 2, arg + n / 2, gfp + n / 2);
		for (unsigned int i = 0; i < n; i++) {
			const bool number = bs_ev_takes_number(kind[i]);

			assert_int_equal(arg[i], number ? 0 : raw[i]);
			assert_int_equal(gfp[i], number ? (uint8_t)raw[i] : 0);
			numbers |= number;
			most = number && raw[i] > most ? raw[i] : most;
			no_age |= kind[i] == BS_EV_FREE && !raw[i];
		}
		assert_int_equal(x.numbers, numbers);
		assert_int_equal(x.most_gfp, most);
		assert_int_equal(x.no_age, no_age);
	}
}

/* Escapes anywhere, steps just below one, and not one escape more or less than there are. */
static void test_times(void **state)
{
	struct bs_rng rng;
	uint64_t esc[MOST];
	bs_ns time[MOST];

	(void)state;
	bs_rng_seed(&rng, 3);
	for (unsigned int n = 1; n < MOST; n++) {
		uint8_t *dt = random_bytes(&rng, 2ul * n);
		const uint64_t tick = 1 + bs_rng_below(&rng, 1000);
		unsigned int used = 0;
		bs_ns t = 12345;

		for (unsigned int i = 0; i < n; i++) {
			if (!bs_rng_below(&rng, 5))
				memset(dt + 2ul * i, 0xff, 2);
			if (!bs_rng_below(&rng, 5))
				memcpy(dt + 2ul * i, "\xfe\xff", 2);
			if (dt[2 * i] == 0xff && dt[2 * i + 1] == 0xff)
				esc[used++] = bs_rng_below(&rng, 1u << 30);
		}
		assert_null(bs_expand_times(dt, esc, used, t, tick, n, time));
		for (unsigned int i = 0, e = 0; i < n; i++) {
			const unsigned int step = dt[2 * i] | (unsigned int)dt[2 * i + 1] << 8;

			t += (step == BS_DT_ESCAPE ? esc[e++] : step) * tick;
			assert_int_equal(time[i], t);
		}
		assert_non_null(bs_expand_times(dt, esc, used + 1, 0, tick, n, time));
		if (!used)
			continue;
		assert_non_null(bs_expand_times(dt, esc, used - 1, 0, tick, n, time));
		esc[used - 1] = BS_TIME_MAX;
		assert_non_null(bs_expand_times(dt, esc, used, 0, 1, n, time));
		esc[used - 1] = UINT64_MAX;
		assert_non_null(bs_expand_times(dt, esc, used, 0, 2, n, time));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds_orders_flags),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_ages_and_masks),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
