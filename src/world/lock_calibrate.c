// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lock_calibrate.c - what of the costs of contention (lock_costs.def) can be measured on a machine, the way
 * the shipped ones were. What is the kernel's own work cannot: this allocator is not the kernel's.
 */
#include <buddysim/contention.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "compiler.h"
#include "rng.h"

#define LOCKS 2000000
#define CALLS 5000000
#define NODES (UINT32_C(1) << 24) /* of 16 bytes: 256 MiB, more than any cache */
#define STEPS 300000
#define MOST_ROUNDS 99

static uint64_t real_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * BS_NS_PER_S + (uint64_t)t.tv_nsec;
}

/* ---- A lock ---------------------------------------------------------------------------------- */

struct contest {
	pthread_spinlock_t lock;
	pthread_barrier_t start;
	volatile uint64_t held;
	uint64_t ns[2];
};

static uint64_t time_lock(struct contest *c)
{
	const uint64_t start = real_ns();

	for (unsigned int i = 0; i < LOCKS; i++) {
		pthread_spin_lock(&c->lock);
		c->held++;
		pthread_spin_unlock(&c->lock);
	}
	return (real_ns() - start) / LOCKS;
}

static void *other(void *arg)
{
	struct contest *c = arg;

	pthread_barrier_wait(&c->start);
	c->ns[1] = time_lock(c);
	return NULL;
}

/* By one thread; and by two at once, each of which has it half of the time. */
static int measure_lock(uint64_t *alone, uint64_t *both)
{
	struct contest c = {.held = 0};
	pthread_t thread;

	pthread_spin_init(&c.lock, PTHREAD_PROCESS_PRIVATE);
	pthread_barrier_init(&c.start, NULL, 2);
	*alone = time_lock(&c);
	if (pthread_create(&thread, NULL, other, &c))
		return -EAGAIN;
	pthread_barrier_wait(&c.start);
	c.ns[0] = time_lock(&c);
	pthread_join(thread, NULL);
	*both = (c.ns[0] + c.ns[1]) / 4;
	pthread_barrier_destroy(&c.start);
	pthread_spin_destroy(&c.lock);
	return 0;
}

/* ---- A call, and a node ---------------------------------------------------------------------- */

static void __attribute__((noinline)) returns(volatile uint64_t *n)
{
	*n += 1;
}

static uint64_t measure_call(void)
{
	void (*volatile hook)(volatile uint64_t *) = returns;
	volatile uint64_t n = 0;
	const uint64_t start = real_ns();

	for (unsigned int i = 0; i < CALLS; i++)
		hook(&n);
	return (real_ns() - start) / CALLS;
}

struct node {
	uint32_t next, unused[3];
};

/* One ring through all of them, in an order that no prefetcher guesses (Sattolo's shuffle). */
static struct node *make_ring(void)
{
	struct node *ring = malloc(NODES * sizeof(*ring));
	struct bs_rng rng;

	if (!ring)
		return NULL;
	for (uint32_t i = 0; i < NODES; i++)
		ring[i].next = i;
	bs_rng_seed(&rng, 1);
	for (uint32_t i = NODES - 1; i > 0; i--) {
		const uint32_t k = (uint32_t)bs_rng_below(&rng, i), t = ring[k].next;

		ring[k].next = ring[i].next;
		ring[i].next = t;
	}
	return ring;
}

/* @at: where the walk ends is told, or the compiler leaves the walk out. */
static uint64_t measure_node(const struct node *ring, volatile uint32_t *at)
{
	const uint64_t start = real_ns();
	uint32_t n = *at;

	for (unsigned int i = 0; i < STEPS; i++)
		n = ring[n].next;
	*at = n;
	return (real_ns() - start) / STEPS;
}

/* ---- The median of rounds -------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t median(uint64_t *v, unsigned int n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

int bs_lock_calibrate(unsigned int rounds, struct bs_lock_costs *out, struct bs_error *err)
{
	uint64_t alone[MOST_ROUNDS], both[MOST_ROUNDS], call[MOST_ROUNDS], node[MOST_ROUNDS];
	struct node *ring = make_ring();
	volatile uint32_t at = 0;

	if (!ring)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "calibrate", NULL,
				    "256 MiB to walk through");
	if (rounds > MOST_ROUNDS)
		rounds = MOST_ROUNDS;
	bs_lock_costs_default(out);
	for (unsigned int i = 0; i < rounds; i++) {
		if (measure_lock(&alone[i], &both[i])) {
			free(ring);
			return bs_error_set(err, BS_RESOURCE, EAGAIN, "calibrate", NULL,
					    "a second thread");
		}
		call[i] = measure_call();
		node[i] = measure_node(ring, &at);
	}
	free(ring);
	out->hold = median(alone, rounds);
	out->space = median(both, rounds);
	out->handoff = out->space > out->hold ? out->space - out->hold : 0;
	out->hook = median(call, rounds);
	out->node = median(node, rounds);
	return 0;
}
