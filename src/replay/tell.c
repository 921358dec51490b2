// SPDX-License-Identifier: GPL-2.0-or-later
#include "tell.h"

#include "cell_load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void bs_cell_outcome(const struct bs_cell *c, struct bs_outcome *o)
{
	if (c->at_rest) {
		*o = c->outcome;
		return;
	}
	*o = (struct bs_outcome){
		.cfg = &c->plan->cfg,
		.index = c->index,
		.label = c->label,
		.words = c->spec->label,
		.params = c->params,
		.agent = c->agent_words,
		.device_words = bs_device_words(c->g->dev),
		.kernel = bs_kernel_name(c->g->m),
		.policy = c->policy,
		.strategy = c->g->strategy,
		.huge = bs_device_thp(c->g->dev),
		.f = &c->f,
		.delays = bs_cell_delays(c),
		.tl = c->ledger.tl,
		.shares = c->ledger.split.shares,
		.map = c->ledger.map.looks ? &c->ledger.map : NULL,
		.sample_interval = c->ledger.interval,
		.agreement = c->follow ? &c->follow->r : NULL,
	};
}

void bs_plan_warn(const struct bs_plan *plan, const char *label, const char *fmt, ...)
{
	char *text;
	va_list ap;

	if (!plan->sink || !plan->sink->warn)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		plan->sink->warn(plan->sink->arg, label, text);
	free(text);
}

static void warn_short(const struct bs_cell *c)
{
	const bs_ns delay = bs_spec_value_of_role(c->spec, BS_ROLE_DELAY, 0);
	const bs_ns length = c->end - c->plan->cfg.window.tail;

	if (length / 5 < delay)
		bs_plan_warn(c->plan, c->label,
			     "the %s lasts %llu ms, less than five times the delay of "
			     "%llu ms: %s",
			     c->program ? "load" : "trace",
			     (unsigned long long)(length / BS_NS_PER_MS),
			     (unsigned long long)(delay / BS_NS_PER_MS),
			     c->program ? "let it run for longer"
					: "use --repeat N --gap T, or a longer trace");
}

/* It would wait to the end, and look like a strategy that gains nothing. */
static void warn_gate(const struct bs_cell *c)
{
	const struct bs_host_config *host = &c->plan->cfg.host;

	if (!bs_spec_value_of_role(c->spec, BS_ROLE_GATE, 0) || host->memory_bytes)
		return;
	for (unsigned int i = 0; i < host->nr_events; i++)
		if (host->events[i].ask == BS_HOST_PRESSURE)
			return;
	bs_plan_warn(c->plan, c->label,
		     "reports only under the host's pressure, and there is none: use "
		     "--host-memory SIZE or --host-event TIME:pressure=N");
}

/* The window is the same in all cells, and so is what is said of it. */
static void warn_late(const struct bs_cell *c)
{
	const struct bs_host_config *host = &c->plan->cfg.host;
	const struct bs_guest_config *guest = &c->plan->cfg.guest;
	const char *fault = c->f.late_fault;

	if (fault)
		bs_plan_warn(c->plan, NULL,
			     "the device's %s never comes: the window ends at %llu ms", fault,
			     (unsigned long long)(c->end / BS_NS_PER_MS));
	for (unsigned int i = 0; i < host->nr_events; i++)
		if (host->events[i].time > c->end)
			bs_plan_warn(c->plan, NULL,
				     "the host's event at %llu ms never comes: the window ends at "
				     "%llu ms",
				     (unsigned long long)(host->events[i].time / BS_NS_PER_MS),
				     (unsigned long long)(c->end / BS_NS_PER_MS));
	for (unsigned int i = 0; i < guest->nr_events; i++)
		if (guest->events[i].time > c->end)
			bs_plan_warn(c->plan, NULL,
				     "the guest's event at %llu ms never comes: the window ends at "
				     "%llu ms",
				     (unsigned long long)(guest->events[i].time / BS_NS_PER_MS),
				     (unsigned long long)(c->end / BS_NS_PER_MS));
}

