// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * experiment_pressure.c - E6: blocks at the device are out of the allocator. A guest that allocates
 * down to its watermark while the host is stalled may be refused although nothing is in use: a
 * false OOM (spec reporting.md 13.1, invariants 32 and 33).
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
#include "experiment_int.h"

#include <stdlib.h>

#define GUEST (2048 * BS_LAB_MIB)
#define FREE_MIB 1024
#define SETTLE (60 * BS_NS_PER_S)
#define RESERVE 1024 /* pages: what case "before" leaves */
#define STALL (5 * BS_NS_PER_S)

static const char *const cases[] = {"during", "before"};
static const unsigned int margins_mib[] = {0, 16, 32, 48, 64, 96, 128, 192, 256};
#define NR_MARGINS (sizeof(margins_mib) / sizeof(margins_mib[0]))

static const struct bs_lab_column columns[] = {
	{"strategy", "strategy", BS_LAB_TEXT, false},
	{"case", "case", BS_LAB_TEXT, false},
	{"margin_bytes", "margin MiB", BS_LAB_BYTES, false},
	{"asked_pages", "asked pages", BS_LAB_COUNT, false},
	{"alloc_failed", "failed", BS_LAB_COUNT, false},
	{"false_oom", "false OOM", BS_LAB_COUNT, false},
	{"false_oom_bytes", "... MiB", BS_LAB_BYTES, false},
	{"isolated_bytes", "isolated MiB", BS_LAB_BYTES, false},
	{"isolated_peak_bytes", "peak MiB", BS_LAB_BYTES, false},
	{"isolate_refused", "refused", BS_LAB_COUNT, false},
	{"calls", "calls", BS_LAB_COUNT, false},
	{NULL, NULL, BS_LAB_TEXT, false},
};

/* What the guest wants while the report is out, and what it found. */
struct demand {
	int64_t leave; /* pages above the watermark, were nothing isolated */
	uint64_t asked, isolated_bytes;
	bool met;
};

static int64_t pages_above_min(const struct bs_lab *lab)
{
	struct bs_zone_info zi;

	bs_zone_info(lab->m, 0, &zi);
	return (int64_t)zi.nr_free_pages - (int64_t)(zi.watermark_min + zi.watermark_boost);
}

static void ask(struct bs_lab *lab, struct demand *d)
{
	struct bs_report_stats rs;
	int64_t pages;

	bs_report_stats(lab->rc, &rs);
	d->isolated_bytes = rs.isolated_bytes;
	d->met = true;
	pages = pages_above_min(lab) + (int64_t)(rs.isolated_bytes >> BS_PAGE_SHIFT) - d->leave;
	for (; pages > 0 && !lab->failed; pages--, d->asked++)
		bs_lab_alloc(lab, BS_GFP_HIGHUSER_MOVABLE, 0);
}

/* The first request is out and will be for five seconds. */
static void during(struct bs_lab *lab, unsigned int call)
{
	struct demand *d = lab->during_arg;

	if (call == 1)
		ask(lab, d);
}

/* Take blocks until so many pages are free above the min watermark. */
static void shrink_to(struct bs_lab *lab, int64_t pages)
{
	for (unsigned int order = BS_MAX_ORDER + 1; order-- > 0;)
		while (pages_above_min(lab) - (INT64_C(1) << order) >= pages &&
		       bs_lab_alloc(lab, BS_GFP_HIGHUSER_MOVABLE, order) != BS_NO_PFN)
			;
	lab->alloc_failed = lab->false_oom = 0;
}

static void put_figures(json_t *row, struct bs_lab *lab, const struct bs_report_stats *base,
			const struct demand *d)
{
	struct bs_report_stats rs;

	bs_report_stats(lab->rc, &rs);
	bs_lab_put(row, "asked_pages", d->asked);
	bs_lab_put(row, "alloc_failed", lab->alloc_failed);
	bs_lab_put(row, "false_oom", lab->false_oom);
	bs_lab_put(row, "false_oom_bytes", lab->false_oom << BS_PAGE_SHIFT);
	bs_lab_put(row, "isolated_bytes", d->isolated_bytes);
	bs_lab_put(row, "isolated_peak_bytes", rs.isolated_peak_bytes);
	bs_lab_put(row, "isolate_refused", rs.isolate_refused - base->isolate_refused);
	bs_lab_put(row, "calls", rs.calls - base->calls);
}

