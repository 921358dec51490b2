// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_probe.h"

static int probe_pass(struct bs_report_ctx *rc, int cpu)
{
	struct bs_probe *p = bs_state(rc);

	(void)cpu;
	p->result = 0;
	p->act(rc);
	return p->result;
}

static void probe_block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
			   bool merged)
{
	struct bs_probe *p = bs_state(rc);

	(void)b;
	(void)why;
	(void)merged;
	p->ins++;
}

static void probe_block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	struct bs_probe *p = bs_state(rc);

	(void)b;
	(void)why;
	p->outs++;
}

static const struct bs_param probe_params[] = {
	{.name = "order",
	 .role = BS_ROLE_ORDER,
	 .type = BS_PARAM_ORDER,
	 .def = 9,
	 .max = 10,
	 .runtime = true,
	 .help = ""},
	{.name = "delay",
	 .role = BS_ROLE_DELAY,
	 .type = BS_PARAM_TIME,
	 .def = BS_NS_PER_S,
	 .max = 60 * BS_NS_PER_S,
	 .help = ""},
	{.name = NULL},
};

const struct bs_strategy bs_probe_strategy = {
	.name = "probe",
	.summary = "does what a test says",
	.origin = "tests",
	.abi = BS_STRATEGY_ABI,
	.state_size = sizeof(struct bs_probe),
	.cpu_state_size = 24,
	.zone_state_size = 16,
	.params = probe_params,
	.block_in = probe_block_in,
	.block_out = probe_block_out,
	.pass = probe_pass,
};

struct bs_world *bs_probe_world(void (*act)(struct bs_report_ctx *rc))
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_probe *p;

	bs_world_bind(w, &bs_probe_strategy, NULL, 2);
	assert_int_equal(bs_report_start(w->rc), 0);
	p = bs_state(w->rc);
	p->act = act;
	return w;
}

int bs_probe_run(struct bs_world *w)
{
	return bs_report_pass(w->rc, -1);
}

void bs_probe_breaks(void (*act)(struct bs_report_ctx *rc), const char *law)
{
	struct bs_world *w = bs_probe_world(act);
	unsigned int n;

	bs_probe_run(w);
	assert_string_equal(w->law, law);
	n = w->violations;
	bs_world_destroy(w);
	assert_int_equal(n, 1);
}

void bs_probe_take(struct bs_report_ctx *rc, unsigned int n)
{
	struct bs_probe *p = bs_state(rc);

	bs_zone_lock(rc, 0);
	for (unsigned int i = 0; i < n; i++) {
		p->r[i] = (struct bs_range){i * 1024, 10};
		assert_true(bs_isolate(rc, i * 1024, 10));
	}
	bs_zone_unlock(rc, 0);
}

void bs_probe_give_back(struct bs_report_ctx *rc, unsigned int n)
{
	bs_zone_lock(rc, 0);
	for (unsigned int i = 0; i < n; i++)
		bs_put_back(rc, i * 1024, 10, BS_MT_NOW, BS_PUT_TAIL);
	bs_zone_unlock(rc, 0);
}

void bs_probe_report_two(struct bs_report_ctx *rc)
{
	struct bs_probe *p = bs_state(rc);

	bs_probe_take(rc, 2);
	p->result = bs_submit(rc, p->r, 2);
	bs_zone_lock(rc, 0);
	for (unsigned int i = 0; i < 2; i++)
		if (bs_put_back(rc, i * 1024, 10, BS_MT_NOW, BS_PUT_TAIL) == 10 && !p->result)
			bs_mark(rc, i * 1024, 10);
	bs_zone_unlock(rc, 0);
}
