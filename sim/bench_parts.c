// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench_parts.h"

#include <stdio.h>
#include <time.h>

double bench_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

const char *bench_long_trace(struct bench_setting *b, bool zstd, int *status)
{
	char **trace = zstd ? &b->zstd : &b->plain, params[160];

	if (*trace)
		return *trace;
	snprintf(params, sizeof(params), "events=%llu,live=300000,memory=16GiB",
		 (unsigned long long)b->events);
	fprintf(stderr, "generating churn:%s\n", params);
	progress_tell(b->progress, "generating", 0, 0, "");
	*trace = bench_trace("churn", params, zstd ? ".cborseq.zst" : ".cborseq", status);
	return *trace;
}

double bench_cell_ns(const struct bench_setting *b, const char *path, const char *strategy,
		     enum bs_touch touch, uint64_t *ranges, int *status)
{
	struct bs_sim_config cfg;
	struct bs_result *r;
	struct bs_error err;
	uint64_t events = 0, cpu = 0;

	bs_sim_defaults(&cfg);
	cfg.trace_path = path;
	cfg.strategies = &strategy;
	cfg.nr_strategies = 1;
	cfg.host.device.kind = bs_device_for(BS_DEVICE_INSTANT);
	cfg.host.device.touch = touch;
	cfg.guest.machine.kernel = b->kernel;
	cfg.output.timeline = false;
	cfg.output.jobs = 1;
	cfg.output.stop = cli_stop();
	if (bs_compare(&cfg, &r, &err) < 0) {
		bs_result_free(r);
		*status = cli_error(&err);
		return -1;
	}
	if (bs_result_measured(r, 0, "cpu_ns", &cpu) || bs_result_measured(r, 0, "events", &events))
		events = 0;
	if (ranges)
		bs_result_metric(r, 0, "ranges", ranges);
	bs_result_free(r);
	if (!events)
		return -1;
	return (double)cpu / (ranges ? 1 : (double)events);
}

const char *bench_kernels_own(void)
{
	const struct bs_strategy *s;

	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++)
		if ((s->caps & BS_CAP_STOCK) && !(s->caps & (BS_CAP_IDLE | BS_CAP_CLIENT)))
			return s->name;
	return bs_strategy_at(0)->name;
}
