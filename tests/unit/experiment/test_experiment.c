// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The experiments' figures against what the rules say (STRATEGIES.md). Every
 * expectation is computed here from a rule or by a naive model, never copied from a run.
 */
#include "bs_test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include <buddysim/buddysim.h>

#define MIB (UINT64_C(1) << 20)
#define RELEASED UINT64_C(384) /* MiB, ci size */
#define BLOCKS (RELEASED / 4) /* of the largest order, once all is merged */

static struct bs_experiment *run_ci(const char *name, const char *const *specs, unsigned int n)
{
	const struct bs_experiment_config c = {
		.name = name, .size = BS_EXPERIMENT_CI, .strategies = specs, .nr_strategies = n};
	struct bs_experiment *x;
	struct bs_error err;

	assert_ok(bs_experiment_run(&c, &x, &err), &err);
	return x;
}

/* The row of @spec whose word or figure @key is @word or @number; all must be there. */
static unsigned int row_of(const struct bs_experiment *x, const char *spec, const char *key,
			   const char *word)
{
	for (unsigned int i = 0; i < bs_experiment_rows(x); i++)
		if (!strcmp(bs_experiment_word(x, i, "strategy"), spec) &&
		    !strcmp(bs_experiment_word(x, i, key), word))
			return i;
	fail_msg("no row %s %s=%s", spec, key, word);
	return 0;
}

static uint64_t value(const struct bs_experiment *x, unsigned int row, const char *key)
{
	uint64_t v = 0;
	int ret = bs_experiment_value(x, row, key, &v);

	if (ret)
		fail_msg("%s: %d", key, ret);
	return v;
}

static uint64_t ceil_div(uint64_t a, uint64_t b)
{
	return (a + b - 1) / b;
}

/* ---- release --------------------------------------------------------------------------------- */

/*
 * 384 MiB in huge pages, ascending: pairs merge, 96 blocks of 4 MiB are left to the workers that
 * wait; the hypercall is made for each 2 MiB before it merges.
 *
 *   freed   |2M|2M|2M|2M| ...       hypercall   192 calls of 2 MiB
 *   merged  |  4M |  4M | ...       boundary    96 / 32 = 3 calls, 100 ms later
 */
static void test_release_counts_follow_the_rules(void **state)
{
	static const char *const specs[] = {"none",	"hypercall",   "bitmap",  "bubble",
					    "boundary", "scatterlist", "rotation"};
	struct bs_experiment *x = run_ci("release", specs, 7);
	const char *by[] = {"bubble", "boundary"};
	unsigned int row;

	(void)state;
	assert_int_equal(bs_experiment_rows(x), 7 * 3);
	row = row_of(x, "hypercall", "pattern", "order-9");
	assert_int_equal(value(x, row, "calls"), RELEASED / 2);
	assert_int_equal(value(x, row, "settle_ns"), 0);
	for (int i = 0; i < 2; i++) {
		row = row_of(x, by[i], "pattern", "order-9");
		assert_int_equal(value(x, row, "calls"), ceil_div(BLOCKS, 32));
		assert_int_equal(value(x, row, "ranges"), BLOCKS);
		assert_int_equal(value(x, row, "isolated_peak_bytes"), 128 * MIB);
	}
	row = row_of(x, "scatterlist", "pattern", "order-9");
	assert_int_equal(value(x, row, "calls"), ceil_div(BLOCKS, 16));
	assert_int_equal(value(x, row, "isolated_peak_bytes"), 64 * MIB);
	/* B = ceil(nr_free / 512), and nr_free is at most that of 640 MiB: B = 1, two calls a
	 * pass, so 96 blocks take two passes, 2 s apart. */
	row = row_of(x, "rotation", "pattern", "order-9");
	assert_int_equal(value(x, row, "calls"), ceil_div(BLOCKS, 32));
	assert_int_equal(value(x, row, "passes"), ceil_div(BLOCKS, 2 * 32));
	assert_in_range(value(x, row, "settle_ns"), 4 * BS_NS_PER_S - BS_NS_PER_MS,
			4 * BS_NS_PER_S + BS_NS_PER_MS);
	row = row_of(x, "none", "pattern", "order-9");
	assert_int_equal(value(x, row, "left_raw_bytes"), RELEASED * MIB);
	assert_int_equal(value(x, row, "held_mib_s") / 60, RELEASED);
	bs_experiment_free(x);
}

