// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * list_walk.c - what does it cost to find N raw blocks on a list that also has R
 * reported ones? It depends on where the raw ones stand and on what the strategy remembers:
 * list-walk nothing, boundary a place, rotation turns the list (STRATEGIES.md).
 *
 *   head       |raw raw|rep rep rep rep rep rep ...
 *   tail       |rep rep rep rep rep rep ... |raw raw|
 *   shuffled   |rep raw rep rep raw rep ...
 *
 * The list is the same for every strategy: composed by frees and marked by a strategy of our own
 * before the one that is looked at is switched on, whose first flush then meets it. Blocks are of
 * the largest order, so that none merges when it is put back.
 */
#include "trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "reporter.h"
#include "rng.h"

#define MAX_REPEATS 1000

static const char *const places[] = {"head", "tail", "shuffled"};
static const unsigned int ratios[] = {0, 1, 2, 4, 8, 16, 32, 64};

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false, "who takes part, with its parameters"},
	{"raw_at", "raw at", BS_COLUMN_TEXT, false,
	 "where the raw blocks stand: head or tail of the list, or mixed among the others"},
	{"ratio", "R/N", BS_COLUMN_COUNT, false, "reported blocks per raw block, as whole number"},
	{"reported_before", "R", BS_COLUMN_COUNT, false,
	 "reported blocks on the list when the walk begins"},
	{"raw_before", "N", BS_COLUMN_COUNT, false, "raw blocks on the list when the walk begins"},
	{"ranges", "reported", BS_COLUMN_COUNT, false, "blocks that were reported"},
	{"calls", "calls", BS_COLUMN_COUNT, false, "report requests made"},
	{"passes", "passes", BS_COLUMN_COUNT, false, "runs of the strategy's worker"},
	{"nodes_walked", "nodes", BS_COLUMN_COUNT, false, "list nodes that were looked at"},
	{"nodes_per_range_milli", "nodes/block", BS_COLUMN_MILLI, false,
	 "list nodes looked at per block reported; - where none was"},
	{"longest_walk_nodes", "longest", BS_COLUMN_COUNT, false,
	 "most nodes of one walk under the lock"},
	{"left_raw_bytes", "left raw MiB", BS_COLUMN_BYTES, false,
	 "free in blocks of at least the reporting order, and never reported"},
	{"walk_ns_median", "walk us", BS_COLUMN_NS_SHORT, true,
	 "all passes together, by this machine's clock: the median of the repetitions"},
	{"walk_ns_min", "min", BS_COLUMN_NS_SHORT, true, "the fastest of them"},
	{"walk_ns_max", "max", BS_COLUMN_NS_SHORT, true, "the slowest of them"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

/* ---- Composing the list ---------------------------------------------------------------------- */

/* Marks what it finds on the list of the largest order, but for the blocks that shall be raw. */
struct marker {
	const bool *raw; /* by position from the head */
};

static int mark_all(struct bs_report_ctx *rc, int cpu)
{
	struct marker *s = bs_state(rc);
	size_t i = 0;

	(void)cpu;
	bs_zone_lock(rc, 0);
	for (bs_pfn p = bs_first(rc, 0, bs_top_order(rc), BS_MIGRATE_MOVABLE); p != BS_NO_PFN;
	     p = bs_next(rc, bs_top_order(rc), p))
		if (!s->raw[i++])
			bs_mark(rc, p, bs_top_order(rc));
	bs_zone_unlock(rc, 0);
	return 0;
}

static const struct bs_strategy marker = {
	.name = "marker",
	.summary = "marks a list as an experiment wants it",
	.origin = "experiment list-walk",
	.abi = BS_STRATEGY_ABI,
	.state_size = sizeof(struct marker),
	.pass = mark_all,
};

static void choose_raw(bool *raw, unsigned int nr_reported, unsigned int nr_raw, unsigned int place,
		       uint64_t seed)
{
	const unsigned int n = nr_reported + nr_raw;
	struct bs_rng rng;

	bs_rng_seed(&rng, seed);
	for (unsigned int i = 0; i < n; i++)
		raw[i] = place == 1 ? i >= nr_reported : i < nr_raw;
	for (unsigned int i = n; place == 2 && i > 1; i--) {
		const unsigned int k = (unsigned int)bs_rng_below(&rng, i);
		const bool b = raw[i - 1];

		raw[i - 1] = raw[k];
		raw[k] = b;
	}
}

/* ---- The guest, with a host that answers at once --------------------------------------------- */

/* @n blocks free on one list; 256 pages behind them keep the last one isolatable (its zone must have
 * more than the block left), and 128 MiB more in use. Rotation starts only above its watermark and
 * 64 MiB: marks are 0 here. */
static int build(const struct bs_experiment *x, struct bs_trial *t, const char *spec,
		 unsigned int n, struct bs_error *err)
{
	const bs_pfn span = (bs_pfn)n << bs_platform_at(x->cfg.machine)->max_order;
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = span + 1024};
	const struct bs_mem_range range = {.end = span + 1024};
	const struct bs_machine_config mc = {.kernel = x->cfg.kernel,
					     .machine = x->cfg.machine,
					     .ranges = &range,
					     .nr_ranges = 1,
					     .zones = &zone,
					     .nr_zones = 1,
					     .no_boot = true,
					     .seed = x->cfg.seed};
	const struct bs_trial_setup setup = {
		.machine = &mc, .instant = true, .wake_latency = BS_TRIAL_WAKE_LATENCY};
	int ret = bs_trial_begin(t, x, spec, &setup, err);

	if (ret)
		return ret;
	bs_zone_set_watermarks(t->g->m, 0, 0, 0, 0);
	ret = bs_machine_boot_range(t->g->m, 0, span, err);
	if (!ret)
		ret = bs_machine_boot_range(t->g->m, span, span + 256, err);
	if (ret)
		bs_trial_end(t);
	return ret;
}

