// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn.c - a guest that takes and gives back 25, 50 or 75 % of its memory over and over. Whoever reports
 * faster than the guest comes back pays for it in refaults; whoever is slower lets the host hold what
 * nobody uses.
 *
 *   used   ____|‾‾‾‾|____|‾‾‾‾|____     half a period each; period 0.1 .. 10 s
 *
 * What refaults and requests of the guest's own take lengthens a phase that they do not fit into: the
 * window then has fewer cycles.
 */
#include "trial.h"

#include <buddysim/gfp.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "reporter.h"

static const unsigned int shares[] = {25, 50, 75};
static const bs_ns periods[] = {100 * BS_NS_PER_MS, 300 * BS_NS_PER_MS, BS_NS_PER_S,
				3 * BS_NS_PER_S, 10 * BS_NS_PER_S};
#define NR_SHARES (sizeof(shares) / sizeof(shares[0]))
#define NR_PERIODS (sizeof(periods) / sizeof(periods[0]))

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false, "who takes part, with its parameters"},
	{"share_percent", "share %", BS_COLUMN_COUNT, false,
	 "share of the guest that is taken and freed over and over"},
	{"period_ns", "period s", BS_COLUMN_NS, false,
	 "of taking and freeing once, half of it each"},
	{"cycles", "cycles", BS_COLUMN_COUNT, false, "of them that came to their end"},
	{"refaults", "refaults", BS_COLUMN_COUNT, false, "faults on memory that was discarded"},
	{"refault_bytes", "refault MiB", BS_COLUMN_BYTES, false, "memory that these brought back"},
	{"refault_per_cycle_bytes", "... a cycle", BS_COLUMN_BYTES, false,
	 "memory that was taken back, by the number of cycles"},
	{"fault_ns", "fault s", BS_COLUMN_NS, false,
	 "time that faults took, first touches included"},
	{"redundant_bytes", "redundant MiB", BS_COLUMN_BYTES, false,
	 "of what was reported, what the host did not have: nothing to drop"},
	{"reported_bytes", "reported MiB", BS_COLUMN_BYTES, false,
	 "memory in ranges that the host has answered for"},
	{"calls", "calls", BS_COLUMN_COUNT, false, "report requests made"},
	{"held_mib_s", "held MiB.s", BS_COLUMN_COUNT, false,
	 "memory held though unused, integral from the first free on"},
	{"held_mean_bytes", "held MiB", BS_COLUMN_BYTES, false,
	 "memory held though unused, in the mean over the window"},
	{"alloc_failed", "failed", BS_COLUMN_COUNT, false, "allocations that failed"},
	{"false_oom", "false OOM", BS_COLUMN_COUNT, false,
	 "of these, those that would have succeeded with the isolated memory back"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

struct churn {
	bs_pfn *pfn;
	size_t n, want, freed;
	bs_ns half, phase; /* half a period, and when this one began; BS_NO_TIME: not yet */
	unsigned int cycles, wanted; /* whole ones, done and to be done */
	bool taking;
};

/* The phase is done: the other one begins half a period after it did, or at once if it took longer. */
static struct bs_pause other_phase(struct churn *c)
{
	const bs_ns next = c->phase + c->half;

	c->phase = BS_NO_TIME;
	c->taking = !c->taking;
	return (struct bs_pause){.not_before = next};
}

/* Huge pages, as a large anonymous mapping gets them, one after the other; half a period in use, half
 * a period free. A refusal (a report may just be out) ends the taking: a cycle then has less. */
static struct bs_pause turn(struct bs_trial *t)
{
	struct churn *c = t->step_arg;

	if (c->phase == BS_NO_TIME)
		c->phase = bs_trial_now(t);
	if (c->taking) {
		c->pfn[c->n] = bs_trial_alloc(t, BS_GFP_TRANSHUGE, 9);
		if (c->pfn[c->n] == BS_NO_PFN || ++c->n == c->want)
			return other_phase(c);
		return (struct bs_pause){0};
	}
	if (c->freed < c->n)
		bs_trial_free(t, c->pfn[c->freed++], 9);
	if (c->freed < c->n)
		return (struct bs_pause){0};
	c->n = c->freed = 0;
	return ++c->cycles < c->wanted ? other_phase(c) : (struct bs_pause){.over = true};
}

static void put_figures(json_t *row, struct bs_trial *t, const struct churn *c, bs_ns window)
{
	const unsigned int cycles = c->cycles ? c->cycles : 1;
	struct bs_report_stats rs;
	struct bs_device_stats ds;

	bs_report_stats(t->g->rc, &rs);
	bs_device_stats(t->g->dev, &ds);
	bs_timeline_end(t->ledger.tl, bs_trial_now(t));
	bs_json_put_uint(row, "cycles", c->cycles);
	bs_json_put_uint(row, "refaults", ds.refaults);
	bs_json_put_uint(row, "refault_bytes", ds.refault_bytes);
	bs_json_put_uint(row, "refault_per_cycle_bytes", ds.refault_bytes / cycles);
	bs_json_put_uint(row, "fault_ns", t->g->fault_ns);
	bs_json_put_uint(row, "redundant_bytes", ds.redundant_bytes);
	bs_json_put_uint(row, "reported_bytes", rs.reported_bytes);
	bs_json_put_uint(row, "calls", rs.calls);
	bs_json_put_uint(row, "held_mib_s", bs_timeline_held_mib_s(t->ledger.tl));
	bs_json_put_uint(row, "held_mean_bytes",
			 (uint64_t)((unsigned __int128)bs_timeline_held_mib_s(t->ledger.tl) *
				    BS_MIB * BS_NS_PER_S / window));
	bs_json_put_uint(row, "alloc_failed", t->g->alloc_failed);
	bs_json_put_uint(row, "false_oom", t->g->false_oom);
}

static int run_cell(struct bs_experiment *x, const char *spec, unsigned int share, bs_ns period,
		    struct bs_error *err)
{
	const uint64_t bytes = (x->ci ? 512 : 4096) * BS_MIB;
	const unsigned int at_least = x->ci ? 4 : 20;
	const bs_ns shortest = (x->ci ? 4 : 20) * BS_NS_PER_S;
	const unsigned int cycles =
		period * at_least > shortest ? at_least : (unsigned int)(shortest / period);
	const struct bs_trial_setup setup = {
		.bytes = bytes, .wake_latency = BS_TRIAL_WAKE_LATENCY, .window = period * cycles};
	struct churn c = {.want = bytes * share / 100 >> 21,
			  .half = period / 2,
			  .phase = BS_NO_TIME,
			  .wanted = cycles,
			  .taking = true};
	struct bs_trial trial, *t = &trial;
	json_t *row;
	int ret = bs_trial_begin(t, x, spec, &setup, err);

	if (ret)
		return ret;
	c.pfn = malloc(c.want * sizeof(*c.pfn));
	ret = c.pfn ? bs_reporter_start(t->g, err)
		    : bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "experiment");
	if (!ret) {
		bs_trial_load(t, turn, &c);
		bs_trial_run(t, period * cycles);
		row = bs_experiment_row(x, spec);
		bs_json_put_uint(row, "share_percent", share);
		bs_json_put_uint(row, "period_ns", period);
		put_figures(row, t, &c, period * cycles);
		ret = bs_trial_check(t, err);
	}
	free(c.pfn);
	bs_trial_end(&trial);
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static uint64_t sum_of(const struct bs_experiment *x, const char *spec, const char *key)
{
	const json_t *row;
	uint64_t sum = 0;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		if (!strcmp(bs_row_word(row, "strategy"), spec))
			sum += bs_row_get(row, key);
	}
	return sum;
}

