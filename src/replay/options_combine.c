// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options_combine.c - combinations.def at run time: which option does nothing beside the others.
 */
#include "options_combine.h"

#include <stdio.h>
#include <string.h>

#include <buddysim/report.h>

#include "host.h"
#include "spec.h"

/* ---- What conditions look at ----------------------------------------------------------------- */

/* @p: NULL: what becomes of a result is no question. */
struct look {
	const struct bs_sim_config *c;
	const struct bs_program_config *p;
};

/*
 * Does @is hold for any of the strategies? One that cannot be read is told of elsewhere, and must not be
 * blamed for anything here: @unread is the harmless answer.
 */
static bool any(const struct bs_sim_config *c, bool (*is)(const struct bs_spec *, uint64_t),
		uint64_t arg, bool unread)
{
	bool found = false;

	for (unsigned int i = 0; i < c->nr_strategies && !found; i++) {
		struct bs_spec spec;

		if (bs_spec_parse(c->strategies[i], bs_platform_at(c->guest.machine.machine), &spec,
				  NULL))
			return unread;
		found = is(&spec, arg);
		bs_spec_free(&spec);
	}
	return found;
}

static bool lacks_cap(const struct bs_spec *s, uint64_t cap)
{
	return !(s->s->caps & cap);
}

static bool has_gate(const struct bs_spec *s, uint64_t unused)
{
	(void)unused;
	return bs_spec_value_of_role(s, BS_ROLE_GATE, 0);
}

/* The most that one takes which has a target at all. */
static bool takes(const struct bs_spec *s, uint64_t bytes)
{
	return bs_spec_has_role(s, BS_ROLE_TARGET) &&
	       bs_spec_value_of_role(s, BS_ROLE_TARGET, 0) >= bytes;
}

static bool takes_less(const struct bs_spec *s, uint64_t bytes)
{
	return bs_spec_has_role(s, BS_ROLE_TARGET) &&
	       bs_spec_value_of_role(s, BS_ROLE_TARGET, 0) < bytes;
}

static const struct bs_device_traits *device(const struct look *l)
{
	return bs_device_traits(l->c->host.device.kind);
}

bool bs_host_event_is_heard(const struct bs_sim_config *c, const struct bs_host_event *e)
{
	if (e->ask == BS_HOST_PRESSURE)
		return any(c, has_gate, 0, true);
	return e->ask != BS_HOST_TARGET || any(c, takes, 0, true);
}

/* Guests of a scenario may have strategies of their own, which are not looked at here. */
static bool has_unheard(const struct look *l, enum bs_host_ask ask)
{
	if (l->c->scenario)
		return false;
	for (unsigned int i = 0; i < l->c->host.nr_events; i++)
		if (l->c->host.events[i].ask == ask &&
		    !bs_host_event_is_heard(l->c, &l->c->host.events[i]))
			return true;
	return false;
}

/* ---- Conditions, as combinations.def names them ---------------------------------------------- */

static bool with_scenario(const struct look *l)
{
	return l->c->scenario;
}

static bool several(const struct look *l)
{
	return l->c->scenario || l->c->guests > 1;
}

static bool named_all(const struct look *l)
{
	for (unsigned int i = 0; i < l->c->nr_guest_list; i++)
		if (!l->c->guest_list[i].strategy)
			return false;
	return l->c->nr_guest_list;
}

static bool from_dump(const struct look *l)
{
	return l->c->guest.state_path;
}

static bool trace_from_dump(const struct look *l)
{
	return from_dump(l) && !l->c->load && !l->c->scenario;
}

static bool no_reclaim(const struct look *l)
{
	const char *text = l->c->guest.reclaim;

	return text ? !strcmp(text, "off") : !l->c->load && !l->c->scenario;
}

static bool with_load(const struct look *l)
{
	return l->c->load;
}

static bool no_arena(const struct look *l)
{
	return device(l) && !device(l)->has_arena;
}

/* Is the host short of memory where its guests hold more than it has? */
static bool is_limited(const struct look *l)
{
	const struct bs_host_config *h = &l->c->host;

	return h->memory_bytes && (several(l) || h->swap_bytes);
}

/* Without real memory there is what drops it and what does not. */
static bool unheard_advice(const struct look *l)
{
	const enum bs_advice advice = l->c->host.device.advice;

	return no_arena(l) && advice != BS_ADVICE_DONTNEED && advice != BS_ADVICE_NONE &&
	       !(advice == BS_ADVICE_FREE && is_limited(l));
}

static bool arena(const struct look *l)
{
	return device(l) && device(l)->has_arena && !several(l);
}

static bool arena_of_several(const struct look *l)
{
	return device(l) && device(l)->has_arena && several(l);
}

static bool no_costs(const struct look *l)
{
	return device(l) && !device(l)->has_costs;
}

static bool no_gate(const struct look *l)
{
	return !is_limited(l) && !any(l->c, has_gate, 0, true);
}

