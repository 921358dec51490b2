// SPDX-License-Identifier: GPL-2.0-or-later
/* device/kinds: what is said of each kind is so, and nobody needs to know one by name. */
#include "bs_test.h"

#include <errno.h>
#include <string.h>

#include "bs_device_test.h"
#include "device_state.h"

static void test_each_kind_is_what_its_traits_say(void **state)
{
	const struct bs_device_traits *t;
	unsigned int n = 0, defaults = 0;

	(void)state;
	for (; (t = bs_device_at(n)); n++) {
		struct bs_device_costs preset, got;
		struct bs_device *d = bs_dev_create(
			(struct bs_device_config){.kind = t->name, .touch = BS_TOUCH_PAGE});
		const struct bs_device_config one = {.kind = t->name, .params = "per_request=7ns"};
		struct bs_device_stats st;

		assert_true(*t->name && *t->summary);
		assert_ptr_equal(bs_device_traits(t->name), t);
		assert_true(bs_cost_preset(t->preset, &preset));
		assert_int_equal(bs_device_config_costs(&one, &got, NULL) == 0, t->has_costs);
		assert_int_equal(bs_device_real_rss(d) != BS_NO_TIME, t->has_arena);
		bs_device_stats(d, &st);
		assert_int_equal(st.content_checked, t->has_arena);
		defaults += t->is_default;
		bs_device_destroy(d);
	}
	assert_true(n >= 3);
	assert_int_equal(defaults, 1);
	assert_null(bs_device_traits("nothing of the kind"));
	assert_null(bs_device_traits(NULL));
}

static void test_a_kind_for_every_use(void **state)
{
	const struct bs_device_traits *t;

	(void)state;
	assert_true(bs_device_traits(bs_device_for(BS_DEVICE_DEFAULT))->is_default);
	t = bs_device_traits(bs_device_for(BS_DEVICE_TIMED));
	assert_true(t->has_costs && !t->has_arena);
	t = bs_device_traits(bs_device_for(BS_DEVICE_INSTANT));
	assert_true(!t->has_costs && !t->has_arena);
}

static void test_an_unknown_kind_is_told_the_others(void **state)
{
	struct bs_device_config c = {.kind = "virtio", .nr_pages = 1};
	struct bs_device *d;
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_device_create(&c, &d, &err), -EINVAL);
	assert_null(d);
	assert_string_equal(err.text, "unknown device 'virtio'");
	for (unsigned int i = 0; bs_device_at(i); i++)
		assert_non_null(strstr(err.advice, bs_device_at(i)->name));
	assert_int_equal(bs_device_check_params(NULL, NULL, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_is_what_its_traits_say),
		cmocka_unit_test(test_a_kind_for_every_use),
		cmocka_unit_test(test_an_unknown_kind_is_told_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
