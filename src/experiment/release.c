// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * release.c - one process exits and frees 6 GiB, then nothing happens for 60 s. How
 * much effort does each strategy spend, how long does it take, and what does it never report?
 *
 *   order-9       |2M|2M|2M|...      ascending addresses, huge pages
 *   high-to-low   ...|2M|2M|2M|      the same from the other end: frees behind bitmap's scan
 *   order-0       . .  .   . ..      base pages in random order: blocks appear late, by merging
 */
#include "trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "reporter.h"
#include "rng.h"

#define SETTLE (60 * BS_NS_PER_S) /* before the release: what was free at boot gets reported */
#define IDLE (60 * BS_NS_PER_S)
#define POINTS 150 /* of a curve, about */

static const char *const patterns[] = {"order-9", "high-to-low", "order-0 random"};
#define NR_PATTERNS 3

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false, "who takes part, with its parameters"},
	{"pattern", "pattern", BS_COLUMN_TEXT, false,
	 "how the memory is freed: order-9: huge pages, upwards; high-to-low: the same downwards; order-0 random: base pages in any order"},
	{"calls", "calls", BS_COLUMN_COUNT, false, "report requests made"},
	{"ranges", "ranges", BS_COLUMN_COUNT, false, "ranges in these requests"},
	{"passes", "passes", BS_COLUMN_COUNT, false, "runs of the strategy's worker"},
	{"release_ns", "release s", BS_COLUMN_NS, false, "from the first free to the last"},
	{"settle_ns", "settle s", BS_COLUMN_NS, false,
	 "from the last free to the last discard; - where nothing was reported"},
	{"reported_bytes", "reported MiB", BS_COLUMN_BYTES, false,
	 "memory in ranges that the host has answered for"},
	{"redundant_bytes", "redundant MiB", BS_COLUMN_BYTES, false,
	 "of what was reported, what the host did not have: nothing to drop"},
	{"left_raw_bytes", "left raw MiB", BS_COLUMN_BYTES, false,
	 "free in blocks of at least the reporting order, and never reported"},
	{"missed_bytes", "missed MiB", BS_COLUMN_BYTES, false,
	 "of what is left raw, what is more than the strategy may leave by its own thresholds; - for what never reports"},
	{"isolated_peak_bytes", "isolated MiB", BS_COLUMN_BYTES, false,
	 "most memory that was out of the allocator at a time"},
	{"held_mib_s", "held MiB.s", BS_COLUMN_COUNT, false,
	 "memory held though unused, integral from the first free on"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

/* ---- The curve ------------------------------------------------------------------------------- */

struct curve {
	struct bs_meter meter;
	const struct bs_trial *t;
	bs_ns begin;
	uint64_t step, last;
	json_t *x, *y;
};

static void add_point(struct curve *c, bs_ns now, uint64_t excess)
{
	json_array_append_new(c->x, json_integer((json_int_t)(now - c->begin)));
	json_array_append_new(c->y, json_integer((json_int_t)excess));
	c->last = excess;
}

/* Levels that held until now; only steps that a picture can show. */
static void moved(void *arg, bs_ns until)
{
	struct curve *c = arg;
	const struct bs_trial *t = c->t;
	const uint64_t excess = bs_ledger_excess(t->g);
	const uint64_t gap = excess > c->last ? excess - c->last : c->last - excess;

	(void)until;
	if (gap >= c->step || (!excess && c->last))
		add_point(c, bs_trial_now(t), excess);
}

static void begin_curve(struct bs_experiment *x, struct bs_trial *t, struct curve *c,
			const char *pattern, uint64_t bytes)
{
	json_t *series = json_object();

	*c = (struct curve){.meter = {.until = moved, .arg = c},
			    .t = t,
			    .begin = bs_trial_now(t),
			    .step = bytes / POINTS,
			    .x = json_array(),
			    .y = json_array()};
	bs_json_put_text(series, "strategy", t->spec.label);
	bs_json_put_text(series, "group", pattern);
	json_object_set_new(series, "x", c->x);
	json_object_set_new(series, "y", c->y);
	json_array_append_new(x->series, series);
	add_point(c, bs_trial_now(t), bs_ledger_excess(t->g));
	bs_clock_add_meter(&t->world.clock, &c->meter);
}

/* ---- One cell -------------------------------------------------------------------------------- */

static void arrange(struct bs_trial_release *r, unsigned int pattern, uint64_t seed)
{
	struct bs_rng rng;

	bs_rng_seed(&rng, seed);
	for (size_t i = r->n; pattern == 2 && i > 1; i--) {
		const size_t k = bs_rng_below(&rng, i);
		const bs_pfn p = r->pfn[i - 1];

		r->pfn[i - 1] = r->pfn[k];
		r->pfn[k] = p;
	}
}

static int ascending(const void *a, const void *b)
{
	const bs_pfn x = *(const bs_pfn *)a, y = *(const bs_pfn *)b;

	return (x > y) - (x < y);
}

static int descending(const void *a, const void *b)
{
	return ascending(b, a);
}

/* @raw_before: some strategies never report what was free before they were switched on; that is not
 * what this is about. */
static void put_figures(json_t *row, struct bs_trial *t, const struct bs_report_stats *base,
			uint64_t redundant, uint64_t raw_before, bs_ns begin, bs_ns end)
{
	const uint64_t raw = bs_report_raw_bytes(t->g->rc),
		       left = raw > raw_before ? raw - raw_before : 0;
	struct bs_report_stats rs;
	struct bs_device_stats ds;

	bs_report_stats(t->g->rc, &rs);
	bs_device_stats(t->g->dev, &ds);
	bs_json_put_uint(row, "calls", rs.calls - base->calls);
	bs_json_put_uint(row, "ranges", rs.ranges - base->ranges);
	bs_json_put_uint(row, "passes", rs.passes - base->passes);
	bs_json_put_uint(row, "release_ns", end - begin);
	bs_json_put_time(row, "settle_ns",
			 rs.calls == base->calls ? BS_NO_TIME
			 : t->last_discard > end ? t->last_discard - end
						 : 0);
	bs_json_put_uint(row, "reported_bytes", rs.reported_bytes - base->reported_bytes);
	bs_json_put_uint(row, "redundant_bytes", ds.redundant_bytes - redundant);
	bs_json_put_uint(row, "left_raw_bytes", left);
	bs_json_put_time(row, "missed_bytes", bs_trial_missed(t, left));
	bs_json_put_uint(row, "isolated_peak_bytes", rs.isolated_peak_bytes);
	bs_json_put_uint(row, "nodes_walked", rs.nodes_walked - base->nodes_walked);
	bs_json_put_uint(row, "longest_walk_nodes", t->longest_walk);
	bs_timeline_end(t->ledger.tl, bs_trial_now(t));
	bs_json_put_uint(row, "held_mib_s", bs_timeline_held_mib_s(t->ledger.tl));
}

/* Let the release and 60 s behind it happen; returns when the last block was freed. */
static bs_ns run_release(struct bs_trial *t, struct bs_trial_release *r)
{
	bs_ns end;

	bs_trial_load(t, bs_trial_release_one, r);
	bs_trial_run_load(t);
	end = t->load_end;
	bs_trial_run(t, end + IDLE);
	return end;
}

static int run_cell(struct bs_experiment *x, const char *spec, unsigned int pattern, uint64_t bytes,
		    struct bs_error *err)
{
	const struct bs_trial_setup setup = {.bytes = bytes + 256 * BS_MIB,
					     .wake_latency = BS_TRIAL_WAKE_LATENCY,
					     .window = IDLE};
	struct bs_trial_release r = {0};
	struct bs_report_stats base;
	struct bs_device_stats ds;
	struct curve curve;
	struct bs_trial trial, *t = &trial;
	uint64_t raw_before;
	bs_ns begin, end;
	json_t *row;
	int ret = bs_trial_begin(t, x, spec, &setup, err);

	if (ret)
		return ret;
	ret = bs_trial_fill(t, &r, bytes, pattern == 2 ? 0 : 9, err);
	if (!ret)
		ret = bs_reporter_start(t->g, err);
	if (ret)
		goto out;
	qsort(r.pfn, r.n, sizeof(*r.pfn), pattern == 1 ? descending : ascending);
	arrange(&r, pattern, x->cfg.seed);
	bs_trial_run(t, SETTLE);
	begin = bs_trial_now(t);
	raw_before = bs_report_raw_bytes(t->g->rc);
	bs_report_stats(t->g->rc, &base);
	bs_device_stats(t->g->dev, &ds);
	begin_curve(x, t, &curve, patterns[pattern], bytes);
	end = run_release(t, &r);
	add_point(&curve, bs_trial_now(t), bs_ledger_excess(t->g));
	row = bs_experiment_row(x, spec);
	bs_json_put_text(row, "pattern", patterns[pattern]);
	put_figures(row, t, &base, ds.redundant_bytes, raw_before, begin, end);
	ret = bs_trial_check(t, err);
out:
	free(r.pfn);
	bs_trial_end(&trial);
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* The pattern in which a strategy misses most, or NULL. */
static const json_t *worst_of(const struct bs_experiment *x, const char *spec)
{
	const json_t *row, *worst = NULL;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		if (!strcmp(bs_row_word(row, "strategy"), spec) &&
		    bs_row_get(row, "missed_bytes") >
			    (worst ? bs_row_get(worst, "missed_bytes") : 0))
			worst = row;
	}
	return worst;
}

/* Who misses what, by name: a guest that is idle and still holds it is what nobody expects. */
static void answer(struct bs_experiment *x, uint64_t bytes)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return;
	for (unsigned int i = 0; i < x->nr_specs; i++) {
		const json_t *row = worst_of(x, x->specs[i]);

		if (row)
			fprintf(f, "%s%s %llu MiB (%s)", ftell(f) ? ", " : "", x->specs[i],
				(unsigned long long)bs_row_get(row, "missed_bytes") >> 20,
				bs_row_word(row, "pattern"));
	}
	fclose(f);
	bs_experiment_answers(
		x, "release: of %llu MiB freed, never reported and by no threshold explained: %s",
		(unsigned long long)(bytes >> 20),
		text && *text ? text : "nothing, by any strategy");
	free(text);
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const uint64_t bytes = (x->ci ? 384 : 6144) * BS_MIB;
	json_t *free_ns = json_object();
	int ret = 0;

	bs_json_put_uint(x->setting, "release_bytes", bytes);
	bs_json_put_uint(x->setting, "memory_bytes", bytes + 256 * BS_MIB);
	bs_json_put_uint(x->setting, "idle_ns", IDLE);
	bs_json_put_uint(free_ns, "0", bs_trial_free_ns(0));
	bs_json_put_uint(free_ns, "9", bs_trial_free_ns(9));
	json_object_set_new(x->setting, "free_ns", free_ns);
	bs_experiment_setting(
		x, "%llu MiB freed, %llu ns per base page or %llu per huge page, then 60 s idle",
		(unsigned long long)(bytes >> 20), (unsigned long long)bs_trial_free_ns(0),
		(unsigned long long)bs_trial_free_ns(9));
	x->nr_settings = NR_PATTERNS;
	for (unsigned int p = 0; p < NR_PATTERNS && !ret; p++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			ret = run_cell(x, x->specs[i], p, bytes, err);
	if (!ret)
		answer(x, bytes);
	return ret;
}

static const char *const extra[] = {"bitmap:fixes=cursor", "rotation:rev=5.7", NULL};

const struct bs_experiment_kind bs_experiment_release = {
	.name = "release",
	.question = "what a strategy does about 6 GiB freed at once, and what it never reports",
	.columns = columns,
	.extra = extra,
	.run = run,
};
