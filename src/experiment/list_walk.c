// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * experiment_list_walk.c - E5: what does it cost to find N raw blocks on a list that also has R
 * reported ones? It depends on where the raw ones stand and on what the strategy remembers:
 * list-walk nothing, boundary a place, rotation turns the list (spec reporting.md 7, 8, 9).
 *
 *   head       |raw raw|rep rep rep rep rep rep ...
 *   tail       |rep rep rep rep rep rep ... |raw raw|
 *   shuffled   |rep raw rep rep raw rep ...
 *
 * The list is the same for every strategy: composed by frees and marked by a strategy of our own
 * before the one that is looked at is switched on, whose first flush then meets it. Blocks are of
 * the largest order, so that none merges when it is put back.
 */
#include "experiment_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rng.h"

#define MAX_REPEATS 1000

static const char *const places[] = {"head", "tail", "shuffled"};
static const unsigned int ratios[] = {0, 1, 2, 4, 8, 16, 32, 64};

static const struct bs_lab_column columns[] = {
	{"strategy", "strategy", BS_LAB_TEXT, false},
	{"raw_at", "raw at", BS_LAB_TEXT, false},
	{"ratio", "R/N", BS_LAB_COUNT, false},
	{"reported_before", "R", BS_LAB_COUNT, false},
	{"raw_before", "N", BS_LAB_COUNT, false},
	{"ranges", "reported", BS_LAB_COUNT, false},
	{"calls", "calls", BS_LAB_COUNT, false},
	{"passes", "passes", BS_LAB_COUNT, false},
	{"nodes_walked", "nodes", BS_LAB_COUNT, false},
	{"nodes_per_range_milli", "nodes/block", BS_LAB_MILLI, false},
	{"longest_walk_nodes", "longest", BS_LAB_COUNT, false},
	{"left_raw_bytes", "left raw MiB", BS_LAB_BYTES, false},
	{"walk_ns_median", "walk us", BS_LAB_NS_SHORT, true},
	{"walk_ns_min", "min", BS_LAB_NS_SHORT, true},
	{"walk_ns_max", "max", BS_LAB_NS_SHORT, true},
	{NULL, NULL, BS_LAB_TEXT, false},
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
	for (bs_pfn p = bs_first(rc, 0, BS_MAX_ORDER, BS_MIGRATE_MOVABLE); p != BS_NO_PFN;
	     p = bs_next(rc, BS_MAX_ORDER, p))
		if (!s->raw[i++])
			bs_mark(rc, p, BS_MAX_ORDER);
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

struct walk {
	struct bs_machine *m;
	bs_ns now, wake_at;
	uint64_t nodes_at_call, longest;
	struct bs_report_ctx *rc;
	bool broken;
	struct bs_error err;
};

static bs_ns walk_now(void *arg)
{
	return ((struct walk *)arg)->now;
}

static void walk_wake(void *arg, bs_ns delay)
{
	struct walk *w = arg;

	if (w->wake_at == BS_NO_TIME)
		w->wake_at = w->now + delay;
}

static void walk_cancel(void *arg)
{
	((struct walk *)arg)->wake_at = BS_NO_TIME;
}

static void note_longest(struct walk *w)
{
	struct bs_report_stats rs;

	bs_report_stats(w->rc, &rs);
	if (rs.nodes_walked - w->nodes_at_call > w->longest)
		w->longest = rs.nodes_walked - w->nodes_at_call;
	w->nodes_at_call = rs.nodes_walked;
}

static int walk_submit(void *arg, const struct bs_range *r, unsigned int n)
{
	(void)r;
	(void)n;
	note_longest(arg);
	return 0;
}

static int walk_call(void *arg, const struct bs_range *r, unsigned int n, unsigned int cpu)
{
	(void)cpu;
	return walk_submit(arg, r, n);
}

static int walk_wait(void *arg, int ticket)
{
	(void)arg;
	(void)ticket;
	return 0;
}

static void walk_violated(void *arg, const char *law, bs_pfn pfn)
{
	struct walk *w = arg;

	if (!w->broken)
		bs_error_set(&w->err, BS_INVARIANT, 0, "list-walk", NULL, "law broken, pfn %u: %s",
			     pfn, law);
	w->broken = true;
}

static int bind(struct walk *w, const struct bs_strategy *s, const char *params,
		struct bs_error *err)
{
	const struct bs_env env = {.arg = w,
				   .now = walk_now,
				   .wake = walk_wake,
				   .wake_cancel = walk_cancel,
				   .submit = walk_submit,
				   .call = walk_call,
				   .submit_async = walk_submit,
				   .wait = walk_wait,
				   .capacity = 32,
				   .violated = walk_violated};

	return bs_report_create(w->m, s, params, &env, &w->rc, err);
}

/* @n blocks free on one list; 256 pages behind them keep the last one isolatable (spec 0.4), and
 * 128 MiB more in use. Rotation starts only above its watermark and 64 MiB: marks are 0 here. */
static int build(struct bs_experiment *x, struct walk *w, unsigned int n, struct bs_error *err)
{
	const bs_pfn span = (bs_pfn)n << BS_MAX_ORDER;
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = span + 1024};
	const struct bs_mem_range range = {.end = span + 1024};
	const struct bs_machine_config mc = {.kernel = x->cfg.kernel,
					     .ranges = &range,
					     .nr_ranges = 1,
					     .zones = &zone,
					     .nr_zones = 1,
					     .no_boot = true,
					     .seed = x->cfg.seed};
	int ret = bs_machine_create(&mc, &w->m, err);

	if (ret)
		return ret;
	bs_zone_set_watermarks(w->m, 0, 0, 0, 0);
	ret = bs_machine_boot_range(w->m, 0, span, err);
	return ret ? ret : bs_machine_boot_range(w->m, span, span + 256, err);
}

