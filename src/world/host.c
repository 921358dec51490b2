// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <errno.h>

#define POLL (-1) /* in place of an event's number */

const char *const *bs_host_ask_names(void)
{
	static const char *const names[] = {
		[BS_HOST_TARGET] = "target",
		[BS_HOST_PRESSURE] = "pressure",
		NULL,
	};

	return names;
}

unsigned int bs_host_percent(uint64_t held, uint64_t size)
{
	return held >= size ? 100 : (unsigned int)(held * 100 / size);
}

int bs_host_check(const struct bs_sim_config *cfg, struct bs_error *err)
{
	if (cfg->host.memory_bytes && !cfg->host.poll)
		return bs_error_set(err, BS_USAGE, EINVAL, "host", "0 would look without end",
				    "the time between two looks at the guest must be above 0");
	for (unsigned int i = 0; i < cfg->host.nr_events; i++)
		if (cfg->host.events[i].ask == BS_HOST_PRESSURE && cfg->host.events[i].value > 100)
			return bs_error_set(err, BS_USAGE, EINVAL, "host", "0 to 100",
					    "a pressure of %llu %%",
					    (unsigned long long)cfg->host.events[i].value);
	return 0;
}

void bs_host_start(struct bs_cell *c)
{
	const struct bs_sim_config *cfg = c->cfg;

	for (unsigned int i = 0; i < cfg->host.nr_events; i++)
		bs_cell_push(c, cfg->host.events[i].time, BS_DUE_HOST, (int)i);
	if (cfg->host.memory_bytes)
		bs_cell_push(c, c->now, BS_DUE_HOST, POLL);
}

static void send_pressure(struct bs_cell *c, unsigned int percent)
{
	c->host_pressure = percent;
	bs_report_event(c->rc, BS_EVENT_PRESSURE, percent);
}

static void look_at_guest(struct bs_cell *c)
{
	const unsigned int percent =
		bs_host_percent(bs_device_held(c->dev), c->cfg->host.memory_bytes);

	if (c->now + c->cfg->host.poll <= c->end)
		bs_cell_push(c, c->now + c->cfg->host.poll, BS_DUE_HOST, POLL);
	if (percent != c->host_pressure)
		send_pressure(c, percent);
}

void bs_host_due(struct bs_cell *c, int what)
{
	const struct bs_host_event *e;

	if (what == POLL) {
		look_at_guest(c);
		return;
	}
	e = &c->cfg->host.events[what];
	if (e->ask == BS_HOST_PRESSURE)
		send_pressure(c, (unsigned int)e->value);
	else
		bs_report_event(c->rc, BS_EVENT_TARGET, e->value);
}
