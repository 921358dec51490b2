// SPDX-License-Identifier: GPL-2.0-or-later
/* A device that misbehaves: each fault by itself, on every kind that can have it, and the
 * parameters that ask for it. */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bs_device_test.h"
#include "device_params.h"

#define MIB (UINT64_C(1) << 20)

static const char *const kinds[] = {"null", "model", "madvise"};

static struct bs_device *device(const char *kind, const char *params)
{
	return bs_dev_create((struct bs_device_config){.kind = kind,
						       .nr_pages = 8192,
						       .capacity = 4,
						       .depth = 8,
						       .touch = BS_TOUCH_PAGE,
						       .thp = BS_THP_NEVER,
						       .verify = BS_VERIFY_EACH,
						       .params = params});
}

/* Blocks of order 9 from pfn 0 on were used and freed: resident, nobody's. */
static struct bs_device *used_device(const char *kind, const char *params, unsigned int blocks)
{
	struct bs_device *d = device(kind, params);

	for (unsigned int i = 0; i < blocks; i++) {
		bs_dev_alloc(d, i * 512, 9);
		bs_dev_free(d, i * 512, 9);
	}
	return d;
}

/* Report blocks @first .. @first+n-1 at @now; the completion's result, its duration in @cost. */
static int report(struct bs_device *d, unsigned int first, unsigned int n, bs_ns now, bs_ns *cost)
{
	struct bs_range r[4];
	struct bs_error err;
	int ticket;

	for (unsigned int i = 0; i < n; i++)
		r[i] = (struct bs_range){(first + i) * 512, 9};
	ticket = bs_device_request_at(d, r, n, now, cost, &err);
	assert_ok(ticket, &err);
	return bs_device_complete(d, ticket, now + *cost, &err);
}

static unsigned int resident_blocks(const struct bs_device *d, unsigned int blocks)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < blocks; i++)
		n += bs_device_is_resident(d, i * 512);
	return n;
}

/* The model must agree with the kernel whatever was left undone; then the end. */
static void done(struct bs_device *d)
{
	struct bs_error err;

	assert_int_equal(bs_device_check(d, &err), 0);
	bs_device_destroy(d);
}

/* ---- Whole requests -------------------------------------------------------------------------- */

/* error_every=3: requests 3 and 6 of 6 fail, and nothing of them is discarded. */
static void test_each_kth_request_fails(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_device *d = used_device(kinds[k], "error_every=3", 6);
		struct bs_device_stats st;
		bs_ns cost;

		for (unsigned int i = 0; i < 6; i++)
			assert_int_equal(report(d, i, 1, 0, &cost), i % 3 == 2 ? -EIO : 0);
		bs_device_stats(d, &st);
		assert_int_equal(resident_blocks(d, 6), 2);
		assert_int_equal(st.skipped_bytes, 4 * MIB);
		assert_int_equal(st.discarded_bytes, 8 * MIB);
		assert_int_equal(st.failed_requests, 2);
		assert_int_equal(st.errnos[0].error, EIO);
		assert_int_equal(st.errnos[0].count, 2);
		done(d);
	}
}

static uint64_t failures(const char *params, unsigned int calls, uint64_t *pattern)
{
	struct bs_device *d = device("null", params);
	struct bs_device_stats st;
	bs_ns cost;

	*pattern = 0;
	for (unsigned int i = 0; i < calls; i++)
		*pattern = *pattern * 31 + (uint64_t)(report(d, 0, 1, 0, &cost) != 0);
	bs_device_stats(d, &st);
	bs_device_destroy(d);
	return st.failed_requests;
}

/* A fifth of 2000, give or take five standard deviations (18); the same again with the same seed,
 * others with another; never and always at the ends. */
static void test_requests_fail_at_random(void **state)
{
	uint64_t a, b, c, n;

	(void)state;
	n = failures("error_ppm=200000,seed=7", 2000, &a);
	assert_in_range(n, 310, 490);
	assert_int_equal(failures("error_ppm=200000,seed=7", 2000, &b), n);
	assert_int_equal(a, b);
	failures("error_ppm=200000,seed=8", 2000, &c);
	assert_int_not_equal(a, c);
	assert_int_equal(failures("error_ppm=0", 100, &a), 0);
	assert_int_equal(failures("error_ppm=1000000", 100, &a), 100);
}