static int compose(struct walk *w, const bool *raw, struct bs_error *err)
{
	int ret = bind(w, &marker, NULL, err);

	if (ret)
		return ret;
	ret = bs_report_start(w->rc);
	if (!ret) {
		((struct marker *)bs_state(w->rc))->raw = raw;
		bs_report_pass(w->rc, -1);
	}
	bs_report_destroy(w->rc);
	w->rc = NULL;
	return ret;
}

/* ---- One run --------------------------------------------------------------------------------- */

struct run_of {
	const struct bs_strategy *s;
	const char *params;
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
static int flush(struct walk *w, struct run_of *run, struct bs_error *err)
{
	int ret = bind(w, run->s, run->params, err), passes = 0;

	if (ret)
		return ret;
	ret = bs_report_start(w->rc);
	if (ret)
		return bs_error_set(err, BS_RESOURCE, -ret, run->s->name, NULL, "cannot start");
	/* Some strategies never stop asking; none needs a hundred passes for this. */
	while (w->wake_at != BS_NO_TIME && passes++ < 100) {
		uint64_t begin;

		w->now = w->wake_at;
		w->wake_at = BS_NO_TIME;
		begin = real_ns();
		bs_report_pass(w->rc, -1);
		run->wall_ns += real_ns() - begin;
		note_longest(w);
	}
	bs_report_stats(w->rc, &run->rs);
	run->left = bs_report_raw_bytes(w->rc);
	run->longest = w->longest;
	return 0;
}

static int run_once(struct bs_experiment *x, struct run_of *run, struct bs_error *err)
{
	struct walk w = {.wake_at = BS_NO_TIME};
	const unsigned int n = run->nr_reported + run->nr_raw;
	bool *raw = calloc(n, sizeof(*raw));
	int ret = 0;

	run->wall_ns = 0;
	if (!raw)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "list-walk", NULL, "experiment");
	choose_raw(raw, run->nr_reported, run->nr_raw, run->place, x->cfg.seed);
	ret = build(x, &w, n, err);
	if (!ret)
		ret = compose(&w, raw, err);
	if (!ret)
		ret = flush(&w, run, err);
	if (!ret)
		ret = bs_machine_check(w.m, err);
	if (w.broken && !ret) {
		*err = w.err;
		ret = -EUCLEAN;
	}
	bs_report_destroy(w.rc);
	bs_machine_destroy(w.m);
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
	json_t *row = bs_lab_row(x, spec), *measured = json_object();

	bs_lab_put_text(row, "raw_at", places[run->place]);
	bs_lab_put(row, "ratio", ratio);
	bs_lab_put(row, "reported_before", run->nr_reported);
	bs_lab_put(row, "raw_before", run->nr_raw);
	bs_lab_put(row, "ranges", run->rs.ranges);
	bs_lab_put(row, "calls", run->rs.calls);
	bs_lab_put(row, "passes", run->rs.passes);
	bs_lab_put(row, "nodes_walked", run->rs.nodes_walked);
	bs_lab_put_time(row, "nodes_per_range_milli",
			run->rs.ranges ? run->rs.nodes_walked * 1000 / run->rs.ranges : BS_NO_TIME);
	bs_lab_put(row, "longest_walk_nodes", run->longest);
	bs_lab_put(row, "left_raw_bytes", run->left);
	qsort(wall, repeats, sizeof(*wall), by_value);
	bs_lab_put(measured, "walk_ns_median", wall[repeats / 2]);
	bs_lab_put(measured, "walk_ns_min", wall[0]);
	bs_lab_put(measured, "walk_ns_max", wall[repeats - 1]);
	json_array_append_new(x->measured_rows, measured);
}

