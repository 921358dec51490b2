// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * experiment_release.c - E4: one process exits and frees 6 GiB, then nothing happens for 60 s. How
 * much effort does each strategy spend, how long does it take, and what does it never report?
 *
 *   order-9       |2M|2M|2M|...      ascending addresses, huge pages
 *   high-to-low   ...|2M|2M|2M|      the same from the other end: frees behind bitmap's scan (D5)
 *   order-0       . .  .   . ..      base pages in random order: blocks appear late, by merging
 */
#include "experiment_int.h"

#include <stdlib.h>
#include <string.h>

#include "rng.h"

#define SETTLE (60 * BS_NS_PER_S) /* before the release: what was free at boot gets reported */
#define IDLE (60 * BS_NS_PER_S)
#define POINTS 150 /* of a curve, about */

static const char *const patterns[] = {"order-9", "high-to-low", "order-0 random"};
#define NR_PATTERNS 3

static const struct bs_lab_column columns[] = {
	{"strategy", "strategy", BS_LAB_TEXT, false},
	{"pattern", "pattern", BS_LAB_TEXT, false},
	{"calls", "calls", BS_LAB_COUNT, false},
	{"ranges", "ranges", BS_LAB_COUNT, false},
	{"passes", "passes", BS_LAB_COUNT, false},
	{"release_ns", "release s", BS_LAB_NS, false},
	{"settle_ns", "settle s", BS_LAB_NS, false},
	{"reported_bytes", "reported MiB", BS_LAB_BYTES, false},
	{"redundant_bytes", "redundant MiB", BS_LAB_BYTES, false},
	{"left_raw_bytes", "left raw MiB", BS_LAB_BYTES, false},
	{"missed_bytes", "missed MiB", BS_LAB_BYTES, false},
	{"isolated_peak_bytes", "isolated MiB", BS_LAB_BYTES, false},
	{"held_mib_s", "held MiB.s", BS_LAB_COUNT, false},
	{NULL, NULL, BS_LAB_TEXT, false},
};

/* ---- The curve ------------------------------------------------------------------------------- */

struct curve {
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
static void moved(struct bs_lab *lab)
{
	struct curve *c = lab->moved_arg;
	const uint64_t excess = bs_lab_excess(lab);
	const uint64_t gap = excess > c->last ? excess - c->last : c->last - excess;

	if (gap >= c->step || (!excess && c->last))
		add_point(c, lab->now, excess);
}

static void begin_curve(struct bs_experiment *x, struct bs_lab *lab, struct curve *c,
			const char *pattern, uint64_t bytes)
{
	json_t *series = json_object();

	*c = (struct curve){
		.begin = lab->now, .step = bytes / POINTS, .x = json_array(), .y = json_array()};
	bs_lab_put_text(series, "strategy", lab->label);
	bs_lab_put_text(series, "group", pattern);
	json_object_set_new(series, "x", c->x);
	json_object_set_new(series, "y", c->y);
	json_array_append_new(x->series, series);
	add_point(c, lab->now, bs_lab_excess(lab));
	lab->moved = moved;
	lab->moved_arg = c;
}

/* ---- One cell -------------------------------------------------------------------------------- */

static void arrange(struct bs_lab_release *r, unsigned int pattern, uint64_t seed)
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
static void put_figures(json_t *row, struct bs_lab *lab, const struct bs_report_stats *base,
			uint64_t redundant, uint64_t raw_before, bs_ns begin, bs_ns end)
{
	const uint64_t raw = bs_report_raw_bytes(lab->rc),
		       left = raw > raw_before ? raw - raw_before : 0;
	struct bs_report_stats rs;
	struct bs_device_stats ds;

	bs_report_stats(lab->rc, &rs);
	bs_device_stats(lab->dev, &ds);
	bs_lab_put(row, "calls", rs.calls - base->calls);
	bs_lab_put(row, "ranges", rs.ranges - base->ranges);
	bs_lab_put(row, "passes", rs.passes - base->passes);
	bs_lab_put(row, "release_ns", end - begin);
	bs_lab_put_time(row, "settle_ns",
			rs.calls == base->calls	  ? BS_NO_TIME
			: lab->last_discard > end ? lab->last_discard - end
						  : 0);
	bs_lab_put(row, "reported_bytes", rs.reported_bytes - base->reported_bytes);
	bs_lab_put(row, "redundant_bytes", ds.redundant_bytes - redundant);
	bs_lab_put(row, "left_raw_bytes", left);
	bs_lab_put_time(row, "missed_bytes", bs_lab_missed(lab, left));
	bs_lab_put(row, "isolated_peak_bytes", rs.isolated_peak_bytes);
	bs_lab_put(row, "nodes_walked", rs.nodes_walked - base->nodes_walked);
	bs_lab_put(row, "longest_walk_nodes", lab->longest_walk);
	bs_timeline_end(lab->tl, lab->now);
	bs_lab_put(row, "held_mib_s", bs_timeline_held_mib_s(lab->tl));
}

/* Let the release and 60 s behind it happen; returns when the last block was freed. */
static bs_ns run_release(struct bs_lab *lab, struct bs_lab_release *r)
{
	bs_ns end;

	bs_lab_begin_load(lab, bs_lab_release_one, r);
	while (lab->load && !lab->failed)
		bs_lab_run(lab, bs_due_next(&lab->due));
	end = lab->load_end;
	bs_lab_run(lab, end + IDLE);
	return end;
}

static int run_cell(struct bs_experiment *x, const char *spec, unsigned int pattern, uint64_t bytes,
		    struct bs_error *err)
{
	const struct bs_lab_config lc = {.kernel = x->cfg.kernel,
					 .strategy = spec,
					 .bytes = bytes + 256 * BS_LAB_MIB,
					 .seed = x->cfg.seed,
					 .window = IDLE};
	struct bs_lab_release r = {0};
	struct bs_report_stats base;
	struct bs_device_stats ds;
	struct curve curve;
	struct bs_lab *lab;
	uint64_t raw_before;
	bs_ns begin, end;
	json_t *row;
	int ret = bs_lab_create(&lc, &lab, err);

