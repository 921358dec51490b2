// SPDX-License-Identifier: GPL-2.0-or-later
#include "two_runs.h"

#include <errno.h>

/* On a modelled host with the real one's costs: first touches take as long, so that no request happens
 * at another time than under an idle strategy on the real one (but for the time that a guest takes to
 * poison what it frees). Nobody looks on: it is not yet what was asked for. @costs: room for them. */
static int idle_plan(const struct bs_plan *plan, struct bs_plan *first,
		     struct bs_device_costs *costs, struct bs_error *err)
{
	struct bs_device_config *dc = &first->cfg.host.device;

	*first = *plan;
	first->cfg.output.viewer = NULL;
	dc->kind = bs_device_for(BS_DEVICE_TIMED);
	dc->params = NULL;
	dc->costs = costs;
	return bs_device_config_costs(&plan->cfg.host.device, costs, err);
}

static int run(const struct bs_plan *plan, const struct bs_cell_setup *setup, unsigned int order,
	       struct bs_trace *trace, struct bs_future **out, struct bs_error *err)
{
	struct bs_future *future;
	struct bs_cell *c;
	int ret = bs_cell_create(plan, setup, trace, &c, err);

	if (ret)
		return ret;
	future = bs_future_create(bs_max_pfn(c->g->m), order);
	if (future) {
		bs_cell_write_down(c, future);
		ret = bs_cell_run(c, err);
	} else {
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, c->label, NULL, "the first run");
	}
	bs_cell_destroy(c);
	if (ret) {
		bs_future_destroy(future);
		return ret;
	}
	bs_future_follow(future);
	*out = future;
	return 0;
}

int bs_first_run(const struct bs_plan *plan, struct bs_cell_setup *setup, struct bs_trace *trace,
		 struct bs_error *err)
{
	const struct bs_platform *on = bs_platform_at(plan->cfg.guest.machine.machine);
	struct bs_cell_setup first = *setup;
	struct bs_device_costs costs;
	struct bs_plan idle;
	struct bs_spec spec;
	int ret;

	setup->future = NULL;
	if (!(setup->spec->s->caps & BS_CAP_KNOWS_FUTURE))
		return 0;
	ret = idle_plan(plan, &idle, &costs, err);
	if (ret)
		return ret;
	ret = bs_spec_of(bs_strategy_with(BS_CAP_IDLE), NULL, on, &spec, err);
	if (ret)
		return ret;
	first.spec = &spec;
	ret = run(&idle, &first,
		  (unsigned int)bs_spec_value_of_role(setup->spec, BS_ROLE_ORDER, on->report_order),
		  trace, &setup->future, err);
	bs_spec_free(&spec);
	return ret;
}
