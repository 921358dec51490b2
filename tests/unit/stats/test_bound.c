// SPDX-License-Identifier: GPL-2.0-or-later
/* Bound: the definition in stats.h, by example, by brute force, and the law itself. */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "timeline.h"

#define MIB BS_MIB
#define S BS_NS_PER_S
#define LEVEL (2 * MIB)

/* used: 4 MiB, 0 from 1 s to 3 s, 4 MiB again: two levels, one gap of 2 s each. */
static struct bs_bound *one_dip(bs_ns refault, bs_ns weight)
{
	struct bs_bound *b = bs_bound_create(64 * MIB, refault, weight);

	bs_bound_set(b, 0, 4 * MIB);
	bs_bound_set(b, 1 * S, 0);
	bs_bound_set(b, 3 * S, 4 * MIB);
	bs_bound_end(b, 10 * S);
	return b;
}

/* Strictly greater: at equal cost holding is as good, and it is held. */
static void test_a_gap_is_reported_iff_that_is_cheaper(void **state)
{
	struct bs_bound *b = one_dip(200, 100);

	(void)state;
	assert_int_equal(bs_bound_held_mib_s(b), 8);
	assert_int_equal(bs_bound_refault_bytes(b), 0);
	assert_int_equal(bs_bound_cost_ns(b), 8 * 100);
	bs_bound_destroy(b);

	b = one_dip(199, 100);
	assert_int_equal(bs_bound_held_mib_s(b), 0);
	assert_int_equal(bs_bound_refault_bytes(b), 4 * MIB);
	assert_int_equal(bs_bound_cost_ns(b), 4 * 199);
	bs_bound_destroy(b);
}

/* The same in ns of a gap, rounded as the bound rounds it: of 3 ns at 2 per s, 1.5 s are held. */
static void test_the_longest_gap_that_is_held(void **state)
{
	(void)state;
	assert_int_equal(bs_bound_held_gap(3, 2), BS_NS_PER_S * 3 / 2);
	assert_int_equal(bs_bound_held_gap(0, 100), 0);
	assert_int_equal(bs_bound_held_gap(115, 0), 0);
	assert_int_equal(bs_bound_held_gap(BS_NO_TIME / 2, 1), BS_NO_TIME);
}

static void test_weight_zero_holds_nothing(void **state)
{
	struct bs_bound *b = one_dip(1000000, 0);

	(void)state;
	assert_int_equal(bs_bound_held_mib_s(b), 0);
	assert_int_equal(bs_bound_refault_bytes(b), 4 * MIB);
	bs_bound_destroy(b);
}

/* First entry and last exit are free: nothing was there, nothing comes back. */
static void test_first_entry_and_last_exit_are_free(void **state)
{
	struct bs_bound *b = bs_bound_create(64 * MIB, 1, 1);

	(void)state;
	bs_bound_set(b, 0, 0);
	bs_bound_set(b, 5 * S, 40 * MIB);
	bs_bound_set(b, 6 * S, 0);
	bs_bound_end(b, 600 * S);
	assert_int_equal(bs_bound_held_mib_s(b), 0);
	assert_int_equal(bs_bound_refault_bytes(b), 0);
	bs_bound_destroy(b);
}

/* Rounded down: a page more, a page less around 2 MiB is nobody's 2 MiB. */
static void test_trembling_costs_nothing(void **state)
{
	struct bs_bound *b = bs_bound_create(64 * MIB, 1, 1);

	(void)state;
	bs_bound_set(b, 0, 8 * MIB);
	for (unsigned int i = 1; i < 1000; i++)
		bs_bound_set(b, i * S, 8 * MIB + (i % 2 ? -BS_UNIT_SIZE : BS_UNIT_SIZE));
	bs_bound_end(b, 1000 * S);
	assert_int_equal(bs_bound_held_mib_s(b), 0);
	assert_int_equal(bs_bound_refault_bytes(b), 0);
	bs_bound_destroy(b);
}

/*
 *   4 MiB |__                __     Only while the level is wholly empty does its gap grow:
 *   3 MiB |  |    ____      |       1 .. 2 and 4 .. 6 are 3 s, and it is one gap.
 *   2 MiB |  |___|    |_____|
 *         0  1   2    4     6
 */