	if (ret)
		return ret;
	ret = bs_lab_fill(lab, &r, bytes, pattern == 2 ? 0 : 9, err);
	if (!ret)
		ret = bs_lab_start(lab, err);
	if (ret)
		goto out;
	qsort(r.pfn, r.n, sizeof(*r.pfn), pattern == 1 ? descending : ascending);
	arrange(&r, pattern, x->cfg.seed);
	bs_lab_run(lab, SETTLE);
	begin = lab->now;
	raw_before = bs_report_raw_bytes(lab->rc);
	bs_report_stats(lab->rc, &base);
	bs_device_stats(lab->dev, &ds);
	begin_curve(x, lab, &curve, patterns[pattern], bytes);
	end = run_release(lab, &r);
	add_point(&curve, lab->now, bs_lab_excess(lab));
	row = bs_lab_row(x, spec);
	bs_lab_put_text(row, "pattern", patterns[pattern]);
	put_figures(row, lab, &base, ds.redundant_bytes, raw_before, begin, end);
	ret = bs_lab_check(lab, err);
out:
	free(r.pfn);
	bs_lab_destroy(lab);
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
		if (!strcmp(json_string_value(json_object_get(row, "strategy")), spec) &&
		    bs_lab_get(row, "missed_bytes") >
			    (worst ? bs_lab_get(worst, "missed_bytes") : 0))
			worst = row;
	}
	return worst;
}

/* Who misses what, by name: a guest that is idle and still holds it is what nobody expects. */
static void answer(struct bs_experiment *x, uint64_t bytes)
{
	char text[400] = "";
	size_t used = 0;

	for (unsigned int i = 0; i < x->nr_specs; i++) {
		const json_t *row = worst_of(x, x->specs[i]);

		if (!row || used >= sizeof(text))
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s %llu MiB (%s)",
					 used ? ", " : "", x->specs[i],
					 (unsigned long long)bs_lab_get(row, "missed_bytes") >> 20,
					 json_string_value(json_object_get(row, "pattern")));
	}
	bs_lab_answer(
		x, "release: of %llu MiB freed, never reported and by no threshold explained: %s",
		(unsigned long long)(bytes >> 20), used ? text : "nothing, by any strategy");
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const uint64_t bytes = (x->ci ? 384 : 6144) * BS_LAB_MIB;
	json_t *free_ns = json_object();
	int ret = 0;

	bs_lab_put(x->setting, "release_bytes", bytes);
	bs_lab_put(x->setting, "memory_bytes", bytes + 256 * BS_LAB_MIB);
	bs_lab_put(x->setting, "idle_ns", IDLE);
	bs_lab_put(free_ns, "0", bs_lab_free_ns(0));
	bs_lab_put(free_ns, "9", bs_lab_free_ns(9));
	json_object_set_new(x->setting, "free_ns", free_ns);
	snprintf(x->text, sizeof(x->text),
		 "%llu MiB freed, %llu ns per base page or %llu per huge page, then 60 s idle",
		 (unsigned long long)(bytes >> 20), (unsigned long long)bs_lab_free_ns(0),
		 (unsigned long long)bs_lab_free_ns(9));
	for (unsigned int p = 0; p < NR_PATTERNS && !ret; p++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			ret = run_cell(x, x->specs[i], p, bytes, err);
	if (!ret)
		answer(x, bytes);
	return ret;
}

static const char *const extra[] = {"bitmap:fixes=cursor", "rotation:rev=5.7", NULL};

const struct bs_lab_kind bs_lab_kind_release = {
	.name = "release",
	.question = "what a strategy does about 6 GiB freed at once, and what it never reports",
	.device = "model",
	.columns = columns,
	.extra = extra,
	.run = run,
};