/* partial_every=2: the second request of 4 completes without an error, with its first half done;
 * with partial_ranges=3 all but the last. */
static void test_partial_completion(void **state)
{
	static const struct {
		const char *params;
		unsigned int left;
	} cases[] = {{"partial_every=2", 2}, {"partial_every=2,partial_ranges=3", 1}};

	(void)state;
	for (unsigned int k = 0; k < 6; k++) {
		struct bs_device *d = used_device(kinds[k % 3], cases[k / 3].params, 8);
		const unsigned int left = cases[k / 3].left;
		struct bs_device_stats st;
		bs_ns cost;

		assert_int_equal(report(d, 0, 4, 0, &cost), 0);
		assert_int_equal(report(d, 4, 4, 0, &cost), 0);
		bs_device_stats(d, &st);
		assert_int_equal(resident_blocks(d, 8), left);
		for (unsigned int i = 8 - left; i < 8; i++)
			assert_true(bs_device_is_resident(d, i * 512));
		assert_int_equal(st.skipped_bytes, left * 2 * MIB);
		assert_int_equal(st.failed_requests, 0);
		done(d);
	}
}

/* ---- Nothing is discarded, and nobody says so ------------------------------------------------ */

static void test_discards_inhibited(void **state)
{
	static const char *const why[] = {"inhibit=assigned", "inhibit=poison"};

	(void)state;
	for (unsigned int k = 0; k < 6; k++) {
		struct bs_device *d = used_device(kinds[k % 3], why[k / 3], 4);
		struct bs_device_stats st;
		bs_ns cost;

		assert_int_equal(report(d, 0, 4, 0, &cost), 0);
		bs_device_stats(d, &st);
		assert_int_equal(st.discarded_bytes, 0);
		assert_int_equal(st.skipped_bytes, 8 * MIB);
		assert_int_equal(resident_blocks(d, 4), 4);
		done(d);
	}
}

/* A device is assigned at 10 s and taken away at 15 s. */
static void test_discards_inhibited_for_a_time(void **state)
{
	struct bs_device *d =
		used_device("null", "inhibit=assigned,inhibit_at=10s,inhibit_for=5s", 4);
	bs_ns cost;

	(void)state;
	report(d, 0, 1, 10 * BS_NS_PER_S - 1, &cost);
	report(d, 1, 1, 10 * BS_NS_PER_S, &cost);
	report(d, 2, 1, 15 * BS_NS_PER_S - 1, &cost);
	report(d, 3, 1, 15 * BS_NS_PER_S, &cost);
	assert_int_equal(resident_blocks(d, 4), 2);
	assert_true(bs_device_is_resident(d, 512));
	assert_true(bs_device_is_resident(d, 1024));
	bs_device_destroy(d);
}

/* host_page=4MiB: blocks of 2 MiB are skipped, one of 4 MiB is not; equal is not smaller. */
static void test_host_page_larger_than_the_range(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_device *d = used_device(kinds[k], "host_page=4MiB", 4);
		const struct bs_range r[] = {{0, 9}, {1024, 10}};
		struct bs_device_stats st;
		struct bs_error err;
		bs_ns cost;

		assert_int_equal(bs_device_request(d, r, 2, &cost, &err), 0);
		assert_int_equal(bs_device_complete(d, 0, 0, &err), 0);
		bs_device_stats(d, &st);
		assert_int_equal(st.skipped_bytes, 2 * MIB);
		assert_int_equal(st.discarded_bytes, 4 * MIB);
		assert_true(bs_device_is_resident(d, 0));
		assert_false(bs_device_is_resident(d, 1024));
		done(d);
	}
}

/* ---- madvise() fails ------------------------------------------------------------------------- */

/* madvise_every=3 of the ranges 0 1 2 3 | 4 5 6 7: ranges 2 and 5 stay, the others go, both
 * requests end with an error. Each errno is counted under its own number. */