static bool unheard_pressure(const struct look *l)
{
	return has_unheard(l, BS_HOST_PRESSURE);
}

static bool unheard_target(const struct look *l)
{
	return has_unheard(l, BS_HOST_TARGET);
}

static bool restore_of_arena(const struct look *l)
{
	return arena(l) && bs_host_asks(&l->c->host, BS_HOST_RESTORE);
}

/* What memory holds that nobody writes to is not known. */
static bool untouched_content(const struct look *l)
{
	return l->c->host.device.touch == BS_TOUCH_NONE &&
	       (bs_host_asks(&l->c->host, BS_HOST_SNAPSHOT) ||
		bs_host_asks(&l->c->host, BS_HOST_RESTORE));
}

static bool beyond_target(const struct look *l)
{
	for (unsigned int i = 0; i < l->c->host.nr_events; i++)
		if (l->c->host.events[i].ask == BS_HOST_TARGET &&
		    any(l->c, takes_less, l->c->host.events[i].value, false))
			return true;
	return false;
}

static bool one_round(const struct look *l)
{
	return l->c->window.repeat <= 1;
}

static bool plots(const struct look *l)
{
	return l->p && l->p->plots;
}

static bool no_timeline(const struct look *l)
{
	return !l->c->output.timeline;
}

static bool record(const struct look *l)
{
	return l->p && l->p->format == BS_FORMAT_JSON;
}

static bool no_record(const struct look *l)
{
	return l->p && l->p->format != BS_FORMAT_JSON && !l->p->plots && !l->p->print_config;
}

static bool no_run(const struct look *l)
{
	return l->p && l->p->print_config;
}

static bool watched(const struct look *l)
{
	return l->p && l->p->watch;
}

static bool twins(const struct look *l)
{
	for (unsigned int i = 0; i < l->c->nr_strategies; i++)
		for (unsigned int k = 0; k < i; k++)
			if (!strcmp(l->c->strategies[i], l->c->strategies[k]))
				return true;
	return false;
}

static bool idle(const struct look *l)
{
	return !any(l->c, lacks_cap, BS_CAP_IDLE, true);
}

static bool no_worker(const struct look *l)
{
	return !any(l->c, lacks_cap, BS_CAP_NO_WORKER, true);
}

static bool untouched(const struct look *l)
{
	return l->c->host.device.touch == BS_TOUCH_NONE;
}

static bool one_cell(const struct look *l)
{
	return l->c->nr_strategies == 1;
}

/* ---- The table ------------------------------------------------------------------------------- */

static const struct {
	struct bs_combination says;
	bool (*holds)(const struct look *l);
} table[] = {
#define BS_REFUSED(opt, condition, reason, advice) {{opt, reason, advice, true}, condition},
#define BS_WARNED(opt, condition, reason, advice) {{opt, reason, advice, false}, condition},
#include <buddysim/combinations.def>
};

#define NR (sizeof(table) / sizeof(table[0]))

const struct bs_combination *bs_combination_at(unsigned int index)
{
	return index < NR ? &table[index].says : NULL;
}

bool bs_combination_is_there(const struct bs_options *o, unsigned int index)
{
	const struct look l = {&o->config, &o->program};

	return index < NR && bs_option_given(o, table[index].says.option) && table[index].holds(&l);
}

bool bs_option_is_idle(const struct bs_sim_config *c, const struct bs_option *opt)
{
	const struct look l = {c, NULL};

	for (size_t i = 0; i < NR; i++)
		if (!strcmp(table[i].says.option, opt->name) && table[i].holds(&l))
			return true;
	return false;
}

/* ---- Checking -------------------------------------------------------------------------------- */

static int check_needs(const struct bs_options *o, const struct bs_option *opt,
		       struct bs_error *err)
{
	char where[64], advice[64];

	if (!opt->needs || !bs_option_given(o, opt->name) || bs_option_given(o, opt->needs))
		return 0;
	snprintf(where, sizeof(where), "--%s", opt->name);
	snprintf(advice, sizeof(advice), "use --%s %s", opt->needs,
		 bs_option_find(opt->needs)->arg);
	return bs_error_set(err, BS_USAGE, 0, where, advice, "means nothing without --%s",
			    opt->needs);
}

int bs_options_check(const struct bs_options *o, struct bs_error *err)
{
	const struct bs_option *opt;
	char where[64];
	int ret = 0;

	for (unsigned int i = 0; !ret && (opt = bs_option_at(i)); i++)
		ret = check_needs(o, opt, err);
	for (unsigned int i = 0; !ret && i < NR; i++) {
		if (!table[i].says.is_refused || !bs_combination_is_there(o, i))
			continue;
		snprintf(where, sizeof(where), "--%s", table[i].says.option);
		ret = bs_error_set(err, BS_USAGE, 0, where, table[i].says.advice, "%s",
				   table[i].says.why);
	}
	return ret;
}