static void test_a_half_filled_level_pauses_its_gap(void **state)
{
	struct bs_bound *b = bs_bound_create(64 * MIB, 3, 1);

	(void)state;
	bs_bound_set(b, 0, 4 * MIB);
	bs_bound_set(b, 1 * S, 2 * MIB);
	bs_bound_set(b, 2 * S, 3 * MIB);
	bs_bound_set(b, 4 * S, 2 * MIB);
	bs_bound_set(b, 6 * S, 4 * MIB);
	bs_bound_end(b, 7 * S);
	assert_int_equal(bs_bound_held_mib_s(b), 6);
	assert_int_equal(bs_bound_refault_bytes(b), 0);
	bs_bound_destroy(b);
}

/* Memory that is no multiple of 2 MiB, and more used than there should be, are no fault. */
static void test_the_top_is_clipped(void **state)
{
	struct bs_bound *b = bs_bound_create(3 * MIB, 0, 1);

	(void)state;
	for (unsigned int i = 0; i < 10; i++)
		bs_bound_set(b, i * S, i % 2 ? 0 : 100 * MIB);
	bs_bound_end(b, 10 * S);
	assert_int_equal(bs_bound_refault_bytes(b), 4 * LEVEL);
	bs_bound_destroy(b);
}

/* ---- Against brute force -------------------------------------------------------------------- */

#define NR 400
#define NR_LEVELS 8

struct change {
	bs_ns time;
	uint64_t used;
};

/* A walk with small and large steps, often exactly on a level's edge. */
static void random_walk(struct bs_rng *r, struct change *c)
{
	bs_ns now = 0;

	for (int i = 0; i < NR; i++) {
		uint64_t used = bs_rng_below(r, NR_LEVELS * LEVEL + 1);

		if (i && bs_rng_below(r, 4))
			used = c[i - 1].used ^ (bs_rng_below(r, 512) * BS_UNIT_SIZE);
		if (!bs_rng_below(r, 3))
			used = used / LEVEL * LEVEL;
		if (used > NR_LEVELS * LEVEL)
			used = NR_LEVELS * LEVEL;
		c[i] = (struct change){now, used / BS_UNIT_SIZE * BS_UNIT_SIZE};
		now += bs_rng_below(r, 2 * S);
	}
}

/* One level alone, the definition read aloud. */
static void brute_level(const struct change *c, uint64_t bottom, bs_ns refault, bs_ns weight,
			bs_u128 *held_ns, uint64_t *refaults)
{
	bool entered = c[0].used >= bottom + LEVEL, gap = false;
	bs_ns empty = 0;

	for (int i = 1; i < NR; i++) {
		if (gap && c[i - 1].used <= bottom)
			empty += c[i].time - c[i - 1].time;
		if (c[i].used <= bottom && entered && !gap) {
			gap = true;
			empty = 0;
		}
		if (c[i].used >= bottom + LEVEL) {
			bool report =
				weight ? (bs_u128)empty * weight > (bs_u128)refault * S : empty > 0;

			if (gap && report)
				(*refaults)++;
			else if (gap)
				*held_ns += empty;
			entered = true;
			gap = false;
		}
	}
}

static void test_against_brute_force(void **state)
{
	static const bs_ns weights[] = {0, 1, 100, 1000, 1000000};
	struct change c[NR];
	struct bs_rng r;

	(void)state;
	bs_rng_seed(&r, 3);
	for (int round = 0; round < 200; round++) {
		bs_ns weight = weights[round % 5], refault = bs_rng_below(&r, 3000);
		struct bs_bound *b = bs_bound_create(NR_LEVELS * LEVEL, refault, weight);
		bs_u128 held_ns = 0;
		uint64_t refaults = 0;

		random_walk(&r, c);
		for (int i = 0; i < NR; i++)
			bs_bound_set(b, c[i].time, c[i].used);
		bs_bound_end(b, c[NR - 1].time);
		for (uint64_t k = 0; k < NR_LEVELS; k++)
			brute_level(c, k * LEVEL, refault, weight, &held_ns, &refaults);
		assert_int_equal(bs_bound_refault_bytes(b), refaults * LEVEL);
		assert_int_equal(bs_bound_held_mib_s(b), (uint64_t)(held_ns * LEVEL / BS_MIB_S));
		bs_bound_destroy(b);
	}
}