/* Free the margin in one go, with the host about to stall on it. */
static void squeeze(struct bs_lab *lab, struct bs_lab_release *r, struct demand *d)
{
	const struct bs_lab_faults stall = {.stall_call = 1, .stall = STALL};

	lab->during = during;
	lab->during_arg = d;
	bs_lab_arm(lab, &stall);
	while (r->next < r->n)
		bs_lab_free(lab, r->pfn[r->next++], r->order);
	bs_lab_run(lab, lab->now + SETTLE);
	lab->during = NULL;
	/* Nothing was reported: the guest asks all the same, and gets it. */
	if (!d->met)
		ask(lab, d);
}

static int run_cell(struct bs_experiment *x, const char *spec, unsigned int before,
		    unsigned int margin_mib, struct bs_error *err)
{
	const uint64_t mib = before ? margin_mib : FREE_MIB;
	const struct bs_lab_config lc = {.kernel = x->cfg.kernel,
					 .strategy = spec,
					 .bytes = GUEST,
					 .seed = x->cfg.seed,
					 .window = 3 * SETTLE};
	struct bs_lab_release r = {0};
	struct bs_report_stats base;
	struct demand d = {.leave = before ? RESERVE : (int64_t)margin_mib << 8};
	struct bs_lab *lab;
	json_t *row;
	int ret = bs_lab_create(&lc, &lab, err);

	if (ret)
		return ret;
	/* Without per-cpu lists, so that a refusal is the watermark's alone: their pages cannot be
	 * had below it either. */
	bs_zone_set_pcp(lab->m, 0, 0, 1);
	ret = bs_lab_fill(lab, &r, mib * BS_LAB_MIB, BS_MAX_ORDER, err);
	shrink_to(lab, 0);
	if (!ret)
		ret = bs_lab_start(lab, err);
	if (ret)
		goto out;
	bs_lab_run(lab, SETTLE);
	bs_report_stats(lab->rc, &base);
	squeeze(lab, &r, &d);
	row = bs_lab_row(x, spec);
	bs_lab_put_text(row, "case", cases[before]);
	bs_lab_put(row, "margin_bytes", margin_mib * BS_LAB_MIB);
	put_figures(row, lab, &base, &d);
	ret = bs_lab_check(lab, err);
out:
	free(r.pfn);
	bs_lab_destroy(lab);
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
		if (!most || bs_lab_get(row, "isolated_peak_bytes") >
				     bs_lab_get(most, "isolated_peak_bytes"))
			most = row;
		if (!bs_lab_get(row, "false_oom"))
			continue;
		hit++;
		if (!worst || bs_lab_get(row, "false_oom") > bs_lab_get(worst, "false_oom"))
			worst = row;
	}
	if (!worst) {
		bs_lab_answer(x, "pressure: no allocation failed for want of memory that was only "
				 "isolated");
		return;
	}
	bs_lab_answer(
		x,
		"pressure: with the host stalled up to %llu MiB are refused though only "
		"isolated (%s, case %s); false OOM in %u of %zu cells; most isolated: %llu MiB "
		"(%s)",
		(unsigned long long)(bs_lab_get(worst, "false_oom_bytes") >> 20),
		json_string_value(json_object_get(worst, "strategy")),
		json_string_value(json_object_get(worst, "case")), hit, json_array_size(x->rows),
		(unsigned long long)(bs_lab_get(most, "isolated_peak_bytes") >> 20),
		json_string_value(json_object_get(most, "strategy")));
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	int ret = 0;

	bs_lab_put(x->setting, "memory_bytes", GUEST);
	bs_lab_put(x->setting, "free_bytes", FREE_MIB * BS_LAB_MIB);
	bs_lab_put(x->setting, "stall_ns", STALL);
	snprintf(x->text, sizeof(x->text),
		 "2 GiB guest, host stalls 5 s; margin: what is left above the min watermark with "
		 "nothing isolated");
	for (unsigned int c = 0; c < 2 && !ret; c++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			for (size_t k = 0; k < NR_MARGINS && !ret; k++)
				ret = run_cell(x, x->specs[i], c, margins_mib[k], err);
	if (!ret)
		answer(x);
	return ret;
}

const struct bs_lab_kind bs_lab_kind_pressure = {
	.name = "pressure",
	.question = "who causes a false OOM when memory runs out while the host is stalled",
	.device = "model",
	.columns = columns,
	.run = run,
};
