// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobs.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

struct crew {
	const struct bs_jobs *j;
	pthread_mutex_t lock;
	pthread_cond_t one_is_done;
	unsigned int *order; /* in which they are begun */
	unsigned int next; /* to be begun, in that */
	bool over; /* none is begun any more */
	bool *done;
};

struct worker {
	struct crew *crew;
	unsigned int number;
	pthread_t thread;
};

static void put_in_order(struct crew *c)
{
	const struct bs_jobs *j = c->j;
	unsigned int n = 0;

	for (int longer = 1; longer >= 0; longer--)
		for (unsigned int job = 0; job < j->nr; job++)
			if ((j->is_long && j->is_long(j->arg, job)) == longer)
				c->order[n++] = job;
}

/* The next job, or @nr: there is none. */
static unsigned int begin(struct crew *c)
{
	unsigned int job;

	pthread_mutex_lock(&c->lock);
	job = c->over || c->next == c->j->nr ? c->j->nr : c->order[c->next++];
	pthread_mutex_unlock(&c->lock);
	return job;
}

static void end(struct crew *c, unsigned int job)
{
	pthread_mutex_lock(&c->lock);
	c->done[job] = true;
	pthread_cond_signal(&c->one_is_done);
	pthread_mutex_unlock(&c->lock);
}

static void *work(void *arg)
{
	const struct worker *w = arg;
	struct crew *c = w->crew;
	unsigned int job;

	while ((job = begin(c)) < c->j->nr) {
		c->j->work(c->j->arg, job, w->number);
		end(c, job);
	}
	return NULL;
}

static void wait_for(struct crew *c, unsigned int job)
{
	pthread_mutex_lock(&c->lock);
	while (!c->done[job])
		pthread_cond_wait(&c->one_is_done, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

static void tell_all(struct crew *c)
{
	for (unsigned int job = 0; job < c->j->nr; job++) {
		wait_for(c, job);
		if (!c->j->tell(c->j->arg, job))
			break;
	}
	pthread_mutex_lock(&c->lock);
	c->over = true;
	pthread_mutex_unlock(&c->lock);
}

static void one_by_one(const struct bs_jobs *j)
{
	for (unsigned int job = 0; job < j->nr; job++) {
		j->work(j->arg, job, 0);
		if (!j->tell(j->arg, job))
			return;
	}
}

static void side_by_side(struct crew *c, struct worker *workers)
{
	unsigned int n = 0;

	while (n < c->j->at_once) {
		workers[n] = (struct worker){.crew = c, .number = n};
		if (pthread_create(&workers[n].thread, NULL, work, &workers[n]))
			break;
		n++;
	}
	if (n)
		tell_all(c);
	else
		one_by_one(c->j);
	while (n)
		pthread_join(workers[--n].thread, NULL);
}

int bs_jobs_run(const struct bs_jobs *j, struct bs_error *err)
{
	struct crew c = {.j = j};
	struct worker *workers;
	int ret = 0;

	if (j->at_once <= 1 || j->nr <= 1) {
		one_by_one(j);
		return 0;
	}
	workers = calloc(j->at_once, sizeof(*workers));
	c.done = calloc(j->nr, sizeof(*c.done));
	c.order = calloc(j->nr, sizeof(*c.order));
	if (workers && c.done && c.order) {
		put_in_order(&c);
		pthread_mutex_init(&c.lock, NULL);
		pthread_cond_init(&c.one_is_done, NULL);
		side_by_side(&c, workers);
		pthread_cond_destroy(&c.one_is_done);
		pthread_mutex_destroy(&c.lock);
	} else {
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "setting up");
	}
	free(workers);
	free(c.done);
	free(c.order);
	return ret;
}

unsigned int bs_nr_cores(void)
{
	cpu_set_t set;
	long n;

	if (!sched_getaffinity(0, sizeof(set), &set))
		return (unsigned int)CPU_COUNT(&set);
	/* More CPUs than the set has room for. */
	n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (unsigned int)n : 1;
}