static void test_madvise_fails_with_each_errno(void **state)
{
	static const struct {
		const char *name;
		int value;
	} errnos[] = {{"EACCES", EACCES}, {"EAGAIN", EAGAIN}, {"EBADF", EBADF},	  {"EBUSY", EBUSY},
		      {"EFAULT", EFAULT}, {"EINTR", EINTR},   {"EINVAL", EINVAL}, {"EIO", EIO},
		      {"ENOMEM", ENOMEM}, {"EPERM", EPERM}};

	(void)state;
	for (unsigned int k = 0; k < 30; k++) {
		struct bs_device_stats st;
		struct bs_device *d;
		char params[64];
		bs_ns cost;

		snprintf(params, sizeof(params), "madvise_every=3,madvise_errno=%s",
			 errnos[k / 3].name);
		d = used_device(kinds[k % 3], params, 8);
		assert_int_equal(report(d, 0, 4, 0, &cost), -EIO);
		assert_int_equal(report(d, 4, 4, 0, &cost), -EIO);
		bs_device_stats(d, &st);
		assert_int_equal(resident_blocks(d, 8), 2);
		assert_true(bs_device_is_resident(d, 2 * 512));
		assert_true(bs_device_is_resident(d, 5 * 512));
		assert_int_equal(st.skipped_bytes, 4 * MIB);
		assert_int_equal(st.errnos[0].error, errnos[k / 3].value);
		assert_int_equal(st.errnos[0].count, 2);
		assert_int_equal(st.errnos[1].error, 0);
		done(d);
	}
}

/* ---- Time ------------------------------------------------------------------------------------ */

static bs_ns cost_at(struct bs_device *d, bs_ns now)
{
	bs_ns cost;

	report(d, 0, 1, now, &cost);
	return cost;
}

/*
 *   completes   0s ...... 10s ####stall#### 15s ....... 30s ####stall#### 35s
 *   stall_at=10s, stall_for=5s, stall_every=20s; the request itself takes 1 s
 */
static void test_stall(void **state)
{
	struct bs_device *d =
		device("null", "latency_mean=1s,stall_at=10s,stall_for=5s,stall_every=20s");
	const bs_ns s = BS_NS_PER_S;

	(void)state;
	assert_int_equal(cost_at(d, 0), s);
	assert_int_equal(cost_at(d, 9 * s - 1), s);
	assert_int_equal(cost_at(d, 9 * s), 6 * s);
	assert_int_equal(cost_at(d, 13 * s), 2 * s);
	assert_int_equal(cost_at(d, 14 * s), s);
	assert_int_equal(cost_at(d, 29 * s), 6 * s);
	bs_device_destroy(d);

	d = device("null", "stall_at=10s,stall_for=5s");
	assert_int_equal(cost_at(d, 12 * s), 3 * s);
	assert_int_equal(cost_at(d, 32 * s), 0); /* once */
	bs_device_destroy(d);
}

/* 4000 draws around a mean of 1 ms: fixed has no spread, uniform stays below twice the mean,
 * exponential has 1/e = 36.8 % beyond the mean and some beyond four times the mean. */
static void test_latency_distributions(void **state)
{
	static const struct {
		const char *params;
		uint64_t least, most, beyond_mean_from, beyond_mean_to;
		bool tail;
	} cases[] = {
		{"latency=fixed,latency_mean=1ms", 1000000, 1000000, 0, 0, false},
		{"latency=uniform,latency_mean=1ms", 0, 2000000, 1850, 2150, false},
		{"latency=exponential,latency_mean=1ms", 0, 60000000, 1320, 1625, true},
	};

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_device *d = device("null", cases[k].params);
		uint64_t sum = 0, beyond = 0, tail = 0;

		for (unsigned int i = 0; i < 4000; i++) {
			const bs_ns t = cost_at(d, 0);

			assert_in_range(t, cases[k].least, cases[k].most);
			sum += t;
			beyond += t > 1000000;
			tail += t > 4000000;
		}
		assert_in_range(sum / 4000, 920000, 1080000);
		assert_in_range(beyond, cases[k].beyond_mean_from, cases[k].beyond_mean_to);
		assert_true(cases[k].tail == (tail > 0));
		bs_device_destroy(d);
	}
}

