// SPDX-License-Identifier: GPL-2.0-or-later
/* figures.def: what every reader of a figure relies on. */
#include "bs_record_test.h"

#include "json.h"

static bool starts_with(const char *s, const char *start)
{
	return !strncmp(s, start, strlen(start));
}

/* Keys are what --fail-if and the record's readers look up. */
static void test_each_key_is_unique_and_defined(void **state)
{
	const struct bs_metric *m;
	unsigned int n = 0;

	(void)state;
	for (; (m = bs_metric_at(n)); n++) {
		assert_true(m->key[0] && m->definition[0]);
		assert_in_range(m->unit, 0, BS_NR_UNITS - 1);
		for (unsigned int i = 0; i < n; i++)
			assert_string_not_equal(bs_metric_at(i)->key, m->key);
	}
	assert_true(n > 30);
	assert_null(bs_metric_at(n + 1));
}

/* A bound of --fail-if is read by the figure's unit, so the key must not say another one. */
static void test_a_unit_in_a_key_is_the_unit(void **state)
{
	static const struct {
		const char *part;
		enum bs_unit unit;
	} said[] = {
		{"_bytes", BS_UNIT_BYTES},
		{"_ns", BS_UNIT_NS},
		{"_mib_s", BS_UNIT_MIB_S},
	};
	const struct bs_metric *m;

	(void)state;
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++) {
		for (size_t k = 0; m->cell && k < sizeof(said) / sizeof(said[0]); k++) {
			const char *at = strstr(m->key, said[k].part);

			/* How many of them there are. */
			if (strstr(m->key, ".nonzero"))
				continue;
			if (at && (!at[strlen(said[k].part)] || at[strlen(said[k].part)] == '.'))
				assert_int_equal(m->unit, said[k].unit);
		}
	}
}

/* A number of a cell is in the record of a cell, and nowhere as text. */
static void test_each_figure_is_in_the_record(void **state)
{
	const struct bs_metric *m;
	struct bs_made_up made;
	uint64_t v;

	(void)state;
	bs_record_begin(&made);
	made.with_agreement = true;
	made.agreement.compared = true;
	made.f.host_counts = made.f.cycles.counted = made.f.locks.modelled = true;
	made.f.snapshot.taken = made.f.asked.gained = 1;
	made.f.restored.is = made.f.huge.counted = made.f.cache.counted = made.f.asked.any = true;
	made.f.pressed.modelled = true;
	made.f.pressed.moved = 1;
	made.cfg.output.timeline = true;
	bs_record_start(&made);
	bs_record_add(&made, "rotation", 5);
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++) {
		const json_t *cell = json_array_get(json_object_get(made.r->record, "cells"), 0);

		if (m->cell && bs_result_metric(made.r, 0, m->key, &v))
			fail_msg("%s is not there", m->key);
		else if (starts_with(m->key, "trace."))
			assert_non_null(bs_json_at(made.r->record, m->key));
		else if (starts_with(m->key, "agreement."))
			assert_non_null(bs_json_at(cell, m->key));
	}
	bs_result_free(made.r);
}

static void test_what_a_run_does_not_have_is_null(void **state)
{
	struct bs_made_up made;
	const json_t *cell;
	uint64_t v;

	(void)state;
	bs_record_begin(&made);
	bs_record_start(&made);
	made.f.cost_ns = made.f.settle[1] = BS_NO_TIME;
	made.f.device.content_checked = false;
	bs_record_add(&made, "rotation", 5);
	cell = json_array_get(json_object_get(made.r->record, "cells"), 0);
	assert_true(json_is_null(bs_json_at(cell, "cost_ns")));
	assert_true(json_is_null(bs_json_at(cell, "agreement")));
	assert_string_equal(json_string_value(bs_json_at(cell, "content_loss")), "not checked");
	assert_int_equal(bs_result_metric(made.r, 0, "settle_ns.t50", &v), 0);
	assert_int_equal(bs_result_metric(made.r, 0, "settle_ns.t90", &v), -ENODATA);
	assert_int_equal(bs_result_metric(made.r, 0, "cost_ns", &v), -ENODATA);
	assert_int_equal(bs_result_metric(made.r, 0, "content_loss", &v), -ENODATA);
	assert_true(bs_result_metric(made.r, 0, "agreement.strict", &v) < 0);
	assert_int_equal(bs_result_metric(made.r, 0, "nonsense", &v), -ENOENT);
	bs_result_free(made.r);
}

static void test_a_figure_is_found_by_its_key(void **state)
{
	struct bs_error err;

	(void)state;
	assert_string_equal(bs_metric_find("refault_bytes.10s", NULL)->key, "refault_bytes.10s");
	assert_null(bs_metric_find("refault_bytes.11s", &err));
	assert_int_equal(err.status, BS_USAGE);
	assert_says(err.text, "refault_bytes.1");
	/* In the record, but not one number of a cell. */
	assert_null(bs_metric_find("nr_free", &err));
	assert_null(bs_metric_find("bound.cost_ns", &err));
}

static void test_what_no_run_can_have_is_known_before(void **state)
{
	struct bs_sim_config cfg;

	(void)state;
	bs_sim_defaults(&cfg);
	assert_null(bs_metric_absent(bs_metric_find("content_loss", NULL), &cfg));
	assert_null(bs_metric_absent(bs_metric_find("cost_ns", NULL), &cfg));
	assert_says(bs_metric_absent(bs_metric_find("agreement.strict", NULL), &cfg), "--state");
	cfg.guest.state_path = "x";
	assert_null(bs_metric_absent(bs_metric_find("agreement.strict", NULL), &cfg));
	cfg.host.device.touch = BS_TOUCH_NONE;
	assert_says(bs_metric_absent(bs_metric_find("content_loss", NULL), &cfg), "--touch");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_key_is_unique_and_defined),
		cmocka_unit_test(test_a_unit_in_a_key_is_the_unit),
		cmocka_unit_test(test_each_figure_is_in_the_record),
		cmocka_unit_test(test_what_a_run_does_not_have_is_null),
		cmocka_unit_test(test_a_figure_is_found_by_its_key),
		cmocka_unit_test(test_what_no_run_can_have_is_known_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
