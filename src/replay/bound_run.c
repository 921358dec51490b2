// SPDX-License-Identifier: GPL-2.0-or-later
#include "bound_run.h"

#include <errno.h>

#include "timeline.h"

int bs_refault_price(const struct bs_sim_config *cfg, bs_ns *per_mib, struct bs_error *err)
{
	struct bs_device_costs costs;
	int ret = bs_device_config_costs(&cfg->host.device, &costs, err);

	if (!ret)
		*per_mib = cfg->host.device.thp == BS_THP_NEVER ? costs.refault_per_mib
								: costs.refault_thp_per_mib;
	return ret;
}

/* Whatever way of taking memory back is cheapest: no strategy can do better. With huge pages some memory
 * comes back as base pages all the same; and the host may install what is asked for. */
static int least_price(const struct bs_sim_config *cfg, bs_ns *per_mib, struct bs_error *err)
{
	struct bs_device_costs c;
	int ret = bs_device_config_costs(&cfg->host.device, &c, err);

	if (ret)
		return ret;
	*per_mib = c.refault_per_mib;
	if (cfg->host.device.thp != BS_THP_NEVER && c.refault_thp_per_mib < *per_mib)
		*per_mib = c.refault_thp_per_mib;
	if (c.install_per_mib < *per_mib)
		*per_mib = c.install_per_mib;
	return 0;
}

/* The bound is the same with the steps as with every event. */
_Static_assert(BS_BOUND_LEVEL % BS_USED_GRAIN == 0, "a level begins within a step");

/* used(t) of the trace alone, without a guest: what the bound is made from. */
static uint64_t used_after(const struct bs_trace_chunk *k, unsigned int i, unsigned int page_shift,
			   uint64_t used)
{
	const uint64_t bytes = UINT64_C(1) << (page_shift + k->order[i]);

	if (k->kind[i] == BS_EV_ALLOC || k->kind[i] == BS_EV_PRE)
		return used + bytes;
	return k->kind[i] == BS_EV_FREE && used >= bytes ? used - bytes : used;
}

static void take_steps(struct bs_bound *b, const struct bs_used_step *step, size_t nr, bs_ns base)
{
	for (size_t i = 0; i < nr; i++)
		bs_bound_set(b, base + step[i].time, step[i].bytes);
}

static int stopped(const struct bs_sim_config *cfg, struct bs_error *err)
{
	if (!cfg->output.stop || !*cfg->output.stop)
		return 0;
	return bs_error_set(err, BS_INTERRUPTED, EINTR, NULL, NULL,
			    "stopped while the bound was computed");
}

/* The steps were too many to be kept. */
static int take_events(const struct bs_sim_config *cfg, struct bs_trace *t, struct bs_bound *b,
		       bs_ns base, struct bs_error *err)
{
	const unsigned int page_shift = bs_trace_info(t)->page_shift;
	struct bs_trace_chunk k;
	bs_ns last = base;
	uint64_t used = 0;
	int ret = bs_trace_rewind(t, err);

	while (ret >= 0 && (ret = bs_trace_next(t, &k, err)) > 0) {
		if (stopped(cfg, err))
			return -EINTR;
		for (unsigned int i = 0; i < k.n; i++) {
			bs_ns now = k.time[i] + base;

			if (now != last)
				bs_bound_set(b, last, used);
			last = now;
			used = used_after(&k, i, page_shift, used);
		}
	}
	if (ret < 0 && !cfg->window.keep_whole)
		return ret;
	bs_bound_set(b, last, used);
	return 0;
}

static int run(const struct bs_sim_config *cfg, struct bs_trace *t, struct bs_bound *b,
	       struct bs_error *err)
{
	const bs_ns round_ns = bs_trace_info(t)->duration + cfg->window.gap;
	bs_ns base = 0;
	size_t nr;
	const struct bs_used_step *used = bs_trace_used(t, &nr);

	for (unsigned int round = 0; round < cfg->window.repeat; round++, base += round_ns) {
		int ret = stopped(cfg, err);

		/* What a round leaves in use is given back when the next one begins, not before. */
		if (round)
			bs_bound_set(b, base, 0);
		if (!ret && used)
			take_steps(b, used, nr, base);
		else if (!ret)
			ret = take_events(cfg, t, b, base, err);
		if (ret)
			return ret;
	}
	bs_bound_end(b, base - cfg->window.gap + cfg->window.tail);
	return 0;
}

int bs_bound_run(const struct bs_sim_config *cfg, struct bs_trace *t, struct bs_bound **out,
		 bs_ns *refault, struct bs_error *err)
{
	int ret = least_price(cfg, refault, err);

	*out = NULL;
	if (ret)
		return ret;
	*out = bs_bound_create(cfg->guest.machine.memory_bytes, *refault,
			       cfg->host.weight_ns_per_mib_s);
	if (!*out)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, cfg->trace_path, NULL, "bound");
	return t ? run(cfg, t, *out, err) : 0;
}
