/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest.h - a guest is put together, and taken apart. */
#ifndef BS_GUEST_H
#define BS_GUEST_H

#include "parts.h"
#include "spec.h"

struct bs_state;

/*
 * struct bs_guest_setup - what a guest is made from
 * @label: whose errors they are; lives as long as the guest
 * @machine, @wake_latency: of the configuration; @policy: of its allocator, NULL: none
 * @vmstat_busy, @vmstat_idle: between two rounds of a CPU's vmstat work; 0: there is none
 * @state: the dump that it starts from in place of a boot, or NULL
 * @device: what is left open in it is filled in
 * @peak_pages: the most that will be resident at once, for the memory guard; 0: all
 * @spec: the strategy; @future: what one that knows it is told
 */
struct bs_guest_setup {
	const char *label;
	const struct bs_machine_config *machine;
	const char *policy;
	bs_ns wake_latency, vmstat_busy, vmstat_idle;
	const struct bs_state *state;
	const struct bs_device_config *device;
	uint64_t seed, peak_pages;
	const struct bs_spec *spec;
	struct bs_foresight future;
};

int bs_guest_create(struct bs_clock *k, const struct bs_guest_setup *setup, struct bs_guest **out,
		    struct bs_error *err);
void bs_guest_destroy(struct bs_guest *g);
/* Another strategy in place of the one that it has, which must be off. The marks stay. */
int bs_guest_bind(struct bs_guest *g, const struct bs_spec *spec, struct bs_error *err);

#endif