/* A pass of our own marks; then the strategy in question takes over. */
static int compose(const struct bs_experiment *x, struct bs_trial *t, const bool *raw,
		   struct bs_error *err)
{
	struct bs_spec ours;
	int ret = bs_spec_of(&marker, NULL, bs_platform_at(x->cfg.machine), &ours, err);

	if (!ret)
		ret = bs_guest_bind(t->g, &ours, err);
	bs_spec_free(&ours);
	if (!ret)
		ret = bs_reporter_start(t->g, err);
	if (ret)
		return ret;
	((struct marker *)bs_state(t->g->rc))->raw = raw;
	bs_report_pass(t->g->rc, -1);
	bs_reporter_stop(t->g);
	return bs_guest_bind(t->g, &t->spec, err);
}

/* ---- One run --------------------------------------------------------------------------------- */

struct run_of {
	const char *spec;
	unsigned int nr_reported, nr_raw, place;
	struct bs_report_stats rs;
	uint64_t longest, left, wall_ns;
};

static uint64_t real_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * BS_NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* From switching on until it asks for nothing more. */
static int flush(struct bs_trial *t, struct run_of *run, struct bs_error *err)
{
	int ret = bs_reporter_start(t->g, err);
	bs_ns next;

	if (ret)
		return ret;
	run->rs.passes = 0;
	/* Some strategies never stop asking; none needs a hundred passes for this. */
	while ((next = bs_clock_next(&t->world.clock)) != BS_NO_TIME && run->rs.passes < 100) {
		const uint64_t begin = real_ns();

		bs_trial_run(t, next);
		run->wall_ns += real_ns() - begin;
		bs_trial_note_walk(t);
		bs_report_stats(t->g->rc, &run->rs);
		if (t->world.clock.failed)
			break;
	}
	bs_report_stats(t->g->rc, &run->rs);
	run->left = bs_report_raw_bytes(t->g->rc);
	run->longest = t->longest_walk;
	return bs_trial_check(t, err);
}