/* Whatever is freed is reported, left below the threshold, or missed; only bitmap misses: what is
 * freed behind its scan. */
static void test_release_only_bitmap_misses(void **state)
{
	static const char *const specs[] = {
		"bitmap",   "bitmap:fixes=cursor", "bubble",  "scatterlist",
		"boundary", "list-walk",	   "rotation"};
	struct bs_experiment *x = run_ci("release", specs, 7);
	unsigned int d5 = row_of(x, "bitmap", "pattern", "high-to-low");

	(void)state;
	assert_true(value(x, d5, "missed_bytes") > 0);
	for (unsigned int i = 0; i < bs_experiment_rows(x); i++) {
		if (i != d5)
			assert_int_equal(value(x, i, "missed_bytes"), 0);
		assert_true(value(x, i, "reported_bytes") - value(x, i, "redundant_bytes") +
				    value(x, i, "left_raw_bytes") >=
			    RELEASED * MIB);
	}
	assert_non_null(strstr(bs_experiment_answer(x, true), "bitmap"));
	assert_non_null(strstr(bs_experiment_answer(x, true), "high-to-low"));
	assert_null(strstr(bs_experiment_answer(x, true), "boundary"));
	bs_experiment_free(x);
}

/* ---- list-walk ------------------------------------------------------------------------------- */

/*
 * The naive walker: an array of marks, head first. For each block it starts at an end and counts
 * what it looks at; a batch of 32 goes to the tail, marked; at last it looks in vain at all. With 8
 * raw blocks that is one batch, which is not full: the worker then asks for no second one, but
 * has looked in vain once to know.
 *
 *   from=tail, raw at the head:   each of the N walks over R marks first:  N x (R + 1), then R
 */
static uint64_t naive_walk(bool *marked, unsigned int n, bool from_tail)
{
	uint64_t nodes = 0;

	for (;;) {
		unsigned int i = 0;

		while (i < n && marked[from_tail ? n - 1 - i : i])
			i++;
		nodes += i < n ? i + 1 : n;
		if (i == n)
			return nodes;
		/* isolated: it leaves the list until the batch is drained */
		i = from_tail ? n - 1 - i : i;
		memmove(&marked[i], &marked[i + 1], (n - 1 - i) * sizeof(*marked));
		n--;
	}
}

static unsigned int walk_row(const struct bs_experiment *x, const char *spec, const char *place,
			     uint64_t ratio)
{
	for (unsigned int i = 0; i < bs_experiment_rows(x); i++)
		if (!strcmp(bs_experiment_word(x, i, "strategy"), spec) &&
		    !strcmp(bs_experiment_word(x, i, "raw_at"), place) &&
		    value(x, i, "ratio") == ratio)
			return i;
	fail_msg("no row %s %s %u", spec, place, (unsigned int)ratio);
	return 0;
}

static void test_list_walk_as_a_naive_walker(void **state)
{
	static const char *const ends[] = {"list-walk:from=tail,restart=block",
					   "list-walk:from=head,restart=block"};
	static const char *const places[] = {"head", "tail"};
	struct bs_experiment *x = run_ci("list-walk", NULL, 0);

	(void)state;
	for (unsigned int ratio = 0; ratio <= 64; ratio = ratio ? 2 * ratio : 1) {
		for (unsigned int end = 0; end < 2; end++) {
			for (unsigned int place = 0; place < 2; place++) {
				bool marked[8 * 65];
				unsigned int row = walk_row(x, ends[end], places[place], ratio);

				for (unsigned int i = 0; i < 8 * (ratio + 1); i++)
					marked[i] = place ? i < 8 * ratio : i >= 8;
				assert_int_equal(value(x, row, "ranges"), 8);
				assert_int_equal(value(x, row, "left_raw_bytes"), 0);
				assert_int_equal(value(x, row, "nodes_walked"),
						 naive_walk(marked, 8 * (ratio + 1), end == 0));
			}
		}
	}
	bs_experiment_free(x);
}

/* Boundary looks at each node once wherever the raw ones are, and rotation at most twice (it asks
 * for the successor before it takes a block): neither grows with N. */
