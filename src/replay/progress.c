// SPDX-License-Identifier: GPL-2.0-or-later
#include "progress.h"

#include <pthread.h>
#include <stdlib.h>

#include "spec.h"

struct one {
	uint64_t events, of_events;
	bs_ns now;
	bool done;
};

struct bs_progress_of {
	const struct bs_output_config *out;
	pthread_mutex_t lock;
	bs_ns end;
	unsigned int nr;
	struct one cells[];
};

struct bs_progress_of *bs_progress_create(const struct bs_plan *plan,
					  const struct bs_trace_info *info, bs_ns end)
{
	const unsigned int nr = plan->nr_cells, guests = plan->nr_guests ? plan->nr_guests : 1;
	struct bs_progress_of *p = NULL;

	if (plan->cfg.output.progress)
		p = calloc(1, sizeof(*p) + nr * sizeof(p->cells[0]));
	if (!p)
		return NULL;
	p->out = &plan->cfg.output;
	p->nr = nr;
	p->end = end;
	pthread_mutex_init(&p->lock, NULL);
	for (unsigned int i = 0; i < nr; i++) {
		const bool twice = plan->cells[i].spec->s->caps & BS_CAP_KNOWS_FUTURE;

		p->cells[i].of_events =
			(twice ? 2 : 1) * guests * info->events * plan->cfg.window.repeat;
	}
	return p;
}

void bs_progress_destroy(struct bs_progress_of *p)
{
	if (!p)
		return;
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* With the lock, so that one thread tells at a time, and none tells older news than the one before. */
static void tell(const struct bs_progress_of *p)
{
	struct bs_progress sum = {.cells = p->nr, .cell = p->nr, .end = p->end};

	for (unsigned int i = 0; i < p->nr; i++) {
		const struct one *c = &p->cells[i];

		sum.done += c->done;
		sum.events += c->events;
		sum.of_events += c->of_events;
		if (c->done || sum.cell < p->nr)
			continue;
		sum.cell = i;
		sum.now = c->now;
	}
	p->out->progress(p->out->progress_arg, &sum);
}

void bs_progress_hear(struct bs_progress_of *p, unsigned int cell, uint64_t more, bs_ns now)
{
	struct one *c = p ? &p->cells[cell] : NULL;

	if (!c)
		return;
	pthread_mutex_lock(&p->lock);
	c->events += more;
	c->now = now;
	if (c->of_events && c->events > c->of_events)
		c->of_events = c->events;
	tell(p);
	pthread_mutex_unlock(&p->lock);
}

void bs_progress_done(struct bs_progress_of *p, unsigned int cell)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	/* One that failed will not do the rest. */
	if (p->cells[cell].of_events)
		p->cells[cell].of_events = p->cells[cell].events;
	p->cells[cell].done = true;
	tell(p);
	pthread_mutex_unlock(&p->lock);
}

/* ---- Before the first cell ------------------------------------------------------------------------ */

static void reads(void *arg, uint64_t done, uint64_t of)
{
	struct bs_reading_of *r = arg;

	/* Who has to read it once more does not begin again. */
	if (done < r->last)
		return;
	r->last = done;
	r->out->progress(r->out->progress_arg,
			 &(struct bs_progress){.cells = r->cells, .read = done, .of_read = of});
}

void bs_reading_begin(struct bs_reading_of *r, const struct bs_plan *plan, struct bs_trace *t)
{
	*r = (struct bs_reading_of){.ear = {.tell = reads, .arg = r},
				    .out = &plan->cfg.output,
				    .cells = plan->nr_cells};
	if (t && r->out->progress)
		bs_trace_tell(t, &r->ear);
}

void bs_reading_end(struct bs_trace *t)
{
	if (t)
		bs_trace_tell(t, NULL);
}