static int run_once(struct bs_experiment *x, struct run_of *run, struct bs_error *err)
{
	const unsigned int n = run->nr_reported + run->nr_raw;
	bool *raw = calloc(n, sizeof(*raw));
	struct bs_trial t;
	int ret;

	run->wall_ns = 0;
	if (!raw)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "list-walk", NULL, "experiment");
	choose_raw(raw, run->nr_reported, run->nr_raw, run->place, x->cfg.seed);
	ret = build(x, &t, run->spec, n, err);
	if (!ret) {
		ret = compose(x, &t, raw, err);
		if (!ret)
			ret = flush(&t, run, err);
		bs_trial_end(&t);
	}
	free(raw);
	return ret;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void put_row(struct bs_experiment *x, const char *spec, const struct run_of *run,
		    unsigned int ratio, uint64_t *wall, unsigned int repeats)
{
	json_t *row = bs_experiment_row(x, spec), *measured = json_object();

	bs_json_put_text(row, "raw_at", places[run->place]);
	bs_json_put_uint(row, "ratio", ratio);
	bs_json_put_uint(row, "reported_before", run->nr_reported);
	bs_json_put_uint(row, "raw_before", run->nr_raw);
	bs_json_put_uint(row, "ranges", run->rs.ranges);
	bs_json_put_uint(row, "calls", run->rs.calls);
	bs_json_put_uint(row, "passes", run->rs.passes);
	bs_json_put_uint(row, "nodes_walked", run->rs.nodes_walked);
	bs_json_put_time(row, "nodes_per_range_milli",
			 run->rs.ranges ? run->rs.nodes_walked * 1000 / run->rs.ranges
					: BS_NO_TIME);
	bs_json_put_uint(row, "longest_walk_nodes", run->longest);
	bs_json_put_uint(row, "left_raw_bytes", run->left);
	qsort(wall, repeats, sizeof(*wall), by_value);
	bs_json_put_uint(measured, "walk_ns_median", wall[repeats / 2]);
	bs_json_put_uint(measured, "walk_ns_min", wall[0]);
	bs_json_put_uint(measured, "walk_ns_max", wall[repeats - 1]);
	json_array_append_new(x->measured_rows, measured);
}

static int run_cell(struct bs_experiment *x, const char *spec, unsigned int place,
		    unsigned int ratio, struct bs_error *err)
{
	const unsigned int n = x->ci ? 8 : 64;
	struct run_of run = {.spec = spec, .nr_raw = n, .nr_reported = n * ratio, .place = place};
	const unsigned int repeats = x->cfg.repeats ? x->cfg.repeats : x->ci ? 3 : 21;
	uint64_t wall[MAX_REPEATS];
	int ret;

	/* The first time warms caches and maps, and is not counted. */
	ret = run_once(x, &run, err);
	for (unsigned int i = 0; i < repeats && !ret; i++) {
		ret = run_once(x, &run, err);
		wall[i] = run.wall_ns;
	}
	if (!ret)
		put_row(x, spec, &run, ratio, wall, repeats);
	return ret;
}

/* ---- The answer ------------------------------------------------------------------------------ */

/* The row of the longest walk of a strategy whose name begins so, or -1. */
static int worst_row(const struct bs_experiment *x, const char *name, const char *place)
{
	int worst = -1;
	const json_t *row;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		const json_t *other = json_array_get(x->rows, (size_t)worst);

		if (strncmp(bs_row_word(row, "strategy"), name, strlen(name)) ||
		    (place && strcmp(bs_row_word(row, "raw_at"), place)))
			continue;
		if (worst < 0 ||
		    bs_row_get(row, "nodes_walked") > bs_row_get(other, "nodes_walked"))
			worst = (int)i;
	}
	return worst;
}

/* What a block costs anyway when it is reported and used again: 4 MiB dropped and faulted in. */
static uint64_t cycle_ns(void)
{
	struct bs_device_costs c = {0};

	bs_cost_preset("default", &c);
	return c.per_range + 4 * c.thp_per_mib + 4 * c.refault_thp_per_mib;
}

/* What the clock says about the same two rows. A difference counts if it is larger than the spread
 * of either; nothing is scaled towards the figure that was published. */
