// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Laws of time over every registered strategy: causes add up to the time blocked, no CPU is blocked for
 * longer than the window, nobody finishes below the bound, and the same run gives the same figures.
 */
#include "bs_run_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S
#define NR_CPUS 2 /* of bs_run_setup()'s guest */
#define NR_BLOCKS 60

/* Blocks of all sizes on both CPUs come and go twice: the second time what was reported comes back. */
static size_t write_load(struct bs_trace_event *ev)
{
	static const uint8_t orders[] = {0, 10, 3, 9, 9, 10};
	size_t n = 0;

	for (unsigned int round = 0; round < 2; round++) {
		const bs_ns at = round * 8 * SEC;

		for (unsigned int i = 0; i < NR_BLOCKS; i++)
			ev[n++] = (struct bs_trace_event){.time = at + i * MS,
							  .kind = BS_EV_ALLOC,
							  .cpu = i % NR_CPUS,
							  .order = orders[i % 6]};
		for (unsigned int i = 0; i < NR_BLOCKS; i++)
			ev[n++] = (struct bs_trace_event){.time = at + SEC + i * MS,
							  .kind = BS_EV_FREE,
							  .cpu = i / 2 % NR_CPUS,
							  .order = orders[i % 6],
							  .arg = NR_BLOCKS - i};
	}
	return n;
}

static const struct host {
	const char *params;
	bool vm;
} hosts[] = {
	{NULL, false},
	{NULL, true},
	{"zero_per_mib=50us,poison=after,poison_byte=0", false},
	{"latency=exponential,latency_mean=50ms", true},
	{"stall_at=1100ms,stall_for=1000s", false},
	{"error_every=2,per_request=5ms", false},
};

static struct bs_result *run_once(const char *strategy, const struct host *h, bs_ns *window)
{
	struct bs_trace_event ev[4 * NR_BLOCKS];
	struct bs_run run;

	bs_run_setup(&run, strategy, ev, write_load(ev));
	assert_true(bs_cost_preset(h->vm ? "vm" : "default", &run.costs));
	run.cfg.host.device.params = h->params;
	run.cfg.host.device.thp = h->vm ? BS_THP_ALWAYS : BS_THP_NEVER;
	run.cfg.window.tail = 5 * SEC;
	run.cfg.window.check_every = 0;
	*window = ev[4 * NR_BLOCKS - 1].time + run.cfg.window.tail;
	bs_run_go(&run);
	return run.r;
}

static uint64_t figure(const struct bs_result *r, const char *key)
{
	uint64_t v = 0;

	if (bs_result_metric(r, 0, key, &v))
		fail_msg("no figure %s", key);
	return v;
}

static void check_times(const struct bs_result *r, const char *who, bs_ns window)
{
	static const char sub[] = "guest_stall_ns.";
	const uint64_t total = figure(r, "guest_stall_ns.total");
	const struct bs_metric *m;
	uint64_t sum = 0;

	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		if (!strncmp(m->key, sub, strlen(sub)) && strcmp(m->key, "guest_stall_ns.total"))
			sum += figure(r, m->key);
	if (sum != total)
		fail_msg("%s: the causes are %llu ns, the total %llu", who, (unsigned long long)sum,
			 (unsigned long long)total);
	if (total > NR_CPUS * window)
		fail_msg("%s: blocked for %llu ns of a window of %llu", who,
			 (unsigned long long)total, (unsigned long long)window);
	assert_true(figure(r, "alloc_delay_ns.p50") <= figure(r, "alloc_delay_ns.p90"));
	assert_true(figure(r, "alloc_delay_ns.p90") <= figure(r, "alloc_delay_ns.p99"));
	assert_true(figure(r, "alloc_delay_ns.p99") <= figure(r, "alloc_delay_ns.p999"));
	assert_true(figure(r, "alloc_delay_ns.p999") <= figure(r, "alloc_delay_ns.max"));
	assert_true(figure(r, "alloc_delay_ns.max") <= window);
	assert_true(figure(r, "alloc_delay_ns.nonzero") <= figure(r, "allocations"));
	assert_int_equal(figure(r, "finished"), !figure(r, "unfinished_events"));
	assert_true(figure(r, "cost_ns") >= total + figure(r, "host_ns"));
}

static char *text_of(const struct bs_result *r)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_int_equal(bs_result_print(r, BS_FORMAT_JSON, false, f), 0);
	assert_int_equal(fclose(f), 0);
	return text;
}

/* bs_compare() itself holds every row against the bound: a row below it is an error. */
static void test_times_add_up(void **state)
{
	const struct bs_strategy *s;

	(void)state;
	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++) {
		for (size_t h = 0; h < sizeof(hosts) / sizeof(hosts[0]); h++) {
			struct bs_result *one, *two;
			bs_ns window;
			char *a, *b;

			one = run_once(s->name, &hosts[h], &window);
			check_times(one, s->name, window);
			two = run_once(s->name, &hosts[h], &window);
			a = text_of(one);
			b = text_of(two);
			assert_string_equal(a, b);
			free(a);
			free(b);
			bs_result_free(one);
			bs_result_free(two);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
