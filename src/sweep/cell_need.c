// SPDX-License-Identifier: GPL-2.0-or-later
#include "cell_need.h"

#include <buddysim/device.h>

/* A slow machine under a strategy that works hard; most are five times as fast. */
#define EVENTS_PER_S 2e6
#define START_S 0.05
#define LOAD_S 2.0
/* Beside each page in use: its descriptor, the device's bits, who owns it. */
#define BESIDE_PAGE 32
#define OF_ITS_OWN (UINT64_C(16) << 20) /* of a process that does nothing yet */

struct bs_need bs_cell_need(const struct bs_sim_config *c, const struct bs_sweep_trace *t)
{
	const struct bs_device_traits *traits = bs_device_traits(c->host.device.kind);
	const unsigned int shift = bs_platform_at(c->guest.machine.machine)->page_shift;
	const uint64_t all = c->guest.machine.memory_bytes >> shift;
	/* A load takes what it likes, for as long as it likes. */
	const uint64_t peak =
		(c->load || c->guest.resident == BS_RESIDENT_ALL) && all > t->peak_pages
			? all
			: t->peak_pages;
	const double rounds = c->window.repeat ? c->window.repeat : 1;
	struct bs_need n = {.arena = traits && traits->has_arena};

	n.seconds = (c->load ? LOAD_S : START_S) + (double)t->events * rounds / EVENTS_PER_S;
	n.bytes = OF_ITS_OWN + t->numbers * sizeof(uint32_t) + peak * BESIDE_PAGE + all / 4;
	/* As the device itself reckons: page tables and all. */
	if (n.arena)
		n.bytes += (peak << shift) + (peak << shift) / 512;
	return n;
}
