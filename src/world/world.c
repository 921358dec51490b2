// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include "host_tick.h"

int bs_world_init(struct bs_world *w, const struct bs_host_config *host, const volatile int *stop)
{
	int ret;

	*w = (struct bs_world){0};
	w->host = (struct bs_host){.clock = &w->clock, .guests = &w->guests, .cfg = host};
	ret = bs_clock_init(&w->clock, stop);
	return ret ? ret : bs_host_init(&w->host);
}

int bs_world_add(struct bs_world *w, const struct bs_guest_setup *setup, struct bs_guest **out,
		 struct bs_error *err)
{
	struct bs_guest **at = &w->guests;
	int ret = bs_guest_create(&w->clock, setup, out, err);

	if (ret)
		return ret;
	while (*at)
		at = &(*at)->after;
	*at = *out;
	return bs_host_take(&w->host, *out, err);
}

void bs_world_end(struct bs_world *w)
{
	while (w->guests) {
		struct bs_guest *g = w->guests;

		w->guests = g->after;
		bs_guest_destroy(g);
	}
	bs_guest_asks_free(&w->asks);
	bs_host_tick_free(&w->host);
	bs_host_free(&w->host);
	bs_clock_free(&w->clock);
}
