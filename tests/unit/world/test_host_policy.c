// SPDX-License-Identifier: GPL-2.0-or-later
/* host_policy.c and the policies: what each does at one tick, by hand. */
#include "bs_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host_policy.h"

#define GIB (UINT64_C(1) << 30)
#define MIB (UINT64_C(1) << 20)

/* A host of 10 GiB; guests of 8 and of 2 GiB. */
struct tried {
	const struct bs_host_policy *policy;
	uint64_t *values;
	struct bs_host_guest guests[2];
	struct bs_host_look look;
};

static void begin(struct tried *t, const char *text)
{
	struct bs_error err;

	memset(t, 0, sizeof(*t));
	assert_ok(bs_host_policy_parse(text, &t->policy, &t->values, &err), &err);
	t->guests[0] = (struct bs_host_guest){.size = 8 * GIB, .held = 7 * GIB, .running = true};
	t->guests[1] = (struct bs_host_guest){.size = 2 * GIB, .held = 1 * GIB, .running = true};
	t->look = (struct bs_host_look){
		.values = t->values, .memory = 10 * GIB, .guests = t->guests, .nr = 2};
}

static void tick(struct tried *t, uint64_t held)
{
	t->look.held = held;
	t->policy->tick(&t->look);
}

static void test_they_are_found_by_name(void **state)
{
	const struct bs_host_policy *p;
	struct bs_error err;
	uint64_t *values;
	unsigned int nr = 0;

	(void)state;
	while ((p = bs_host_policy_at(nr))) {
		assert_int_equal(bs_host_policy_check(p->is.name, &err), 0);
		nr++;
	}
	assert_true(nr >= 3);
	assert_int_equal(bs_host_policy_parse("pzi", &p, &values, &err), -EINVAL);
	assert_non_null(strstr(err.advice, "psi"));
	assert_int_equal(bs_host_policy_check("psi:tick=0", &err), -EINVAL);
	assert_int_equal(bs_host_policy_check("psi:tack=1s", &err), -EINVAL);
	assert_ok(bs_host_policy_parse("psi:tick=2s", &p, &values, &err), &err);
	assert_int_equal(values[BS_HOST_TICK], 2 * BS_NS_PER_S);
	free(values);
}

static void test_none_does_nothing(void **state)
{
	struct tried t;

	(void)state;
	begin(&t, "none");
	assert_null(t.policy->tick);
	free(t.values);
}

/*
 *   below 80 % of 10 GiB     nobody gives anything
 *   9 of 10 GiB are held     8 GiB for all: 6.4 for the guest of 8, 1.6 for that of 2; the rest is the balloons'
 *   one of them has ended    the other one may have all 8
 */
static void test_proportional(void **state)
{
	struct tried t;

	(void)state;
	begin(&t, "proportional:high=80");
	tick(&t, 8 * GIB);
	assert_int_equal(t.guests[0].target + t.guests[1].target, 0);
	assert_int_equal(t.guests[0].gate, 80);
	tick(&t, 9 * GIB);
	assert_int_equal(t.guests[0].target >> 20, 1638);
	assert_int_equal(t.guests[1].target >> 20, 409);
	assert_int_equal(t.guests[1].gate, 90);
	t.guests[1].running = false;
	tick(&t, 9 * GIB);
	assert_int_equal(t.guests[0].target, 0);
	assert_int_equal(t.guests[1].target, 0);
	free(t.values);
}

/* Who hardly waits gives 64 MiB more, who waits gets twice that back; only a full host asks. */
static void test_psi(void **state)
{
	struct tried t;

	(void)state;
	begin(&t, "psi:above=50,low=1,high=20,step=64MiB");
	tick(&t, 5 * GIB);
	assert_int_equal(t.guests[0].target, 0);
	assert_int_equal(t.guests[0].gate, 0);
	tick(&t, 6 * GIB);
	tick(&t, 6 * GIB);
	tick(&t, 6 * GIB);
	assert_int_equal(t.guests[0].target, 192 * MIB);
	assert_int_equal(t.guests[0].gate, 100);
	t.guests[0].waited = 21;
	t.guests[1].waited = 10;
	tick(&t, 6 * GIB);
	assert_int_equal(t.guests[0].target, 64 * MIB);
	assert_int_equal(t.guests[0].gate, 0);
	assert_int_equal(t.guests[1].target, 192 * MIB);
	tick(&t, 6 * GIB);
	assert_int_equal(t.guests[0].target, 0);
	t.guests[1].running = false;
	tick(&t, 6 * GIB);
	assert_int_equal(t.guests[1].target, 0);
	free(t.values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_they_are_found_by_name),
		cmocka_unit_test(test_none_does_nothing),
		cmocka_unit_test(test_proportional),
		cmocka_unit_test(test_psi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
