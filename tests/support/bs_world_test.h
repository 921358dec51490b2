/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bs_world_test.h - a world with one guest, of 256 MiB with two CPUs, on a device that costs
 * nothing unless told otherwise.
 *
 * bs_world_test_init(), change what the test is about, bs_world_test_add() for each guest.
 */
#ifndef BS_WORLD_TEST_H
#define BS_WORLD_TEST_H

#include "bs_test.h"

#include "spec.h"
#include "world.h"

struct bs_world_test {
	struct bs_world w;
	struct bs_machine_config machine;
	struct bs_device_config device;
	struct bs_device_costs costs;
	struct bs_host_config host;
	bs_ns wake_latency, vmstat_busy, vmstat_idle;
	struct bs_foresight future;
	volatile int stop;
};

void bs_world_test_init(struct bs_world_test *t);
/* Another guest with @strategy, which is off. */
struct bs_guest *bs_world_test_add(struct bs_world_test *t, const char *strategy);
/* ... with one that is in no list. */
struct bs_guest *bs_world_test_bind(struct bs_world_test *t, const struct bs_strategy *s);
void bs_world_test_free(struct bs_world_test *t);

#endif
