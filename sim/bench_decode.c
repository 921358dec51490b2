// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_decode.c - `buddysim bench trace`: how fast a trace is read, what an event takes in its file, and how
 * long a user waits from the file to the record.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench_parts.h"

#define PORTION (128u << 10) /* about a chunk */

/* ---- Reading --------------------------------------------------------------------------------- */

/* Nothing but the bytes: the floor under all that follows. */
static int read_bytes(const char *path, uint64_t *events, struct bs_error *err)
{
	char buf[PORTION];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return bs_error_set(err, BS_INPUT, errno, path, NULL, "cannot open");
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		;
	close(fd);
	(void)events;
	return 0;
}

static int decode(const char *path, uint64_t *events, struct bs_error *err)
{
	struct bs_trace_chunk c;
	struct bs_trace *t;
	int ret = bs_trace_open(path, &t, err);

	if (ret)
		return ret;
	for (*events = 0; (ret = bs_trace_next(t, &c, err)) > 0;)
		*events += c.n;
	bs_trace_close(t);
	return ret;
}

/* What is done once, before the first cell: each event looked at, hash, what is used when. */
static int scan(const char *path, uint64_t *events, struct bs_error *err)
{
	struct bs_trace *t;
	int ret = bs_trace_open(path, &t, err);

	if (ret)
		return ret;
	ret = bs_trace_scan(t, false, err);
	*events = bs_trace_info(t)->events;
	bs_trace_close(t);
	return ret;
}

/* All that `run -s none --format json` does. */
static int whole(const char *path, uint64_t *events, struct bs_error *err)
{
	const char *idle = bs_strategy_with(BS_CAP_IDLE)->name;
	struct bs_sim_config cfg;
	struct bs_result *r = NULL;
	int ret;

	bs_sim_defaults(&cfg);
	cfg.trace_path = path;
	cfg.strategies = &idle;
	cfg.nr_strategies = 1;
	cfg.host.device.kind = bs_device_for(BS_DEVICE_INSTANT);
	cfg.output.stop = cli_stop();
	ret = bs_compare(&cfg, &r, err);
	if (ret >= 0)
		ret = bs_result_write(r, BS_FORMAT_JSON, true, "/dev/null", err);
	bs_result_free(r);
	(void)events;
	return ret < 0 ? ret : 0;
}

typedef int way_fn(const char *path, uint64_t *events, struct bs_error *err);

/* Million events a second. */
static double rate_of(struct bench_setting *b, way_fn *way, bool zstd, int *status)
{
	const char *path = bench_long_trace(b, zstd, status);
	const double begin = bench_cpu_ns();
	uint64_t events = b->events;
	struct bs_error err;

	if (!path)
		return -1;
	if (way(path, &events, &err)) {
		*status = cli_error(&err);
		return -1;
	}
	return (double)events * 1e3 / (bench_cpu_ns() - begin);
}

static double just_read(struct bench_setting *b, unsigned int zstd, int *status)
{
	return rate_of(b, read_bytes, zstd, status);
}

static double decoded(struct bench_setting *b, unsigned int zstd, int *status)
{
	return rate_of(b, decode, zstd, status);
}

static double scanned(struct bench_setting *b, unsigned int zstd, int *status)
{
	return rate_of(b, scan, zstd, status);
}

static double to_record(struct bench_setting *b, unsigned int zstd, int *status)
{
	return rate_of(b, whole, zstd, status);
}

/* ---- Files ----------------------------------------------------------------------------------- */

static struct bs_trace_event event_at(const struct bs_trace_info *info,
				      const struct bs_trace_chunk *c, unsigned int i)
{
	return (struct bs_trace_event){.time = c->time[i],
				       .kind = (enum bs_ev)c->kind[i],
				       .order = c->order[i],
				       .cpu = c->cpu[i],
				       .flags = c->flags[i],
				       .gfp = info->gfp[c->gfp[i]],
				       .arg = c->arg[i],
				       .offset = c->offset ? c->offset[i] : 0,
				       /* Some page; which one is the same to the file. */
				       .pfn = (bs_pfn)((c->first + i) % (1u << 20))};
}

/* The same events with a pfn each, as a recording has them. */
static int write_with_pfns(struct bs_trace *t, const char *to, struct bs_error *err)
{
	struct bs_trace_info info = *bs_trace_info(t);
	struct bs_trace_writer *w;
	struct bs_trace_chunk c;
	int ret;

	info.has_pfn = true;
	ret = bs_trace_create(to, &info, &w, err);
	if (ret)
		return ret;
	while (!ret && (ret = bs_trace_next(t, &c, err)) > 0) {
		ret = 0;
		for (unsigned int i = 0; i < c.n && !ret; i++) {
			const struct bs_trace_event ev = event_at(bs_trace_info(t), &c, i);

			ret = bs_trace_write(w, &ev, err);
		}
	}
	if (!ret)
		return bs_trace_finish(w, &info, err);
	bs_trace_abandon(w);
	return ret;
}

static double bytes_of(const char *path, uint64_t events)
{
	struct stat st;

	return stat(path, &st) ? -1 : (double)st.st_size / (double)events;
}

static double bytes_per_event(struct bench_setting *b, unsigned int zstd, int *status)
{
	const char *path = bench_long_trace(b, zstd, status);

	return path ? bytes_of(path, b->events) : -1;
}

static double bytes_with_pfns(struct bench_setting *b, unsigned int zstd, int *status)
{
	const char *path = bench_long_trace(b, zstd, status);
	struct bs_error err;
	struct bs_trace *t;
	double bytes = -1;
	char *to;

	if (!path || asprintf(&to, "%s.pfns.cborseq", path) < 0)
		return -1;
	if (bs_trace_open(path, &t, &err)) {
		*status = cli_error(&err);
		free(to);
		return -1;
	}
	if (write_with_pfns(t, to, &err))
		*status = cli_error(&err);
	else
		bytes = bytes_of(to, b->events);
	bs_trace_close(t);
	unlink(to);
	free(to);
	return bytes;
}

/* Beside the rates stands what it takes to do nothing with the bytes. */
const struct bench_row bench_decode_rows[] = {
	{"trace", "decode, plain (beside reading the bytes)", "M/s", 1, 600, 0, decoded, just_read,
	 0, false},
	{"trace", "decode, zstd (beside reading the bytes)", "M/s", 1, 150, 0, decoded, just_read,
	 1, false},
	{"trace", "scan: decode, check, hash, used(t)", "M/s", 1, 0, 0, scanned, NULL, 0, false},
	{"trace", "file to record, one cell", "M/s", 1, 30, 0, to_record, NULL, 0, false},
	{"trace", "an event, plain", "bytes", -1, 6, 0, bytes_per_event, NULL, 0, true},
	{"trace", "an event, zstd", "bytes", -1, 3.3, 0, bytes_per_event, NULL, 1, true},
	{"trace", "an event with its recorded pfn, plain", "bytes", -1, 10, 0, bytes_with_pfns,
	 NULL, 0, true},
	{0},
};