static int run_cell(struct bs_experiment *x, const char *spec, unsigned int place,
		    unsigned int ratio, struct bs_error *err)
{
	const char *colon = strchr(spec, ':');
	const unsigned int n = x->ci ? 8 : 64;
	struct run_of run = {.s = bs_strategy_find(spec, err),
			     .params = colon ? colon + 1 : NULL,
			     .nr_raw = n,
			     .nr_reported = n * ratio,
			     .place = place};
	const unsigned int repeats = x->cfg.repeats ? x->cfg.repeats : x->ci ? 3 : 21;
	uint64_t wall[MAX_REPEATS];
	int ret;

	if (!run.s)
		return -EINVAL;
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

		if (strncmp(json_string_value(json_object_get(row, "strategy")), name,
			    strlen(name)) ||
		    (place && strcmp(json_string_value(json_object_get(row, "raw_at")), place)))
			continue;
		if (worst < 0 ||
		    bs_lab_get(row, "nodes_walked") > bs_lab_get(other, "nodes_walked"))
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
	const uint64_t ranges = bs_lab_get(json_array_get(x->rows, (size_t)walk), "ranges");
	const uint64_t ma = bs_lab_get(a, "walk_ns_median"), mb = bs_lab_get(b, "walk_ns_median");
	char text[300];

	if (bs_lab_get(a, "walk_ns_min") <= bs_lab_get(b, "walk_ns_max") || !ranges) {
		snprintf(text, sizeof(text),
			 "below noise here (pass of %llu us against %llu us, spreads overlap)",
			 (unsigned long long)(ma / 1000), (unsigned long long)(mb / 1000));
	} else {
		const uint64_t more = (ma - mb) / ranges, cycle = cycle_ns();
		const uint64_t least =
			(bs_lab_get(a, "walk_ns_min") - bs_lab_get(b, "walk_ns_max")) / ranges;

		snprintf(
			text, sizeof(text),
			"measured here %llu ns more per block (at least %llu: spreads apart), %llu.%llu "
			"%% of what dropping its 4 MiB and faulting them in again costs "
			"(published: 18-20 %% of a page fault benchmark elsewhere)",
			(unsigned long long)more, (unsigned long long)least,
			(unsigned long long)(more * 100 / cycle),
			(unsigned long long)(more * 1000 / cycle % 10));
	}
	snprintf(x->measured_answer, sizeof(x->measured_answer), "%s; %s", x->answer, text);
	bs_lab_put_text(x->measured, "answer", x->measured_answer);
}

static void answer(struct bs_experiment *x)
{
	const int walk = worst_row(x, "list-walk", NULL);
	const json_t *row = json_array_get(x->rows, (size_t)walk);
	const char *place = json_string_value(json_object_get(row, "raw_at"));
	const int boundary = worst_row(x, "boundary", place);
	const int rotation = worst_row(x, "rotation", place);

	if (walk < 0 || boundary < 0 || rotation < 0) {
		bs_lab_answer(x, "list-walk: nodes walked per reported block, R reported and N raw "
				 "blocks on a list");
		return;
	}
	bs_lab_answer(
		x,
		"list-walk: with raw blocks at the %s and R/N = %llu, %s walks %llu nodes per "
		"reported block, boundary %llu, rotation %llu",
		place, (unsigned long long)bs_lab_get(row, "ratio"),
		json_string_value(json_object_get(row, "strategy")),
		(unsigned long long)bs_lab_get(row, "nodes_per_range_milli") / 1000,
		(unsigned long long)bs_lab_get(json_array_get(x->rows, (size_t)boundary),
					       "nodes_per_range_milli") /
			1000,
		(unsigned long long)bs_lab_get(json_array_get(x->rows, (size_t)rotation),
					       "nodes_per_range_milli") /
			1000);
	measured_answer(x, walk, boundary);
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const unsigned int n = x->ci ? 8 : 64;
	int ret = 0;

	bs_lab_put(x->setting, "raw_blocks", n);
	bs_lab_put(x->setting, "block_bytes", BS_PAGE_SIZE << BS_MAX_ORDER);
	snprintf(
		x->text, sizeof(x->text),
		"one list of 4 MiB blocks, %u raw, 0 to %u reported; walk: all passes, host answers "
		"at once",
		n, n * 64);
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

const struct bs_lab_kind bs_lab_kind_list_walk = {
	.name = "list-walk",
	.question = "nodes walked to find raw blocks among reported ones, and how long that takes",
	.device = "null",
	.columns = columns,
	.extra = extra,
	.only_extra = true,
	.run = run,
};