static void test_boundary_and_rotation_walk_a_list_once(void **state)
{
	static const char *const places[] = {"head", "tail", "shuffled"};
	struct bs_experiment *x = run_ci("list-walk", NULL, 0);

	(void)state;
	for (unsigned int ratio = 1; ratio <= 64; ratio *= 2) {
		for (unsigned int p = 0; p < 3; p++) {
			const uint64_t n = 8 * (ratio + 1);
			unsigned int row = walk_row(x, "boundary", places[p], ratio);

			assert_in_range(value(x, row, "nodes_walked"), n, n + 8);
			row = walk_row(x, "rotation", places[p], ratio);
			assert_in_range(value(x, row, "nodes_walked"), n, 2 * n);
		}
	}
	assert_non_null(strstr(bs_experiment_answer(x, false), "boundary"));
	assert_null(strstr(bs_experiment_answer(x, false), "here"));
	assert_non_null(strstr(bs_experiment_answer(x, true), "here"));
	bs_experiment_free(x);
}

/* ---- pressure -------------------------------------------------------------------------------- */

/*
 * What is refused is what is isolated beyond the margin, to the page:
 *
 *   free          |########## isolated ##########|#### left ####| min watermark
 *   the guest wants all but the margin: refused = max(0, isolated - margin)
 */
static void test_pressure_refuses_what_is_isolated(void **state)
{
	struct bs_experiment *x = run_ci("pressure", NULL, 0);
	unsigned int seen = 0, none = 0;

	(void)state;
	for (unsigned int i = 0; i < bs_experiment_rows(x); i++) {
		const bool before = !strcmp(bs_experiment_word(x, i, "case"), "before");
		const uint64_t left = before ? 4 * MIB : value(x, i, "margin_bytes");
		const uint64_t isolated = value(x, i, "isolated_bytes");

		assert_int_equal(value(x, i, "false_oom_bytes"),
				 isolated > left ? isolated - left : 0);
		assert_int_equal(value(x, i, "alloc_failed"), value(x, i, "false_oom"));
		seen += isolated > left;
		if (!strcmp(bs_experiment_word(x, i, "strategy"), "none")) {
			assert_int_equal(isolated, 0);
			none++;
		}
	}
	assert_true(seen > 0 && none > 0);
	bs_experiment_free(x);
}

/* Capacity x 4 MiB is out at most, and with that much left nobody of those with a batch of 32 or 16 is
 * refused; bubble and scatterlist can be shown to cause a false OOM. */
static void test_pressure_bounds(void **state)
{
	static const char *const specs[] = {"bubble", "scatterlist", "boundary", "rotation"};
	static const uint64_t peak_mib[] = {128, 64, 128, 128};
	struct bs_experiment *x = run_ci("pressure", specs, 4);

	(void)state;
	for (unsigned int k = 0; k < 4; k++) {
		uint64_t refused = 0;

		for (unsigned int i = 0; i < bs_experiment_rows(x); i++) {
			if (strcmp(bs_experiment_word(x, i, "strategy"), specs[k]))
				continue;
			assert_true(value(x, i, "isolated_peak_bytes") <= peak_mib[k] * MIB);
			refused += value(x, i, "false_oom");
			if (!strcmp(bs_experiment_word(x, i, "case"), "during") &&
			    value(x, i, "margin_bytes") >= peak_mib[k] * MIB)
				assert_int_equal(value(x, i, "false_oom"), 0);
			/* rotation starts no zone that has less than low + 64 MiB. */
			if (k == 3 && !strcmp(bs_experiment_word(x, i, "case"), "before") &&
			    value(x, i, "margin_bytes") <= 64 * MIB)
				assert_int_equal(value(x, i, "isolated_bytes"), 0);
		}
		assert_true(refused > 0);
	}
	bs_experiment_free(x);
}

/* ---- churn ----------------------------------------------------------------------------------- */

/*
 * none never faults again and holds the share for half of each period (and the few blocks that pass
 * through the per-cpu lists once); hypercall holds nothing but what is on those lists and faults
 * nearly all in again; whoever waits longer than the guest is away reports nothing of it.
 */