/* The first three draws of seed 1, computed apart: -ln(u / 2^64) of xoshiro's words, to the ns. */
static void test_exponential_is_the_same_everywhere(void **state)
{
	struct bs_device *d = device("null", "latency=exponential,latency_mean=1s,seed=1");

	(void)state;
	assert_in_range(cost_at(d, 0), 352509582, 352509584);
	assert_in_range(cost_at(d, 0), 653087164, 653087166);
	assert_in_range(cost_at(d, 0), 554941752, 554941754);
	bs_device_destroy(d);
}

/* trust=on: the host does as it is told, and the owner finds zeroes; otherwise the shadow map stops
 * it before anything is lost. */
static void test_trust(void **state)
{
	const struct bs_range r = {0, 9};
	struct bs_device_stats st;
	struct bs_device *d;
	struct bs_error err;
	bs_ns cost;

	(void)state;
	d = device("madvise", "trust=on");
	bs_dev_alloc(d, 0, 9);
	assert_int_equal(bs_device_request(d, &r, 1, &cost, &err), 0);
	assert_int_equal(bs_device_complete(d, 0, 0, &err), 0);
	assert_int_equal(bs_device_free(d, 0, 9, 1, &err), -EUCLEAN);
	bs_device_stats(d, &st);
	assert_int_equal(st.content_loss, 512);
	bs_device_destroy(d);

	d = device("madvise", "trust=off");
	bs_dev_alloc(d, 0, 9);
	assert_int_equal(bs_device_request(d, &r, 1, &cost, &err), -EUCLEAN);
	assert_ok(bs_device_free(d, 0, 9, 1, &err), &err);
	bs_device_destroy(d);
}

/* ---- Parameters ------------------------------------------------------------------------------ */

/* 2 ranges of 2 MiB of base pages: 10 + 2 x 3 + 4 x 5 us; touching 2 MiB of it again: 2 x 7 us. */
static void test_costs_are_parameters(void **state)
{
	(void)state;
	for (unsigned int k = 1; k < 3; k++) {
		struct bs_device *d = used_device(
			kinds[k], "per_request=10us,per_range=3us,per_mib=5us,refault_per_mib=7us",
			2);
		bs_ns cost;

		assert_int_equal(report(d, 0, 2, 0, &cost), 0);
		assert_int_equal(cost, 36 * BS_NS_PER_US);
		assert_int_equal(bs_dev_alloc(d, 0, 9), 14 * BS_NS_PER_US);
		done(d);
	}
}

/* What is not said stays as --costs has it. */
static void test_parameters_go_over_the_preset(void **state)
{
	const struct bs_device_costs own = {.per_request = 100, .per_range = 10};
	struct bs_device *d = bs_dev_create((struct bs_device_config){
		.kind = "model", .costs = &own, .params = "per_range=20ns"});
	const struct bs_range r = {0, 9};
	struct bs_error err;
	bs_ns cost;

	(void)state;
	assert_int_equal(bs_device_request(d, &r, 1, &cost, &err), 0);
	assert_int_equal(cost, 120);
	bs_device_destroy(d);
}

static void test_queue_depth(void **state)
{
	struct bs_device *d = device("model", "queue_depth=2");
	struct bs_error err;
	bs_ns cost;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		const struct bs_range r = {i * 512, 9};

		assert_int_equal(bs_device_request(d, &r, 1, &cost, &err), i < 2 ? (int)i : -EBUSY);
	}
	bs_device_destroy(d);
}

/* The listed defaults are the preset's, or the list would lie. */
static void test_defaults_are_those_of_the_preset(void **state)
{
	struct bs_device_costs c;
	const char *name;
	bs_ns *field;
	unsigned int i;

	(void)state;
	assert_true(bs_cost_preset("default", &c));
	for (i = 0; (field = bs_cost_field(&c, i, &name)); i++) {
		const struct bs_param *p = bs_device_all_params;

		while (p->name && strcmp(p->name, name))
			p++;
		assert_non_null(p->name);
		assert_int_equal(p->def, *field);
	}
	assert_int_equal(i, sizeof(c) / sizeof(bs_ns));
}

