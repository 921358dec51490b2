// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_run_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void write_trace(struct bs_run *run, const struct bs_trace_event *ev, size_t n)
{
	struct bs_trace_info info = {
		.source = "test", .memory_bytes = UINT64_C(256) << 20, .nr_cpus = 2};
	struct bs_trace_writer *w;
	struct bs_error err;

	snprintf(run->path, sizeof(run->path), "/tmp/bs-run-%d.cborseq", (int)getpid());
	assert_ok(bs_trace_create(run->path, &info, &w, &err), &err);
	for (size_t i = 0; i < n; i++) {
		struct bs_trace_event e = ev[i];

		e.pfn = BS_NO_PFN;
		if (!e.gfp && (e.kind == BS_EV_ALLOC || e.kind == BS_EV_PRE))
			e.gfp = BS_GFP_HIGHUSER_MOVABLE;
		assert_ok(bs_trace_write(w, &e, &err), &err);
	}
	assert_ok(bs_trace_finish(w, &info, &err), &err);
}

void bs_run_setup(struct bs_run *run, const char *strategy, const struct bs_trace_event *ev,
		  size_t n)
{
	memset(run, 0, sizeof(*run));
	write_trace(run, ev, n);
	bs_sim_defaults(&run->cfg);
	run->strategy = strategy;
	run->cfg.trace_path = run->path;
	run->cfg.strategies = &run->strategy;
	run->cfg.nr_strategies = 1;
	run->cfg.host.device.kind = "model";
	run->cfg.host.device.costs = &run->costs;
	run->cfg.host.device.thp = BS_THP_NEVER;
	run->cfg.window.tail = 0;
	run->cfg.window.check_every = 1;
}

void bs_run_go(struct bs_run *run)
{
	struct bs_error err;

	assert_ok(bs_compare(&run->cfg, &run->r, &err), &err);
	unlink(run->path);
}

struct bs_trace *bs_run_open(struct bs_run *run)
{
	struct bs_trace *t;
	struct bs_error err;

	assert_ok(bs_trace_open(run->path, &t, &err), &err);
	assert_ok(bs_trace_scan(t, false, &err), &err);
	unlink(run->path);
	return t;
}

uint64_t bs_run_metric(const struct bs_run *run, const char *key)
{
	uint64_t v = 0;

	if (bs_result_metric(run->r, 0, key, &v))
		fail_msg("no figure %s", key);
	return v;
}