void bs_cell_warn_before(const struct bs_cell *c)
{
	warn_short(c);
	warn_gate(c);
	warn_late(c);
}

/* Requests, as opposed to allocations: of the host, and of its calls. */
static void warn_failed(const struct bs_cell *c)
{
	const struct bs_figures *f = &c->f;

	if (f->report.failed_calls || f->device.skipped_ranges || f->host_errors)
		bs_plan_warn(c->plan, c->label,
			     "of %llu requests %llu failed, of %llu ranges %llu were skipped; "
			     "%llu errors of the host",
			     (unsigned long long)f->report.calls,
			     (unsigned long long)f->report.failed_calls,
			     (unsigned long long)f->report.ranges,
			     (unsigned long long)f->device.skipped_ranges,
			     (unsigned long long)f->host_errors);
	if (f->report.unanswered_calls)
		bs_plan_warn(c->plan, c->label,
			     "%llu of %llu requests had no answer when the window closed",
			     (unsigned long long)f->report.unanswered_calls,
			     (unsigned long long)f->report.calls);
}

/* It acts as if it had not been told to ask. */
static void warn_never_busy(const struct bs_cell *c)
{
	if (c->f.never_busy)
		bs_plan_warn(c->plan, c->label,
			     "asks whether the host is busy, which it never was: use a device "
			     "that is (`buddysim list devices`), or leave that parameter out");
}

/* A driver with a target took what the load needs: how that ends. */
static void warn_driver(const struct bs_cell *c)
{
	const struct bs_report_stats *r = &c->f.report;
	const unsigned long long held = r->client_bytes >> 20, failed = c->f.alloc_failed;

	if (!bs_spec_has_role(c->spec, BS_ROLE_TARGET))
		return;
	if (failed && held)
		bs_plan_warn(
			c->plan, c->label,
			"the driver keeps %llu MiB while %llu allocations find nothing: a kernel "
			"kills what it can, and then panics or stands still until the host asks for less",
			held, failed);
	else if (r->client_refused && c->f.rescued)
		bs_plan_warn(
			c->plan, c->label,
			"the driver and the load take the same memory from each other: %llu times it "
			"found none, and tries again after a while; %llu allocations got some of it back",
			(unsigned long long)r->client_refused, (unsigned long long)c->f.rescued);
	else if (r->client_refused)
		bs_plan_warn(
			c->plan, c->label,
			"the driver found no memory %llu times: it tries again after a while, for as "
			"long as the host asks for that much",
			(unsigned long long)r->client_refused);
}

void bs_cell_warn_after(const struct bs_cell *c)
{
	const struct bs_figures *f = &c->f;

	warn_failed(c);
	warn_never_busy(c);
	warn_driver(c);
	if (f->alloc_failed)
		bs_plan_warn(c->plan, c->label,
			     "%llu of %llu allocations failed: its figures are of a smaller "
			     "load",
			     (unsigned long long)f->alloc_failed,
			     (unsigned long long)f->allocations);
	if (!c->program && f->pressed.direct + f->pressed.by_kswapd + f->pressed.asked)
		bs_plan_warn(
			c->plan, c->label,
			"%llu pages of the trace were given back: it never uses them again, so that "
			"nothing is read back, which a guest would have waited for",
			(unsigned long long)(f->pressed.direct + f->pressed.by_kswapd +
					     f->pressed.asked));
	if (f->pressed.oom_kills)
		bs_plan_warn(c->plan, c->label,
			     "%llu tasks were killed because nothing else brought memory: use more "
			     "--memory, or --guest-swap SIZE",
			     (unsigned long long)f->pressed.oom_kills);
	if (f->rescued)
		bs_plan_warn(c->plan, c->label,
			     "%llu of %llu allocations found nothing left until the driver gave "
			     "pages back",
			     (unsigned long long)f->rescued, (unsigned long long)f->allocations);
	if (f->unfinished_events)
		bs_plan_warn(c->plan, c->label,
			     "%llu %s when the window closed: its figures are of a shorter load",
			     (unsigned long long)f->unfinished_events,
			     c->program ? "tasks were not over" : "events had not happened");
}
