// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_world_test.h"

void bs_world_test_init(struct bs_world_test *t)
{
	memset(t, 0, sizeof(*t));
	t->machine = (struct bs_machine_config){.kernel = "linux-6.1",
						.memory_bytes = UINT64_C(256) << 20,
						.nr_cpus = 2,
						.seed = 1};
	t->device = (struct bs_device_config){
		.kind = "model", .touch = BS_TOUCH_PAGE, .thp = BS_THP_NEVER, .costs = &t->costs};
	assert_int_equal(bs_world_init(&t->w, &t->host, &t->stop), 0);
}

static struct bs_guest *add(struct bs_world_test *t, struct bs_spec *spec)
{
	const struct bs_guest_setup setup = {.label = "test",
					     .machine = &t->machine,
					     .wake_latency = t->wake_latency,
					     .vmstat_busy = t->vmstat_busy,
					     .vmstat_idle = t->vmstat_idle,
					     .device = &t->device,
					     .seed = 1,
					     .spec = spec,
					     .future = t->future};
	struct bs_guest *g;
	struct bs_error err;

	assert_ok(bs_world_add(&t->w, &setup, &g, &err), &err);
	bs_spec_free(spec);
	return g;
}

struct bs_guest *bs_world_test_add(struct bs_world_test *t, const char *strategy)
{
	struct bs_spec spec;
	struct bs_error err;

	assert_ok(bs_spec_parse(strategy, NULL, &spec, &err), &err);
	return add(t, &spec);
}

struct bs_guest *bs_world_test_bind(struct bs_world_test *t, const struct bs_strategy *s)
{
	struct bs_spec spec;
	struct bs_error err;

	assert_ok(bs_spec_of(s, NULL, NULL, &spec, &err), &err);
	return add(t, &spec);
}

void bs_world_test_free(struct bs_world_test *t)
{
	bs_world_end(&t->w);
}
