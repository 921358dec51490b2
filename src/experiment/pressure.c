// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pressure.c - blocks at the device are out of the allocator. A guest that allocates
 * down to its watermark while the host is stalled may be refused although nothing is in use: a
 * false OOM.
 *
 *   during   1 GiB is free and being reported; the host stalls on the first request; the guest then
 *            allocates until @margin is left above the min watermark
 *   before   the guest has only @margin free above the watermark when the report begins; the host
 *            stalls on it; the guest asks for all of the margin but 4 MiB. Strategies that look at
 *            a watermark before they take blocks show it here
 *
 * margin = what would be left above the watermark if nothing were isolated. So what is refused is what
 * is isolated beyond the margin (beyond 4 MiB in case before): the figures can be checked by hand.
 */
#include "trial.h"

#include <buddysim/gfp.h>

#include <stdlib.h>

#include "json.h"
#include "reporter.h"

#define GUEST (2048 * BS_MIB)
#define FREE_MIB 1024
#define SETTLE (60 * BS_NS_PER_S)
#define RESERVE 1024 /* pages: what case "before" leaves */
#define STALL (5 * BS_NS_PER_S)

static const char *const cases[] = {"during", "before"};
static const unsigned int margins_mib[] = {0, 16, 32, 48, 64, 96, 128, 192, 256};
#define NR_MARGINS (sizeof(margins_mib) / sizeof(margins_mib[0]))

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false, "who takes part, with its parameters"},
	{"case", "case", BS_COLUMN_TEXT, false,
	 "when the demand comes: before, during or after the host stands still"},
	{"margin_bytes", "margin MiB", BS_COLUMN_BYTES, false,
	 "what would be left above the min watermark with nothing isolated"},
	{"asked_pages", "asked pages", BS_COLUMN_COUNT, false, "pages that the demand asks for"},
	{"alloc_failed", "failed", BS_COLUMN_COUNT, false, "allocations that failed"},
	{"false_oom", "false OOM", BS_COLUMN_COUNT, false,
	 "of these, those that would have succeeded with the isolated memory back"},
	{"false_oom_bytes", "... MiB", BS_COLUMN_BYTES, false, "memory of these allocations"},
	{"isolated_bytes", "isolated MiB", BS_COLUMN_BYTES, false,
	 "memory out of the allocator when the demand began"},
	{"isolated_peak_bytes", "peak MiB", BS_COLUMN_BYTES, false,
	 "most memory that was out of the allocator at a time"},
	{"isolate_refused", "refused", BS_COLUMN_COUNT, false,
	 "blocks that a watermark kept from being taken"},
	{"calls", "calls", BS_COLUMN_COUNT, false, "report requests made"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

/* What the guest wants while the report is out, and what it found. */
struct demand {
	int64_t leave; /* pages above the watermark, were nothing isolated */
	uint64_t asked, isolated_bytes;
	bool met;
};

static int64_t pages_above_min(const struct bs_trial *t)
{
	struct bs_zone_info zi;

	bs_zone_info(t->g->m, 0, &zi);
	return (int64_t)zi.nr_free_pages - (int64_t)(zi.watermark_min + zi.watermark_boost);
}

static void ask(struct bs_trial *t, struct demand *d)
{
	struct bs_report_stats rs;
	int64_t pages;

	bs_report_stats(t->g->rc, &rs);
	d->isolated_bytes = rs.isolated_bytes;
	d->met = true;
	pages = pages_above_min(t) + (int64_t)(rs.isolated_bytes >> t->g->page_shift) - d->leave;
	for (; pages > 0 && !t->world.clock.failed; pages--, d->asked++)
		bs_trial_alloc(t, BS_GFP_HIGHUSER_MOVABLE, 0);
}

/* The first request is out and will be for five seconds. */
static void during(struct bs_trial *t, unsigned int call)
{
	struct demand *d = t->during_arg;

	if (call == 1)
		ask(t, d);
}

/* Take blocks until so many pages are free above the min watermark. */
static void shrink_to(struct bs_trial *t, int64_t pages)
{
	for (unsigned int order = bs_platform_of(t->g->m)->max_order + 1; order-- > 0;)
		while (pages_above_min(t) - (INT64_C(1) << order) >= pages &&
		       bs_trial_alloc(t, BS_GFP_HIGHUSER_MOVABLE, order) != BS_NO_PFN)
			;
	t->g->alloc_failed = t->g->false_oom = 0;
}

static void put_figures(json_t *row, struct bs_trial *t, const struct bs_report_stats *base,
			const struct demand *d)
{
	struct bs_report_stats rs;

	bs_report_stats(t->g->rc, &rs);
	bs_json_put_uint(row, "asked_pages", d->asked);
	bs_json_put_uint(row, "alloc_failed", t->g->alloc_failed);
	bs_json_put_uint(row, "false_oom", t->g->false_oom);
	bs_json_put_uint(row, "false_oom_bytes", t->g->false_oom << t->g->page_shift);
	bs_json_put_uint(row, "isolated_bytes", d->isolated_bytes);
	bs_json_put_uint(row, "isolated_peak_bytes", rs.isolated_peak_bytes);
	bs_json_put_uint(row, "isolate_refused", rs.isolate_refused - base->isolate_refused);
	bs_json_put_uint(row, "calls", rs.calls - base->calls);
}

/* Free the margin in one go, with the host about to stall on it. */
static void squeeze(struct bs_trial *t, struct bs_trial_release *r, struct demand *d)
{
	const struct bs_trial_faults stall = {.stall_call = 1, .stall = STALL};

	t->during = during;
	t->during_arg = d;
	bs_trial_arm(t, &stall);
	r->step = 0;
	bs_trial_load(t, bs_trial_release_one, r);
	bs_trial_run(t, bs_trial_now(t) + SETTLE);
	t->during = NULL;
	/* Nothing was reported: the guest asks all the same, and gets it. */
	if (!d->met)
		ask(t, d);
}

static int run_cell(struct bs_experiment *x, const char *spec, unsigned int before,
		    unsigned int margin_mib, struct bs_error *err)
{
	const uint64_t mib = before ? margin_mib : FREE_MIB;
	const struct bs_trial_setup setup = {
		.bytes = GUEST, .wake_latency = BS_TRIAL_WAKE_LATENCY, .window = 3 * SETTLE};
	struct bs_trial_release r = {0};
	struct bs_report_stats base;
	struct demand d = {.leave = before ? RESERVE : (int64_t)margin_mib << 8};
	struct bs_trial trial, *t = &trial;
	json_t *row;
	int ret = bs_trial_begin(t, x, spec, &setup, err);

	if (ret)
		return ret;
	/* Without per-cpu lists, so that a refusal is the watermark's alone: their pages cannot be
	 * had below it either. */
	bs_zone_set_pcp(t->g->m, 0, 0, 1);
	ret = bs_trial_fill(t, &r, mib * BS_MIB, bs_platform_of(t->g->m)->max_order, err);
	shrink_to(t, 0);
	if (!ret)
		ret = bs_reporter_start(t->g, err);
	if (ret)
		goto out;
	bs_trial_run(t, SETTLE);
	bs_report_stats(t->g->rc, &base);
	squeeze(t, &r, &d);
	row = bs_experiment_row(x, spec);
	bs_json_put_text(row, "case", cases[before]);
	bs_json_put_uint(row, "margin_bytes", margin_mib * BS_MIB);
	put_figures(row, t, &base, &d);
	ret = bs_trial_check(t, err);
out:
	free(r.pfn);
	bs_trial_end(&trial);
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void answer(struct bs_experiment *x)
{
	const json_t *row, *worst = NULL, *most = NULL;
	unsigned int hit = 0;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		if (!most || bs_row_get(row, "isolated_peak_bytes") >
				     bs_row_get(most, "isolated_peak_bytes"))
			most = row;
		if (!bs_row_get(row, "false_oom"))
			continue;
		hit++;
		if (!worst || bs_row_get(row, "false_oom") > bs_row_get(worst, "false_oom"))
			worst = row;
	}
	if (!worst) {
		bs_experiment_answers(
			x, "pressure: no allocation failed for want of memory that was only "
			   "isolated");
		return;
	}
	bs_experiment_answers(
		x,
		"pressure: with the host stalled up to %llu MiB are refused though only "
		"isolated (%s, case %s); false OOM in %u of %zu cells; most isolated: %llu MiB "
		"(%s)",
		(unsigned long long)(bs_row_get(worst, "false_oom_bytes") >> 20),
		bs_row_word(worst, "strategy"), bs_row_word(worst, "case"), hit,
		json_array_size(x->rows),
		(unsigned long long)(bs_row_get(most, "isolated_peak_bytes") >> 20),
		bs_row_word(most, "strategy"));
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	int ret = 0;

	bs_json_put_uint(x->setting, "memory_bytes", GUEST);
	bs_json_put_uint(x->setting, "free_bytes", FREE_MIB * BS_MIB);
	bs_json_put_uint(x->setting, "stall_ns", STALL);
	bs_experiment_setting(
		x,
		"2 GiB guest, host stalls 5 s; margin: what is left above the min watermark with "
		"nothing isolated");
	x->nr_settings = 2 * NR_MARGINS;
	for (unsigned int c = 0; c < 2 && !ret; c++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			for (size_t k = 0; k < NR_MARGINS && !ret; k++)
				ret = run_cell(x, x->specs[i], c, margins_mib[k], err);
	if (!ret)
		answer(x);
	return ret;
}

const struct bs_experiment_kind bs_experiment_pressure = {
	.name = "pressure",
	.question = "who causes a false OOM when memory runs out while the host is stalled",
	.columns = columns,
	.run = run,
};