static void test_what_was_changed_is_described(void **state)
{
	struct bs_device *d = device("model", "error_every=3,per_request=2us,latency_mean=1ms");

	(void)state;
	assert_non_null(
		strstr(bs_device_words(d), ", latency_mean=1ms,error_every=3,per_request=2us"));
	bs_device_destroy(d);
	d = device("model", NULL);
	assert_string_equal(bs_device_words(d), "model, thp=never, 4 ranges");
	bs_device_destroy(d);
}

/* All that was said is there, however much it is: two devices that differ have two names. */
static void test_any_number_of_words(void **state)
{
	static const char words[] =
		"queue_depth=7,seed=18446744073709551615,latency=exponential,latency_mean=1234us,"
		"stall_at=1000001ns,stall_for=3us,stall_every=1h,busy_every=2h,busy_for=1min,"
		"error_every=1000,error_ppm=17,partial_every=1001,partial_ranges=3,"
		"inhibit=assigned,inhibit_at=7h,inhibit_for=8h,host_page=64KiB,"
		"madvise_errno=EAGAIN,madvise_every=1002,trust=on,poison=before,poison_byte=1,"
		"per_request=1ns,per_range=2ns,per_mib=3ns";
	struct bs_device *d = device("model", words);

	(void)state;
	assert_non_null(strstr(bs_device_words(d), words));
	bs_device_destroy(d);
}

static void test_bad_parameters(void **state)
{
	static const struct {
		const char *kind, *params, *says;
	} cases[] = {
		{"model", "per_reqest=1us", "per_reqest"},
		{"null", "per_request=1us", "per_request"}, /* it costs nothing */
		{"model", "error_ppm=1000001", "error_ppm"},
		{"model", "madvise_errno=EHUGE", "madvise_errno"},
		{"model", "host_page=12KiB", "power of two"},
		{"model", "stall_for=5s,stall_every=5s", "for good"},
		{"model", "queue_depth=0", "queue_depth"},
		{"model", "latency=uniform", "latency has no effect without latency_mean"},
		{"model", "stall_at=1s", "stall_at has no effect without stall_for"},
		{"model", "stall_every=9s", "stall_every has no effect without stall_for"},
		{"null", "busy_every=1s", "busy_every has no effect without busy_for"},
		{"null", "busy_for=1s", "busy_for has no effect without busy_every"},
		{"model", "partial_ranges=2", "partial_ranges has no effect without partial_every"},
		{"model", "inhibit_at=1s", "inhibit_at has no effect without inhibit"},
		{"model", "inhibit_for=1s", "inhibit_for has no effect without inhibit"},
		{"model", "madvise_errno=EIO", "madvise_errno has no effect without madvise_every"},
		{"model", "poison_byte=0", "poison_byte has no effect without poison"},
		{"model", "seed=7,error_every=2", "seed has no effect"},
		{"model", "error_every=2,error_every=3", "error_every is given twice"},
		{"disk", NULL, "disk"},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct bs_device_config c = {
			.kind = cases[i].kind, .nr_pages = 4096, .params = cases[i].params};
		struct bs_device *d;
		struct bs_error err;

		assert_int_equal(bs_device_check_params(cases[i].kind, cases[i].params, &err),
				 -EINVAL);
		assert_int_equal(err.status, BS_USAGE);
		assert_non_null(strstr(err.text, cases[i].says));
		assert_int_equal(bs_device_create(&c, &d, &err), -EINVAL);
		assert_null(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kth_request_fails),
		cmocka_unit_test(test_requests_fail_at_random),
		cmocka_unit_test(test_partial_completion),
		cmocka_unit_test(test_discards_inhibited),
		cmocka_unit_test(test_discards_inhibited_for_a_time),
		cmocka_unit_test(test_host_page_larger_than_the_range),
		cmocka_unit_test(test_madvise_fails_with_each_errno),
		cmocka_unit_test(test_stall),
		cmocka_unit_test(test_latency_distributions),
		cmocka_unit_test(test_exponential_is_the_same_everywhere),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_costs_are_parameters),
		cmocka_unit_test(test_parameters_go_over_the_preset),
		cmocka_unit_test(test_queue_depth),
		cmocka_unit_test(test_defaults_are_those_of_the_preset),
		cmocka_unit_test(test_what_was_changed_is_described),
		cmocka_unit_test(test_any_number_of_words),
		cmocka_unit_test(test_bad_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
