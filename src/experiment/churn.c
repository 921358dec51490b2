// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * experiment_churn.c - E7: a guest that takes and gives back 25, 50 or 75 % of its memory over and
 * over. Whoever reports faster than the guest comes back pays for it in refaults; whoever is slower
 * lets the host hold what nobody uses.
 *
 *   used   ____|‾‾‾‾|____|‾‾‾‾|____     half a period each; period 0.1 .. 10 s
 */
#include "experiment_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const unsigned int shares[] = {25, 50, 75};
static const bs_ns periods[] = {100 * BS_NS_PER_MS, 300 * BS_NS_PER_MS, BS_NS_PER_S,
				3 * BS_NS_PER_S, 10 * BS_NS_PER_S};
#define NR_SHARES (sizeof(shares) / sizeof(shares[0]))
#define NR_PERIODS (sizeof(periods) / sizeof(periods[0]))

static const struct bs_lab_column columns[] = {
	{"strategy", "strategy", BS_LAB_TEXT, false},
	{"share_percent", "share %", BS_LAB_COUNT, false},
	{"period_ns", "period s", BS_LAB_NS, false},
	{"cycles", "cycles", BS_LAB_COUNT, false},
	{"refaults", "refaults", BS_LAB_COUNT, false},
	{"refault_bytes", "refault MiB", BS_LAB_BYTES, false},
	{"refault_per_cycle_bytes", "... a cycle", BS_LAB_BYTES, false},
	{"fault_ns", "fault s", BS_LAB_NS, false},
	{"redundant_bytes", "redundant MiB", BS_LAB_BYTES, false},
	{"reported_bytes", "reported MiB", BS_LAB_BYTES, false},
	{"calls", "calls", BS_LAB_COUNT, false},
	{"held_mib_s", "held MiB.s", BS_LAB_COUNT, false},
	{"held_mean_bytes", "held MiB", BS_LAB_BYTES, false},
	{"alloc_failed", "failed", BS_LAB_COUNT, false},
	{"false_oom", "false OOM", BS_LAB_COUNT, false},
	{NULL, NULL, BS_LAB_TEXT, false},
};

struct churn {
	bs_pfn *pfn;
	size_t n, want;
	bs_ns half;
	unsigned int cycles;
	bool taken;
};

/* Huge pages, as a large anonymous mapping gets them; half a period in use, half a period free. A
 * refusal (a report may just be out) ends the taking: a cycle then has less. */
static bs_ns turn(struct bs_lab *lab)
{
	struct churn *c = lab->load_arg;

	if (!c->taken) {
		for (c->n = 0; c->n < c->want; c->n++) {
			c->pfn[c->n] = bs_lab_alloc(lab, BS_GFP_TRANSHUGE, 9);
			if (c->pfn[c->n] == BS_NO_PFN)
				break;
		}
		c->taken = true;
		return c->half;
	}
	for (size_t i = 0; i < c->n; i++)
		bs_lab_free(lab, c->pfn[i], 9);
	c->taken = false;
	return --c->cycles ? c->half : BS_NO_TIME;
}

static void put_figures(json_t *row, struct bs_lab *lab, unsigned int cycles, bs_ns period)
{
	struct bs_report_stats rs;
	struct bs_device_stats ds;

	bs_report_stats(lab->rc, &rs);
	bs_device_stats(lab->dev, &ds);
	bs_timeline_end(lab->tl, lab->now);
	bs_lab_put(row, "cycles", cycles);
	bs_lab_put(row, "refaults", ds.refaults);
	bs_lab_put(row, "refault_bytes", ds.refault_bytes);
	bs_lab_put(row, "refault_per_cycle_bytes", ds.refault_bytes / cycles);
	bs_lab_put(row, "fault_ns", lab->fault_ns);
	bs_lab_put(row, "redundant_bytes", ds.redundant_bytes);
	bs_lab_put(row, "reported_bytes", rs.reported_bytes);
	bs_lab_put(row, "calls", rs.calls);
	bs_lab_put(row, "held_mib_s", bs_timeline_held_mib_s(lab->tl));
	bs_lab_put(row, "held_mean_bytes",
		   (uint64_t)((unsigned __int128)bs_timeline_held_mib_s(lab->tl) * BS_LAB_MIB *
			      BS_NS_PER_S / ((unsigned __int128)period * cycles)));
	bs_lab_put(row, "alloc_failed", lab->alloc_failed);
	bs_lab_put(row, "false_oom", lab->false_oom);
}

static int run_cell(struct bs_experiment *x, const char *spec, unsigned int share, bs_ns period,
		    struct bs_error *err)
{
	const uint64_t bytes = (x->ci ? 512 : 4096) * BS_LAB_MIB;
	const unsigned int at_least = x->ci ? 4 : 20;
	const bs_ns shortest = (x->ci ? 4 : 20) * BS_NS_PER_S;
	const unsigned int cycles =
		period * at_least > shortest ? at_least : (unsigned int)(shortest / period);
	const struct bs_lab_config lc = {.kernel = x->cfg.kernel,
					 .strategy = spec,
					 .bytes = bytes,
					 .seed = x->cfg.seed,
					 .window = period * cycles};
	struct churn c = {.want = bytes * share / 100 >> 21, .half = period / 2, .cycles = cycles};
	struct bs_lab *lab;
	json_t *row;
	int ret = bs_lab_create(&lc, &lab, err);

	if (ret)
		return ret;
	c.pfn = malloc(c.want * sizeof(*c.pfn));
	ret = c.pfn ? bs_lab_start(lab, err)
		    : bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "experiment");
	if (!ret) {
		bs_lab_begin_load(lab, turn, &c);
		bs_lab_run(lab, period * cycles);
		row = bs_lab_row(x, spec);
		bs_lab_put(row, "share_percent", share);
		bs_lab_put(row, "period_ns", period);
		put_figures(row, lab, cycles, period);
		ret = bs_lab_check(lab, err);
	}
	free(c.pfn);
	bs_lab_destroy(lab);
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
		if (!strcmp(json_string_value(json_object_get(row, "strategy")), spec))
			sum += bs_lab_get(row, key);
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
	bs_lab_answer(
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
	const uint64_t bytes = (x->ci ? 512 : 4096) * BS_LAB_MIB;
	int ret = 0;

	bs_lab_put(x->setting, "memory_bytes", bytes);
	snprintf(x->text, sizeof(x->text),
		 "%llu MiB guest takes and frees a share in huge pages, half a period each",
		 (unsigned long long)(bytes >> 20));
	for (size_t s = 0; s < NR_SHARES && !ret; s++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			for (size_t p = 0; p < NR_PERIODS && !ret; p++)
				ret = run_cell(x, x->specs[i], shares[s], periods[p], err);
	if (!ret)
		answer(x);
	return ret;
}

static const char *const extra[] = {"rotation:rev=5.7", NULL};

const struct bs_lab_kind bs_lab_kind_churn = {
	.name = "churn",
	.question = "what taking and freeing memory over and over costs in refaults, and what it "
		    "leaves held",
	.device = "model",
	.columns = columns,
	.extra = extra,
	.run = run,
};
