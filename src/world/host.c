// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <errno.h>

#include "pause.h"
#include "reporter.h"

const char *const *bs_host_ask_names(void)
{
	static const char *const names[] = {
		[BS_HOST_TARGET] = "target",   [BS_HOST_PRESSURE] = "pressure",
		[BS_HOST_PAUSE] = "pause",     [BS_HOST_SNAPSHOT] = "snapshot",
		[BS_HOST_RESTORE] = "restore", NULL,
	};

	return names;
}

unsigned int bs_host_percent(uint64_t held, uint64_t size)
{
	return held >= size ? 100 : (unsigned int)(held * 100 / size);
}

int bs_host_init(struct bs_host *h)
{
	const struct bs_host_config *cfg = h->cfg;

	if (cfg && (cfg->shared || cfg->swap_bytes))
		bs_host_memory_begin(&h->memory, h->clock, h->guests, cfg->memory_bytes,
				     cfg->swap_bytes);
	return bs_service_init(&h->service, cfg ? cfg->threads : 0);
}

void bs_host_free(struct bs_host *h)
{
	bs_service_free(&h->service);
}

int bs_host_take(struct bs_host *h, struct bs_guest *g, struct bs_error *err)
{
	int ret = h->cfg && bs_host_asks(h->cfg, BS_HOST_RESTORE)
			  ? bs_device_may_restore(g->dev, err)
			  : 0;

	g->service = &h->service;
	if (ret || !h->memory.clock)
		return ret;
	g->host_memory = &h->memory;
	return h->memory.size ? bs_device_may_swap(g->dev, err) : 0;
}

bool bs_host_counted(const struct bs_host *h, struct bs_host_figures *out)
{
	if (!h->memory.clock)
		return false;
	bs_host_memory_figures(&h->memory, out);
	out->waits = h->service.waits;
	out->waited_ns = h->service.waited_ns;
	out->busy_ns = h->service.busy_ns;
	return true;
}

int bs_host_check(const struct bs_host_config *cfg, struct bs_error *err)
{
	if (cfg->memory_bytes && !cfg->poll)
		return bs_error_set(err, BS_USAGE, EINVAL, "host", "0 would look without end",
				    "the time between two looks at the guest must be above 0");
	for (unsigned int i = 0; i < cfg->nr_events; i++)
		if (cfg->events[i].ask == BS_HOST_PRESSURE && cfg->events[i].value > 100)
			return bs_error_set(err, BS_USAGE, EINVAL, "host", "0 to 100",
					    "a pressure of %llu %%",
					    (unsigned long long)cfg->events[i].value);
	return 0;
}

/* What all guests hold together is each one's pressure. */
static void look(void *arg, int unused)
{
	struct bs_host *h = arg;
	uint64_t held = 0;
	unsigned int percent;

	(void)unused;
	if (h->clock->now + h->cfg->poll <= h->end)
		bs_clock_push(h->clock, h->clock->now + h->cfg->poll, BS_DUE_HOST, look, h, 0);
	for (const struct bs_guest *g = *h->guests; g; g = g->after)
		held += bs_device_held(g->dev);
	percent = bs_host_percent(held, h->cfg->memory_bytes);
	for (struct bs_guest *g = *h->guests; g; g = g->after)
		if (!g->ended && percent != g->reporter.pressure)
			bs_reporter_pressure(g, percent);
}

static void ask_guest(struct bs_guest *g, const struct bs_host_event *e)
{
	switch (e->ask) {
	case BS_HOST_TARGET:
		bs_report_event(g->rc, BS_EVENT_TARGET, e->value);
		break;
	case BS_HOST_PRESSURE:
		bs_reporter_pressure(g, (unsigned int)e->value);
		break;
	case BS_HOST_PAUSE:
		if (g->load)
			bs_guest_pause(g, e->value);
		break;
	case BS_HOST_SNAPSHOT:
		if (g->load)
			bs_guest_snapshot(g);
		break;
	case BS_HOST_RESTORE:
		if (g->load)
			bs_guest_restore(g);
		break;
	}
}

static void ask(void *arg, int number)
{
	struct bs_host *h = arg;
	const struct bs_host_event *e = &h->cfg->events[number];
	unsigned int i = 0;

	for (struct bs_guest *g = *h->guests; g; g = g->after)
		if ((!e->guest || e->guest == ++i) && !g->ended)
			ask_guest(g, e);
}

bool bs_host_asks(const struct bs_host_config *cfg, enum bs_host_ask what)
{
	for (unsigned int i = 0; i < cfg->nr_events; i++)
		if (cfg->events[i].ask == what)
			return true;
	return false;
}

void bs_host_start(struct bs_host *h, bs_ns end)
{
	h->end = end;
	for (unsigned int i = 0; h->cfg && i < h->cfg->nr_events; i++)
		bs_clock_push(h->clock, h->cfg->events[i].time, BS_DUE_HOST, ask, h, (int)i);
	if (h->cfg && h->cfg->memory_bytes)
		bs_clock_push(h->clock, h->clock->now, BS_DUE_HOST, look, h, 0);
}
