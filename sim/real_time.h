/* SPDX-License-Identifier: GPL-2.0-or-later */
/* real_time.h - the host's clock, which never goes back; nothing that is simulated looks at it. */
#ifndef BS_SIM_REAL_TIME_H
#define BS_SIM_REAL_TIME_H

#include <pthread.h>
#include <time.h>

#include <buddysim/types.h>

static inline uint64_t real_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * BS_NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* A condition that is waited for by that clock, and waiting for it for @ns at most. */
static inline void real_cond_init(pthread_cond_t *c)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(c, &attr);
	pthread_condattr_destroy(&attr);
}

static inline void real_cond_wait(pthread_cond_t *c, pthread_mutex_t *lock, uint64_t ns)
{
	const uint64_t until = real_ns() + ns;
	const struct timespec ts = {.tv_sec = (time_t)(until / BS_NS_PER_S),
				    .tv_nsec = (long)(until % BS_NS_PER_S)};

	pthread_cond_timedwait(c, lock, &ts);
}

#endif