static void test_churn_limits(void **state)
{
	static const char *const specs[] = {"none", "hypercall", "rotation"};
	struct bs_experiment *x = run_ci("churn", specs, 3);

	(void)state;
	assert_int_equal(bs_experiment_rows(x), 3 * 3 * 5);
	for (unsigned int i = 0; i < bs_experiment_rows(x); i++) {
		const char *spec = bs_experiment_word(x, i, "strategy");
		const uint64_t used = 512 * value(x, i, "share_percent") / 100 * MIB;

		/* Where memory is refused, it is for what is at the device just then. */
		assert_int_equal(value(x, i, "alloc_failed"), value(x, i, "false_oom"));
		assert_true(value(x, i, "refault_per_cycle_bytes") <= used);
		if (!strcmp(spec, "none")) {
			assert_int_equal(value(x, i, "refaults"), 0);
			assert_in_range(value(x, i, "held_mean_bytes"), used / 2 - MIB,
					used / 2 + 4 * MIB);
		} else if (!strcmp(spec, "hypercall")) {
			assert_true(value(x, i, "held_mean_bytes") < 8 * MIB);
			/* all but the first cycle, at least half of it: the allocator may have
			 * preferred what was never touched */
			assert_true(value(x, i, "refault_per_cycle_bytes") > used / 4);
		} else if (value(x, i, "period_ns") < BS_NS_PER_S) {
			assert_true(value(x, i, "refault_per_cycle_bytes") < used / 4);
		}
	}
	bs_experiment_free(x);
}

/* ---- stall ----------------------------------------------------------------------------------- */

static void test_stall_recovery_and_loss(void **state)
{
	static const char *const specs[] = {"boundary", "rotation", "bitmap:fixes=cursor",
					    "bubble"};
	static const char *const lossless[] = {"none", "stall", "disable"};
	struct bs_experiment *x = run_ci("stall", specs, 4);
	unsigned int row;

	(void)state;
	for (unsigned int k = 0; k < 4; k++) {
		for (unsigned int f = 0; f < 3; f++) {
			row = row_of(x, specs[k], "fault", lossless[f]);
			assert_int_equal(value(x, row, "missed_bytes"), 0);
			assert_int_equal(value(x, row, "failed_calls"), 0);
		}
		/* a third of all calls, those that the fault itself caused included */
		row = row_of(x, specs[k], "fault", "error");
		assert_true(value(x, row, "failed_calls") > 0);
		assert_string_equal(bs_experiment_word(x, row, "laws"), "ok");
	}
	/* boundary marks what was refused: nothing is raw, the host keeps it. */
	row = row_of(x, "boundary", "fault", "error");
	assert_int_equal(value(x, row, "missed_bytes"), 0);
	assert_int_equal(value(x, row, "end_excess_bytes"),
			 value(x, row, "failed_calls") * 32 * 4 * MIB);
	/* rotation leaves it raw, and retries with the next free, 2 s later. */
	row = row_of(x, "rotation", "fault", "error");
	assert_true(value(x, row, "missed_bytes") > 0);
	assert_int_equal(value(x, row, "aborted_passes"), value(x, row, "failed_calls"));
	assert_int_equal(value(x, row, "end_missed_bytes"), 0);
	assert_int_equal(value(x, row, "end_excess_bytes"), 0);
	assert_in_range(value(x, row, "recovery_ns"), 2 * BS_NS_PER_S,
			2 * BS_NS_PER_S + 10 * BS_NS_PER_MS);
	bs_experiment_free(x);
}

/* ---- page-fault ------------------------------------------------------------------------------ */

static unsigned int fault_row(const struct bs_experiment *x, const char *strategy, const char *of,
			      const char *pages, const char *mode, uint64_t tasks)
{
	for (unsigned int i = 0; i < bs_experiment_rows(x); i++)
		if (!strcmp(bs_experiment_word(x, i, "strategy"), strategy) &&
		    !strcmp(bs_experiment_word(x, i, "case"), of) &&
		    !strcmp(bs_experiment_word(x, i, "pages"), pages) &&
		    !strcmp(bs_experiment_word(x, i, "mode"), mode) &&
		    value(x, i, "tasks") == tasks)
			return i;
	fail_msg("no row %s, %s, %s, %s", strategy, of, pages, mode);
	return 0;
}

