// SPDX-License-Identifier: GPL-2.0-or-later
/* advise.c, on a load whose right answer is known: 1 MiB stripes come free between those in use. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/advise.h>

#include "bs_trace_test.h"

static struct bs_sim_config sim;
static struct bs_advise_config asked;

static int setup(void **state)
{
	(void)state;
	bs_sim_defaults(&sim);
	sim.trace_path = bs_test_path("stripe.cborseq");
	bs_test_generate("stripe", "size=64MiB,hold=1s", 1, sim.trace_path);
	sim.host.device.kind = bs_device_for(BS_DEVICE_TIMED);
	sim.host.device.thp = BS_THP_NEVER;
	sim.output.jobs = 2;
	bs_advise_defaults(&asked);
	asked.sim = &sim;
	return 0;
}

static struct bs_counsel *advice(int want)
{
	struct bs_counsel *a = NULL;
	struct bs_error err = {0};

	if (bs_advise(&asked, &a, &err) != want)
		fail_msg("%s: %s", err.where, err.text);
	return a;
}

static char *text_of(const struct bs_counsel *a, enum bs_format format)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_int_equal(bs_counsel_print(a, format, false, f), 0);
	fclose(f);
	return text;
}

/* Order 9 reports nothing of it, order 8 all. */
static void test_the_order_that_fits_is_named(void **state)
{
	struct bs_counsel *a;

	(void)state;
	asked.stock = true;
	a = advice(0);
	assert_string_equal(bs_counsel_choice(a), "rotation:order=8");
	assert_non_null(strstr(bs_counsel_line(a, 0), "Choose rotation:order=8"));
	bs_counsel_free(a);
}

/* A part of a huge page that is in use comes back to nobody: what costs requests gains nothing. */
static void test_on_huge_pages_a_small_order_is_a_trap(void **state)
{
	struct bs_counsel *a;

	(void)state;
	sim.host.device.thp = BS_THP_ALWAYS;
	a = advice(0);
	assert_string_equal(bs_counsel_choice(a), "none");
	bs_counsel_free(a);
}

static void test_the_same_for_any_number_of_jobs(void **state)
{
	struct bs_counsel *a = advice(0), *b;
	char *x = text_of(a, BS_FORMAT_JSON), *y;

	(void)state;
	sim.output.jobs = 1;
	b = advice(0);
	y = text_of(b, BS_FORMAT_JSON);
	assert_string_equal(x, y);
	free(x);
	free(y);
	bs_counsel_free(a);
	bs_counsel_free(b);
}

/* The most that `none` holds is above it, and something must be blocked for the first touches. */
static void test_limits_that_nothing_keeps(void **state)
{
	struct bs_counsel *a;

	(void)state;
	asked.max_stall_per_minute = 1;
	a = advice(1);
	assert_non_null(strstr(bs_counsel_line(a, 0), "comes closest"));
	bs_counsel_free(a);
	asked.max_stall_per_minute = BS_NO_TIME;
	asked.max_held_bytes = UINT64_C(1) << 30;
	bs_counsel_free(advice(0));
}

static const char *strategies[2];

static void refused(const char *strategy, const char *words)
{
	struct bs_counsel *a = NULL;
	struct bs_error err = {0};

	strategies[0] = strategy;
	sim.strategies = strategies;
	sim.nr_strategies = 1;
	assert_true(bs_advise(&asked, &a, &err) < 0);
	assert_null(a);
	assert_int_equal(err.status, BS_USAGE);
	assert_non_null(strstr(err.text, words));
}

static void test_what_cannot_be_chosen_is_refused(void **state)
{
	struct bs_error err;
	struct bs_counsel *a;

	(void)state;
	refused("clairvoyant", "knows the trace");
	refused("rotatoin", "unknown");
	asked.stock = true;
	refused("hypercall", "no unpatched kernel");
	sim.nr_strategies = 0;
	sim.host.weight_ns_per_mib_s = 0;
	assert_true(bs_advise(&asked, &a, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
}

/* What the user says of a parameter stays, and what reports nothing is always there. */
static void test_what_is_given_stays(void **state)
{
	struct bs_counsel *a;
	const char *label;
	bool idle = false;

	(void)state;
	strategies[0] = "rotation:order=9";
	sim.strategies = strategies;
	sim.nr_strategies = 1;
	a = advice(0);
	for (unsigned int i = 0; (label = bs_counsel_finalist(a, i)); i++) {
		idle |= !strcmp(label, "none");
		assert_true(!strcmp(label, "none") || !strncmp(label, "rotation:order=9,", 17));
	}
	assert_true(idle);
	bs_counsel_free(a);
}

static unsigned int heard, last_round;

static void listen(void *arg, const struct bs_advise_progress *p)
{
	(void)arg;
	heard++;
	assert_true(p->done <= p->cells);
	assert_true(p->round >= last_round);
	last_round = p->round;
}

static void test_progress_is_told(void **state)
{
	(void)state;
	asked.stock = true;
	asked.progress = listen;
	bs_counsel_free(advice(0));
	assert_true(heard > 0);
	assert_true(last_round > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_the_order_that_fits_is_named, setup),
		cmocka_unit_test_setup(test_on_huge_pages_a_small_order_is_a_trap, setup),
		cmocka_unit_test_setup(test_the_same_for_any_number_of_jobs, setup),
		cmocka_unit_test_setup(test_limits_that_nothing_keeps, setup),
		cmocka_unit_test_setup(test_what_cannot_be_chosen_is_refused, setup),
		cmocka_unit_test_setup(test_what_is_given_stays, setup),
		cmocka_unit_test_setup(test_progress_is_told, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