static void answer(struct bs_experiment *x)
{
	const char *most = x->specs[0], *least = NULL;

	for (unsigned int i = 0; i < x->nr_specs; i++) {
		if (sum_of(x, x->specs[i], "refault_bytes") > sum_of(x, most, "refault_bytes"))
			most = x->specs[i];
		if (!least || sum_of(x, x->specs[i], "held_mib_s") < sum_of(x, least, "held_mib_s"))
			least = x->specs[i];
	}
	bs_experiment_answers(
		x,
		"churn: over all shares and periods %s holds least (%llu MiB.s beyond what is "
		"used, %llu MiB refaulted), %s refaults most (%llu MiB, %llu ms)",
		least, (unsigned long long)sum_of(x, least, "held_mib_s"),
		(unsigned long long)(sum_of(x, least, "refault_bytes") >> 20), most,
		(unsigned long long)(sum_of(x, most, "refault_bytes") >> 20),
		(unsigned long long)(sum_of(x, most, "fault_ns") / BS_NS_PER_MS));
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const uint64_t bytes = (x->ci ? 512 : 4096) * BS_MIB;
	int ret = 0;

	bs_json_put_uint(x->setting, "memory_bytes", bytes);
	bs_experiment_setting(
		x, "%llu MiB guest takes and frees a share in huge pages, half a period each",
		(unsigned long long)(bytes >> 20));
	x->nr_settings = NR_SHARES * NR_PERIODS;
	for (size_t s = 0; s < NR_SHARES && !ret; s++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			for (size_t p = 0; p < NR_PERIODS && !ret; p++)
				ret = run_cell(x, x->specs[i], shares[s], periods[p], err);
	if (!ret)
		answer(x);
	return ret;
}

static const char *const extra[] = {"rotation:rev=5.7", NULL};

const struct bs_experiment_kind bs_experiment_churn = {
	.name = "churn",
	.question = "what taking and freeing memory over and over costs in refaults, and what it "
		    "leaves held",
	.columns = columns,
	.extra = extra,
	.run = run,
};