static void test_page_fault(void **state)
{
	static const char *const specs[] = {"none", "hypercall", "list-walk"};
	struct bs_experiment *x = run_ci("page-fault", specs, 3);
	const char *const patched[] = {"hypercall", "list-walk"};
	uint64_t before, one;
	unsigned int row;

	(void)state;
	row = fault_row(x, "none", "unpatched", "huge", "processes", 3);
	before = value(x, row, "pages_per_s");
	assert_string_equal(bs_experiment_word(x, row, "of_unpatched"), "0.00");
	one = value(x, fault_row(x, "none", "unpatched", "huge", "processes", 1), "pages_per_s");
	assert_in_range(before, 3 * one - one / 100, 3 * one);
	for (unsigned int i = 0; i < 2; i++) {
		/* switched off nothing is left of it ... */
		row = fault_row(x, patched[i], "off", "huge", "processes", 3);
		assert_int_equal(value(x, row, "pages_per_s"), before);
		assert_int_equal(value(x, row, "calls"), 0);
		/* ... and memory that the host keeps is nobody's refault */
		row = fault_row(x, patched[i], "no discard", "huge", "processes", 3);
		assert_int_equal(value(x, row, "refault_share"), 0);
		assert_true(value(x, row, "calls") > 0);
	}
	/* A call at each free costs its CPU the same whoever else is at work. */
	row = fault_row(x, "hypercall", "on", "huge", "processes", 3);
	assert_true(value(x, row, "refault_share") > 40000);
	assert_true(value(x, row, "pages_per_s") < before * 55 / 100);
	/* Threads take one lock more, each time: they are slower, and wait for each other. */
	row = fault_row(x, "none", "unpatched", "base", "threads", 3);
	assert_true(value(x, row, "space_share") > 0);
	assert_true(
		value(x, row, "pages_per_s") <
		value(x, fault_row(x, "none", "unpatched", "base", "processes", 3), "pages_per_s"));
	bs_experiment_free(x);
}

/* ---- The record ------------------------------------------------------------------------------ */

static json_t *record_of(const struct bs_experiment *x, bool measured)
{
	char path[] = "/tmp/bs-experiment-XXXXXX";
	struct bs_error err;
	json_t *o;

	assert_int_not_equal(mkstemp(path), -1);
	assert_ok(bs_experiment_write(x, BS_FORMAT_JSON, measured, path, &err), &err);
	o = json_load_file(path, 0, NULL);
	assert_non_null(o);
	unlink(path);
	return o;
}

static void test_record_has_the_promised_shape(void **state)
{
	static const char *const specs[] = {"boundary"};
	const char *name, *question;

	(void)state;
	for (unsigned int i = 0; (name = bs_experiment_at(i, &question)); i++) {
		struct bs_experiment *x = run_ci(name, strcmp(name, "list-walk") ? specs : NULL,
						 strcmp(name, "list-walk") ? 1 : 0);
		json_t *o = record_of(x, false), *with = record_of(x, true);

		assert_string_equal(json_string_value(json_object_get(o, "schema")),
				    "buddysim-experiment-1");
		assert_string_equal(json_string_value(json_object_get(o, "experiment")), name);
		assert_string_equal(json_string_value(json_object_get(o, "question")), question);
		assert_string_equal(json_string_value(json_object_get(o, "answer")),
				    bs_experiment_answer(x, false));
		assert_int_equal(json_integer_value(json_object_get(o, "seed")), 1);
		assert_int_equal(json_array_size(json_object_get(o, "rows")),
				 bs_experiment_rows(x));
		assert_null(json_object_get(o, "measured"));
		assert_true(json_is_object(json_object_get(with, "measured")));
		json_object_del(with, "measured");
		assert_true(json_equal(o, with));
		json_decref(with);
		json_decref(o);
		bs_experiment_free(x);
	}
	assert_int_equal(strcmp(bs_experiment_at(0, NULL), "release"), 0);
}

static void test_what_cannot_be_run_is_refused(void **state)
{
	static const char *const bad[] = {"boundary:hwm=x"};
	struct bs_experiment_config c = {.name = "relese", .size = BS_EXPERIMENT_CI};
	struct bs_experiment *x;
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_experiment_run(&c, &x, &err), -EINVAL);
	assert_int_equal(err.status, BS_USAGE);
	assert_non_null(strstr(err.advice, "\"release\""));
	assert_null(x);
	c.name = "release";
	c.strategies = bad;
	c.nr_strategies = 1;
	assert_true(bs_experiment_run(&c, &x, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_null(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_release_counts_follow_the_rules),
		cmocka_unit_test(test_release_only_bitmap_misses),
		cmocka_unit_test(test_list_walk_as_a_naive_walker),
		cmocka_unit_test(test_boundary_and_rotation_walk_a_list_once),
		cmocka_unit_test(test_pressure_refuses_what_is_isolated),
		cmocka_unit_test(test_pressure_bounds),
		cmocka_unit_test(test_churn_limits),
		cmocka_unit_test(test_stall_recovery_and_loss),
		cmocka_unit_test(test_page_fault),
		cmocka_unit_test(test_record_has_the_promised_shape),
		cmocka_unit_test(test_what_cannot_be_run_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
