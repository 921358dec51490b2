/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fleet.h - one cell of an experiment with several guests: they share a host whose memory is limited, come one
 * after the other, each with a memhog of its own, and stay when that has exited.
 */
#ifndef BS_FLEET_H
#define BS_FLEET_H

#include "kind.h"
#include "loads.h"
#include "program.h"
#include "world.h"

#define BS_FLEET_COSTS "vm"
#define BS_FLEET_MOST 16

/* @over: its program has exited, at @over_at; it began at @began */
struct bs_fleet_guest {
	struct bs_guest *g;
	struct bs_program *program;
	bs_ns began, over_at;
	bool over;
};

struct bs_fleet {
	struct bs_world world;
	struct bs_host_config host;
	struct bs_device_costs costs;
	struct bs_spec spec;
	struct bs_load_spec load;
	uint64_t bytes; /* of each guest */
	struct bs_fleet_guest guests[BS_FLEET_MOST];
	unsigned int nr;
};

/* @strategy is every guest's; @load what each runs once; the host has @memory and @swap. 0, or negative
 * with @err; bs_fleet_end() either way. */
int bs_fleet_begin(struct bs_fleet *f, const struct bs_experiment *x, const char *strategy,
		   const char *load, uint64_t bytes, uint64_t memory, uint64_t swap,
		   struct bs_error *err);
void bs_fleet_end(struct bs_fleet *f);
/* Another guest starts now, and its program runs until it exits, or the host has killed it. 0, or negative
 * with @err. */
int bs_fleet_launch(struct bs_fleet *f, const struct bs_experiment *x, struct bs_error *err);
/* So long nothing starts. 0, or negative with @err. */
int bs_fleet_wait(struct bs_fleet *f, bs_ns ns, struct bs_error *err);
/* What the host has counted by now. */
void bs_fleet_host(const struct bs_fleet *f, struct bs_host_figures *out);
/* How long the program of guest @i ran; BS_NO_TIME: it did not come to its end. */
bs_ns bs_fleet_took(const struct bs_fleet *f, unsigned int i);
/* A memhog of @size that writes as fast as memory takes it, and @base that is in use before and stays so. To be
 * free()d, or NULL. */
char *bs_fleet_hog(uint64_t size, uint64_t base);

/* Who is asked where several guests share a host; ends with NULL. */
extern const char *const bs_fleet_strategies[];

#endif
