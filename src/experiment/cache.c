// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cache.c - a guest reads a large set of files once and then idles; at the end it reads a tenth of them again. What
 * does the host get back of what it read, how soon, and what does reading again cost?
 */
#include "lived.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define LOOK (5 * BS_NS_PER_S)
#define AT_ONCE 256 /* pages of files */

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false,
	 "who takes part, and who looks after the guest's memory"},
	{"kernel", "kernel", BS_COLUMN_TEXT, false, "kernel model of the guest"},
	{"files_bytes", "files MiB", BS_COLUMN_BYTES, false, "what is read once"},
	{"end_bytes", "at the end MiB", BS_COLUMN_BYTES, false,
	 "what the host still holds of it before a part is read again: page cache and free memory"},
	{"half_ns", "half back s", BS_COLUMN_NS, false,
	 "from the reading's end until the host holds half of it"},
	{"tenth_ns", "90 % back s", BS_COLUMN_NS, false, "... until a tenth is left"},
	{"held_with_cache_bytes", "mean MiB", BS_COLUMN_BYTES, false,
	 "held though unused, and page cache, in the mean over the window"},
	{"given_back", "given back pages", BS_COLUMN_COUNT, false,
	 "of page cache because it was asked for"},
	{"moved", "moved pages", BS_COLUMN_COUNT, false, "by compaction that was asked for"},
	{"stall_ns", "agent us", BS_COLUMN_NS_SHORT, false, "time that the CPU spent on that"},
	{"again_ns", "again us", BS_COLUMN_NS_SHORT, false,
	 "what the tenth that is read again waits for: the disk, and memory that the host had back"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

enum phase { READING, IDLING, AGAIN };

struct reader {
	struct bs_lived l; /* first: the load's argument is both */
	enum phase phase;
	uint64_t files, done; /* pages */
	bs_ns idle_from, idle, stall;
	uint64_t end, most;
	bs_ns half, tenth;
	json_t *x, *y;
};

static uint64_t has(const struct bs_guest *g)
{
	return bs_ledger_excess(g) + bs_ledger_cache(g);
}

static bs_ns waited(const struct bs_guest *g)
{
	bs_ns of[BS_NR_CAUSES], sum = 0;

	bs_cpus_blocked(g->cpus, g->nr_cpus, of);
	for (unsigned int i = 0; i < BS_NR_CAUSES; i++)
		sum += of[i];
	return sum;
}

static void look(struct reader *r, bs_ns now)
{
	const uint64_t is = has(r->l.t.g);

	json_array_append_new(r->x, json_integer((json_int_t)(now - r->idle_from)));
	json_array_append_new(r->y, json_integer((json_int_t)is));
	if (r->half == BS_NO_TIME && is <= r->most / 2)
		r->half = now - r->idle_from;
	if (r->tenth == BS_NO_TIME && is <= r->most / 10)
		r->tenth = now - r->idle_from;
}

static struct bs_pause turn(struct bs_trial *t)
{
	struct reader *r = t->step_arg;
	const bs_ns now = bs_trial_now(t);
	const uint64_t tenth = r->files / 10;

	switch (r->phase) {
	case READING:
		bs_lived_read(&r->l, r->done, AT_ONCE);
		r->done += AT_ONCE;
		if (r->done + AT_ONCE <= r->files)
			return (struct bs_pause){.work = 500 * BS_NS_PER_US};
		r->phase = IDLING;
		r->idle_from = now;
		r->most = has(t->g);
		r->stall = waited(t->g);
		r->done = 0;
		look(r, now);
		break;
	case IDLING:
		look(r, now);
		if (now - r->idle_from < r->idle)
			break;
		r->phase = AGAIN;
		r->end = has(t->g);
		r->stall = waited(t->g) - r->stall;
		return (struct bs_pause){0};
	case AGAIN:
		bs_lived_read(&r->l, r->done, AT_ONCE);
		r->done += AT_ONCE;
		return (struct bs_pause){.work = 500 * BS_NS_PER_US, .over = r->done >= tenth};
	}
	return (struct bs_pause){.not_before = now + LOOK};
}

static void put_row(struct bs_experiment *x, struct reader *r, const char *spec, const char *kernel,
		    bs_ns before)
{
	const struct bs_guest *g = r->l.t.g;
	json_t *row = bs_experiment_row(x, spec), *series = json_object();

	bs_timeline_end(r->l.t.ledger.tl, bs_trial_now(&r->l.t));
	bs_json_put_text(row, "kernel", kernel);
	bs_json_put_uint(row, "files_bytes", r->files << g->page_shift);
	bs_json_put_uint(row, "end_bytes", r->end);
	bs_json_put_time(row, "half_ns", r->half);
	bs_json_put_time(row, "tenth_ns", r->tenth);
	bs_json_put_uint(row, "held_with_cache_bytes",
			 bs_lived_with_cache(&r->l, bs_trial_now(&r->l.t)));
	bs_json_put_uint(row, "given_back", g->acts.dropped + g->acts.reclaimed);
	bs_json_put_uint(row, "moved", g->acts.moved);
	bs_json_put_uint(row, "stall_ns", r->stall);
	bs_json_put_uint(row, "again_ns", waited(g) - before);
	bs_json_put_text(series, "strategy", spec);
	bs_json_put_text(series, "group", kernel);
	json_object_set(series, "x", r->x);
	json_object_set(series, "y", r->y);
	json_array_append_new(x->series, series);
}

static int run_cell(struct bs_experiment *x, const char *spec, const char *kernel,
		    struct bs_error *err)
{
	const uint64_t bytes = (x->ci ? 128 : 2048) * BS_MIB;
	const bs_ns idle = (x->ci ? 2 : 10) * 60 * BS_NS_PER_S;
	const struct bs_lived_setup setup = {.spec = spec,
					     .kernel = kernel,
					     .bytes = bytes,
					     .files = bytes / 2,
					     .window = idle + 60 * BS_NS_PER_S};
	struct reader *r = calloc(1, sizeof(*r));
	bs_ns before = 0;
	int ret;

	if (!r)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "experiment");
	r->files = setup.files >> 12;
	r->idle = idle;
	r->half = r->tenth = BS_NO_TIME;
	r->x = json_array();
	r->y = json_array();
	ret = bs_lived_begin(&r->l, x, &setup, err);
	if (!ret) {
		bs_trial_load(&r->l.t, turn, r);
		while (r->phase != AGAIN && !r->l.t.world.clock.failed)
			bs_trial_run(&r->l.t, bs_clock_next(&r->l.t.world.clock));
		before = waited(r->l.t.g);
		bs_trial_run_load(&r->l.t);
		put_row(x, r, spec, kernel, before);
		ret = bs_trial_check(&r->l.t, err);
	}
	bs_lived_end(&r->l);
	json_decref(r->x);
	json_decref(r->y);
	free(r);
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void answer(struct bs_experiment *x)
{
	const json_t *row, *least = json_array_get(x->rows, 0), *most = least;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		if (bs_row_get(row, "held_with_cache_bytes") <
		    bs_row_get(least, "held_with_cache_bytes"))
			least = row;
		if (bs_row_get(row, "held_with_cache_bytes") >
		    bs_row_get(most, "held_with_cache_bytes"))
			most = row;
	}
	bs_experiment_answers(
		x,
		"cache: of %llu MiB that are read once the host holds %llu MiB in the mean with %s on %s, %llu MiB with %s on %s; "
		"a tenth read again waits %llu and %llu us",
		(unsigned long long)(bs_row_get(most, "files_bytes") >> 20),
		(unsigned long long)(bs_row_get(most, "held_with_cache_bytes") >> 20),
		bs_row_word(most, "strategy"), bs_row_word(most, "kernel"),
		(unsigned long long)(bs_row_get(least, "held_with_cache_bytes") >> 20),
		bs_row_word(least, "strategy"), bs_row_word(least, "kernel"),
		(unsigned long long)bs_row_get(most, "again_ns") / 1000,
		(unsigned long long)bs_row_get(least, "again_ns") / 1000);
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	static const char *const kernels[] = {"linux-6.1", "linux-6.12"};
	const char *const *on = x->kernel_asked ? &x->cfg.kernel : kernels;
	const size_t nr = x->kernel_asked ? 1 : sizeof(kernels) / sizeof(kernels[0]);
	int ret = 0;

	if (!x->kernel_asked)
		bs_experiment_kernels(x, "linux-6.1, linux-6.12");
	bs_experiment_setting(
		x,
		"%u MiB guest reads %u MiB of files, idles for %u minutes, and reads a tenth again",
		x->ci ? 128 : 2048, x->ci ? 64 : 1024, x->ci ? 2 : 10);
	x->nr_settings = (unsigned int)nr;
	for (size_t k = 0; k < nr && !ret; k++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			ret = run_cell(x, x->specs[i], on[k], err);
	if (!ret)
		answer(x);
	return ret;
}

static const char *const extra[] = {"none",
				    "rotation",
				    "none+timer:every=1min",
				    "rotation+timer:every=1min",
				    "rotation+gradual:idle=1min,share=20",
				    "rotation+psi",
				    NULL};

const struct bs_experiment_kind bs_experiment_cache = {
	.name = "cache",
	.question =
		"what the host gets back of page cache that nobody needs any more, by who looks after the guest's memory",
	.columns = columns,
	.extra = extra,
	.only_extra = true,
	.run = run,
};
