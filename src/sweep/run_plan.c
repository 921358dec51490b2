// SPDX-License-Identifier: GPL-2.0-or-later
/* run_plan.c - run what is not there yet: batches side by side, as many as memory has room for. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "cell_need.h"
#include "jobs.h"
#include "memory_budget.h"
#include "segment.h"

struct run {
	struct bs_sweep *s;
	const struct bs_sweep_run_config *config;
	struct bs_batch *batches;
	unsigned int nr;
	struct bs_budget budget;
	pthread_mutex_t lock; /* of all below */
	struct bs_segment_writer writer;
	uint64_t done, failed, of;
	int over; /* no more is begun: an error's, or the user's */
	int ret;
	struct bs_error *err;
};

/* ---- Which cells ------------------------------------------------------------------------------------- */

static bool is_pending(const struct bs_planned *c, bool retry)
{
	return !c->at.segment || (c->at.failed && retry);
}

/* Parts are counted in whole batches of the plan, whatever of them is done. */
static int make_batches(struct run *r)
{
	const struct bs_sweep_run_config *config = r->config;
	const struct bs_sweep *s = r->s;
	uint64_t number = 0;

	r->batches = calloc(s->nr_cells / BS_BATCH + s->nr_groups + 1, sizeof(*r->batches));
	if (!r->batches)
		return bs_error_set(r->err, BS_RESOURCE, ENOMEM, s->dir, NULL,
				    "the plan does not fit");
	for (uint64_t i = 0; i < s->nr_groups; i++) {
		const struct bs_group *g = &s->groups[i];

		for (unsigned int n = 0; n < g->nr; n += BS_BATCH) {
			struct bs_batch *b = &r->batches[r->nr];

			*b = (struct bs_batch){.group = (uint32_t)i};
			if (config->shards && number++ % config->shards != config->shard - 1)
				continue;
			for (unsigned int c = n; c < g->nr && c < n + BS_BATCH; c++)
				if (is_pending(&s->cells[g->first + c], config->retry))
					b->cells[b->nr++] = g->first + c;
			r->of += b->nr;
			r->nr += b->nr > 0;
		}
	}
	return 0;
}

/* ---- Results ------------------------------------------------------------------------------------------ */

static int keep(void *arg, uint64_t cell, bool failed, const json_t *result, struct bs_error *err)
{
	struct run *r = arg;
	int ret;

	pthread_mutex_lock(&r->lock);
	ret = bs_segment_add(&r->writer, r->s->cells[cell].id, failed, result, err);
	if (!ret) {
		r->done += !failed;
		r->failed += failed;
		if (r->config->progress)
			r->config->progress(r->config->progress_arg, r->done, r->failed, r->of);
	}
	pthread_mutex_unlock(&r->lock);
	return ret;
}

static void end_with(struct run *r, int ret, const struct bs_error *err)
{
	pthread_mutex_lock(&r->lock);
	if (!r->ret) {
		r->ret = ret;
		if (r->err)
			*r->err = *err;
	}
	__atomic_store_n(&r->over, 1, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&r->lock);
}

/* ---- Workers ------------------------------------------------------------------------------------------ */

static struct bs_need need_of(const struct run *r, const struct bs_batch *b)
{
	const struct bs_group *g = &r->s->groups[b->group];
	struct bs_need need = {0};
	struct bs_options o;
	char *path;

	if (!bs_group_options(r->s, g, &o, &path, NULL))
		need = bs_cell_need(&o.config, bs_group_trace(r->s, g));
	bs_options_free(&o);
	free(path);
	return need;
}

static void work(void *arg, unsigned int job, unsigned int worker)
{
	struct run *r = arg;
	const struct bs_batch *b = &r->batches[job];
	const struct bs_batch_sink sink = {.done = keep, .arg = r, .stop = r->config->stop};
	const uint64_t bytes = need_of(r, b).bytes;
	struct bs_error err = {0};
	int ret;

	(void)worker;
	if (__atomic_load_n(&r->over, __ATOMIC_RELAXED))
		return;
	bs_budget_take(&r->budget, bytes);
	ret = bs_batch_run(r->s, b, &sink, &err);
	bs_budget_give(&r->budget, bytes);
	if (ret)
		end_with(r, ret, &err);
}

static bool tell(void *arg, unsigned int job)
{
	const struct run *r = arg;

	(void)job;
	return !__atomic_load_n(&r->over, __ATOMIC_RELAXED);
}

static int run_batches(struct run *r)
{
	struct bs_jobs jobs = {.nr = r->nr, .work = work, .tell = tell, .arg = r};
	char *results = bs_sweep_path(r->s, BS_RESULTS);
	struct bs_error err;
	int ret;

	if (!results)
		return bs_error_set(r->err, BS_RESOURCE, ENOMEM, r->s->dir, NULL, "no memory");
	jobs.at_once = r->config->jobs ? r->config->jobs : bs_nr_cores();
	jobs.at_once = jobs.at_once < r->nr ? jobs.at_once : r->nr;
	bs_budget_init(&r->budget);
	pthread_mutex_init(&r->lock, NULL);
	bs_segment_begin(&r->writer, results);
	ret = bs_jobs_run(&jobs, &err);
	if (ret)
		end_with(r, ret, &err);
	/* What is done by now is kept, however it ended. */
	ret = bs_segment_end(&r->writer, &err);
	if (ret)
		end_with(r, ret, &err);
	pthread_mutex_destroy(&r->lock);
	bs_budget_destroy(&r->budget);
	return r->ret ? r->ret : r->failed > 0;
}

int bs_sweep_run(struct bs_sweep *s, const struct bs_sweep_run_config *config, struct bs_error *err)
{
	struct run r = {.s = s, .config = config, .err = err};
	int ret;

	/* Its cells' results would be told apart from its other ones by nobody. */
	if (strcmp(s->sources, bs_sources()))
		return bs_error_set(err, BS_INPUT, 0, s->dir,
				    "plan it again with this program, or run it with that one",
				    "was planned by a program made of other sources (%s, not %s)",
				    s->sources, bs_sources());
	ret = make_batches(&r);

	if (!ret && r.nr)
		ret = run_batches(&r);
	free(r.batches);
	return ret;
}