/*
 * The law: whatever a reporter does, it holds at least what is used, and pays for what it takes
 * back. Reporters here: all at once; a random share at each change; all at random moments; nothing.
 */
static uint64_t next_resident(struct bs_rng *r, int kind, uint64_t resident, uint64_t used)
{
	uint64_t spare = resident > used ? resident - used : 0;

	if (kind == 1)
		spare = bs_rng_below(r, spare / BS_UNIT_SIZE + 1) * BS_UNIT_SIZE;
	else if (kind == 0 || (kind == 2 && !bs_rng_below(r, 3)))
		spare = 0;
	return used + spare;
}

static void test_bound_is_below_every_row(void **state)
{
	struct change c[NR];
	struct bs_rng r;

	(void)state;
	bs_rng_seed(&r, 4);
	for (int round = 0; round < 400; round++) {
		bs_ns weight = bs_rng_below(&r, 3) ? bs_rng_below(&r, 1000) : 0;
		const bs_ns refault = bs_rng_below(&r, 2000);
		struct bs_bound *b = bs_bound_create(NR_LEVELS * LEVEL, refault, weight);
		struct bs_timeline *tl = bs_timeline_create(NR * S);
		uint64_t resident, faulted = 0, start;
		bs_ns waited;

		random_walk(&r, c);
		resident = start = c[0].used + (round % 2 ? bs_rng_below(&r, LEVEL) : 0);
		for (int i = 0; i < NR; i++) {
			if (c[i].used > resident)
				faulted += c[i].used - resident;
			resident = next_resident(&r, round % 4, resident, c[i].used);
			if (!i)
				resident = start;
			bs_bound_set(b, c[i].time, c[i].used);
			bs_timeline_set(tl, c[i].time, c[i].used, resident, 0);
		}
		bs_bound_end(b, c[NR - 1].time);
		bs_timeline_end(tl, c[NR - 1].time);
		waited = (faulted * refault + MIB - 1) / MIB;
		assert_true(bs_bound_cost_ns(b) <= bs_bound_row_cost_ns(b, tl, waited, 0));
		assert_true(bs_bound_row_cost_ns(b, tl, waited, 7) ==
				    bs_bound_row_cost_ns(b, tl, waited, 0) + 7 ||
			    bs_bound_row_cost_ns(b, tl, waited, 7) == BS_NO_TIME);
		if (!weight)
			assert_int_equal(bs_bound_held_mib_s(b), 0);
		bs_timeline_destroy(tl);
		bs_bound_destroy(b);
	}
}

/* The law is tight: with whole levels the bound's own choice costs exactly the bound. */
static void test_the_bound_can_be_reached(void **state)
{
	struct bs_bound *b = one_dip(199, 100);
	struct bs_timeline *tl = bs_timeline_create(10 * S);

	(void)state;
	bs_timeline_set(tl, 0, 4 * MIB, 4 * MIB, 0);
	bs_timeline_set(tl, 1 * S, 0, 0, 0);
	bs_timeline_set(tl, 3 * S, 4 * MIB, 4 * MIB, 0);
	bs_timeline_end(tl, 10 * S);
	assert_int_equal(bs_bound_row_cost_ns(b, tl, 4 * 199, 0), bs_bound_cost_ns(b));
	bs_timeline_destroy(tl);
	bs_bound_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_gap_is_reported_iff_that_is_cheaper),
		cmocka_unit_test(test_the_longest_gap_that_is_held),
		cmocka_unit_test(test_weight_zero_holds_nothing),
		cmocka_unit_test(test_first_entry_and_last_exit_are_free),
		cmocka_unit_test(test_trembling_costs_nothing),
		cmocka_unit_test(test_a_half_filled_level_pauses_its_gap),
		cmocka_unit_test(test_the_top_is_clipped),
		cmocka_unit_test(test_against_brute_force),
		cmocka_unit_test(test_bound_is_below_every_row),
		cmocka_unit_test(test_the_bound_can_be_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
