/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.h - one clock, any number of guests, one host. This room knows no trace and no experiment:
 * what happens to a guest comes from a load (clock.h), and who wants to know looks on (watch.h,
 * ledger.h). It may call mm, report, device and stats, and is called by replay and experiment.
 *
 *   due <- clock <- parts <- fail <- content <- guest_memory           what a load does to a guest
 *                           fail <- request <- reporter <- pause <- host <- host_tick <- world
 *   pressure_parts <- pressure_time <- daemons <- pressure <- guest_memory <- page_cache <- guest_acts
 *   reporter <- guest      host_memory, service <- request, guest_memory      host_view <- host_psi and the others <- host_policy
 *
 * A world is used by one thread; worlds do not know each other.
 */
#ifndef BS_WORLD_H
#define BS_WORLD_H

#include "ledger.h"
#include "guest.h"
#include "guest_ask.h"
#include "host.h"

struct bs_world {
	struct bs_clock clock;
	struct bs_host host;
	struct bs_guest *guests; /* in the order in which they came */
	struct bs_guest_asks asks;
};

/* @host: may be NULL, and outlives the world. @stop: as bs_clock_init(). 0 or -ENOMEM. */
int bs_world_init(struct bs_world *w, const struct bs_host_config *host, const volatile int *stop);
/* Another guest, which is the world's. 0, or negative with @err. */
int bs_world_add(struct bs_world *w, const struct bs_guest_setup *setup, struct bs_guest **out,
		 struct bs_error *err);
void bs_world_end(struct bs_world *w);

#endif
