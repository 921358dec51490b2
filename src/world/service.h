/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service.h - the threads of a host that serve the requests of all its guests, in the order in which they
 * arrive. A hypercall is none of them: the CPU that makes it does the host's work itself.
 */
#ifndef BS_SERVICE_H
#define BS_SERVICE_H

#include <buddysim/types.h>

/* All zero: as many threads as there are requests; nobody waits. */
struct bs_service {
	unsigned int nr;
	bs_ns *free_at; /* of each thread */
	uint64_t waits; /* requests that found all threads at work */
	bs_ns waited_ns, busy_ns; /* for a thread; of all threads */
};

/* 0 or -ENOMEM. */
int bs_service_init(struct bs_service *s, unsigned int threads);
void bs_service_free(struct bs_service *s);
/* A request arrives at @now and takes @cost of a thread's time: how long until it is done. */
bs_ns bs_service_take(struct bs_service *s, bs_ns now, bs_ns cost);
/* Would one that arrives at @now wait? */
bool bs_service_busy(const struct bs_service *s, bs_ns now);

#endif