static void measured_answer(struct bs_experiment *x, int walk, int other)
{
	const json_t *a = json_array_get(x->measured_rows, (size_t)walk);
	const json_t *b = json_array_get(x->measured_rows, (size_t)other);
	const uint64_t ranges = bs_row_get(json_array_get(x->rows, (size_t)walk), "ranges");
	const uint64_t ma = bs_row_get(a, "walk_ns_median"), mb = bs_row_get(b, "walk_ns_median");
	char text[300];

	if (bs_row_get(a, "walk_ns_min") <= bs_row_get(b, "walk_ns_max") || !ranges) {
		snprintf(text, sizeof(text),
			 "below noise here (pass of %llu us against %llu us, spreads overlap)",
			 (unsigned long long)(ma / 1000), (unsigned long long)(mb / 1000));
	} else {
		const uint64_t more = (ma - mb) / ranges, cycle = cycle_ns();
		const uint64_t least =
			(bs_row_get(a, "walk_ns_min") - bs_row_get(b, "walk_ns_max")) / ranges;

		snprintf(
			text, sizeof(text),
			"measured here %llu ns more per block (at least %llu: spreads apart), %llu.%llu "
			"%% of what dropping its 4 MiB and faulting them in again costs "
			"(published: 18-20 %% of a page fault benchmark elsewhere)",
			(unsigned long long)more, (unsigned long long)least,
			(unsigned long long)(more * 100 / cycle),
			(unsigned long long)(more * 1000 / cycle % 10));
	}
	bs_experiment_measured_answer(x, text);
}

static void answer(struct bs_experiment *x)
{
	const int walk = worst_row(x, "list-walk", NULL);
	const json_t *row = json_array_get(x->rows, (size_t)walk);
	const char *place = bs_row_word(row, "raw_at");
	const int boundary = worst_row(x, "boundary", place);
	const int rotation = worst_row(x, "rotation", place);

	if (walk < 0 || boundary < 0 || rotation < 0) {
		bs_experiment_answers(
			x, "list-walk: nodes walked per reported block, R reported and N raw "
			   "blocks on a list");
		return;
	}
	bs_experiment_answers(
		x,
		"list-walk: with raw blocks at the %s and R/N = %llu, %s walks %llu nodes per "
		"reported block, boundary %llu, rotation %llu",
		place, (unsigned long long)bs_row_get(row, "ratio"), bs_row_word(row, "strategy"),
		(unsigned long long)bs_row_get(row, "nodes_per_range_milli") / 1000,
		(unsigned long long)bs_row_get(json_array_get(x->rows, (size_t)boundary),
					       "nodes_per_range_milli") /
			1000,
		(unsigned long long)bs_row_get(json_array_get(x->rows, (size_t)rotation),
					       "nodes_per_range_milli") /
			1000);
	measured_answer(x, walk, boundary);
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const unsigned int n = x->ci ? 8 : 64;
	int ret = 0;

	if (x->cfg.repeats > MAX_REPEATS)
		return bs_error_set(err, BS_USAGE, 0, "repeats", NULL, "at most %d", MAX_REPEATS);

	bs_json_put_uint(x->setting, "raw_blocks", n);
	bs_json_put_uint(x->setting, "block_bytes",
			 UINT64_C(1) << (bs_platform_at(x->cfg.machine)->page_shift +
					 bs_platform_at(x->cfg.machine)->max_order));
	bs_experiment_setting(
		x,
		"one list of 4 MiB blocks, %u raw, 0 to %u reported; walk: all passes, host answers "
		"at once",
		n, n * 64);
	x->nr_settings = 3 * sizeof(ratios) / sizeof(ratios[0]);
	for (unsigned int place = 0; place < 3 && !ret; place++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			for (size_t k = 0; k < sizeof(ratios) / sizeof(ratios[0]) && !ret; k++)
				ret = run_cell(x, x->specs[i], place, ratios[k], err);
	if (!ret)
		answer(x);
	return ret;
}

static const char *const extra[] = {"list-walk:from=tail,restart=block",
				    "list-walk:from=tail,restart=batch",
				    "list-walk:from=head,restart=block",
				    "list-walk:from=head,restart=batch",
				    "boundary",
				    "rotation:rev=5.7",
				    "rotation",
				    NULL};

const struct bs_experiment_kind bs_experiment_list_walk = {
	.name = "list-walk",
	.question = "nodes walked to find raw blocks among reported ones, and how long that takes",
	.instant = true,
	.columns = columns,
	.extra = extra,
	.only_extra = true,
	.run = run,
};
