// SPDX-License-Identifier: GPL-2.0-or-later
/* options_events.c - what a host does, and what is asked of a guest's kernel, at points in virtual time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_own.h"
#include "options_read.h"

/* Who can be asked what. @of: the value's kind; NULL: there is none. */
struct asks {
	const char *what;
	const char *(*name)(unsigned int n);
	const struct bs_param *(*of)(unsigned int n);
};

/* An event of either. */
struct event {
	bs_ns time;
	unsigned int ask, guest;
	uint64_t value;
};

static int read_event(const struct bs_option *opt, const struct asks *asks, char *text,
		      struct event *e, struct bs_error *err)
{
	static const struct bs_param time = {.type = BS_PARAM_TIME, .max = UINT64_C(1) << 60};
	static const struct bs_param number = {.type = BS_PARAM_UINT, .min = 1, .max = UINT32_MAX};
	char *ask = strchr(text, ':'), *guest = ask ? strchr(ask, ',') : NULL, *value;
	uint64_t which = 0;
	int ret;

	*e = (struct event){0};
	if (!ask || (guest && strncmp(guest, ",guest=", 7)))
		return bs_option_refuse(opt, text, asks->what, err);
	*ask++ = '\0';
	if (guest)
		*guest = '\0';
	value = strchr(ask, '=');
	if (value)
		*value++ = '\0';
	ret = bs_option_value(opt, &time, text, &e->time, err);
	if (!ret)
		ret = bs_option_pick(opt, asks->name, ask, &e->ask, err);
	if (!ret && guest)
		ret = bs_option_value(opt, &number, guest + 7, &which, err);
	if (ret)
		return ret;
	e->guest = (unsigned int)which;
	if (!asks->of(e->ask) != !value)
		return bs_option_refuse(opt, ask, asks->what, err);
	return value ? bs_option_value(opt, asks->of(e->ask), value, &e->value, err) : 0;
}

/* Of a text that is not to be changed. */
static int read_copy(const struct bs_option *opt, const struct asks *asks, const char *text,
		     struct event *e, struct bs_error *err)
{
	char *copy = strdup(text);
	const int ret = copy ? read_event(opt, asks, copy, e, err)
			     : bs_error_set(err, BS_RESOURCE, ENOMEM, text, NULL, "cannot be read");

	free(copy);
	return ret;
}

static void print_event(const struct bs_option *opt, const struct asks *asks, const struct event *e,
			FILE *file)
{
	const struct bs_param *p = asks->of(e->ask);

	fprintf(file, " --%s %lluns:%s", opt->name, (unsigned long long)e->time,
		asks->name(e->ask));
	if (p)
		fprintf(file, "=%llu%s", (unsigned long long)e->value,
			p->type == BS_PARAM_SIZE   ? "B"
			: p->type == BS_PARAM_TIME ? "ns"
						   : "");
	if (e->guest)
		fprintf(file, ",guest=%u", e->guest);
}

/* ---- The host -------------------------------------------------------------------------------- */

static const char *host_ask(unsigned int n)
{
	const char *const *name = bs_host_ask_names();

	while (*name && n--)
		name++;
	return *name;
}

static const struct bs_param *of_host(unsigned int n)
{
	static const struct bs_param time = {.type = BS_PARAM_TIME, .max = UINT64_C(1) << 60};
	static const struct bs_param size = {.type = BS_PARAM_SIZE, .max = UINT64_C(1) << 50};
	static const struct bs_param percent = {.type = BS_PARAM_UINT, .max = 100};
	static const struct bs_param *const of[] = {
		[BS_HOST_TARGET] = &size,
		[BS_HOST_PRESSURE] = &percent,
		[BS_HOST_PAUSE] = &time,
		[BS_HOST_RESTORE] = NULL,
	};

	return of[n];
}

static const struct asks of_a_host = {
	"TIME:target=SIZE, TIME:pressure=PERCENT, TIME:pause=TIME, TIME:snapshot or TIME:restore, each "
	"with ,guest=N behind it or without",
	host_ask, of_host};

BS_OPTION_READER(bs_add_host_event)
{
	const unsigned int n = o->config.host.nr_events;
	struct bs_host_event *more = realloc(o->host_events, (n + 1) * sizeof(*more));
	struct event e;
	int ret;

	if (!more)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, text, NULL, "cannot be read");
	o->host_events = more;
	o->config.host.events = more;
	ret = read_copy(opt, &of_a_host, text, &e, err);
	if (ret)
		return ret;
	more[n] = (struct bs_host_event){e.time, (enum bs_host_ask)e.ask, e.value, e.guest};
	o->config.host.nr_events = n + 1;
	return 0;
}

BS_OPTION_PRINTER(bs_print_host_events)
{
	for (unsigned int i = 0; i < c->host.nr_events; i++) {
		const struct bs_host_event *e = &c->host.events[i];

		print_event(opt, &of_a_host, &(struct event){e->time, e->ask, e->guest, e->value},
			    file);
	}
}

/* ---- The guest's kernel ---------------------------------------------------------------------- */

static const char *guest_ask(unsigned int n)
{
	return bs_guest_ask_params()[n].name;
}

static const struct bs_param *of_guest(unsigned int n)
{
	const struct bs_param *p = &bs_guest_ask_params()[n];

	return p->type == BS_PARAM_BOOL ? NULL : p;
}

static const struct asks of_a_guest = {
	"TIME:compact, TIME:drop_caches, TIME:reclaim=SIZE, TIME:proactiveness=N, TIME:defrag_mode=0|1 or "
	"TIME:watermark_scale=N, each with ,guest=N behind it or without",
	guest_ask, of_guest};

BS_OPTION_READER(bs_add_guest_event)
{
	const unsigned int n = o->config.guest.nr_events;
	struct bs_guest_event *more = realloc(o->guest_events, (n + 1) * sizeof(*more));
	struct event e;
	int ret;

	if (!more)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, text, NULL, "cannot be read");
	o->guest_events = more;
	o->config.guest.events = more;
	ret = read_copy(opt, &of_a_guest, text, &e, err);
	if (ret)
		return ret;
	more[n] = (struct bs_guest_event){e.time, (enum bs_guest_ask)e.ask, e.value, e.guest};
	o->config.guest.nr_events = n + 1;
	return 0;
}

BS_OPTION_PRINTER(bs_print_guest_events)
{
	for (unsigned int i = 0; i < c->guest.nr_events; i++) {
		const struct bs_guest_event *e = &c->guest.events[i];

		print_event(opt, &of_a_guest, &(struct event){e->time, e->ask, e->guest, e->value},
			    file);
	}
}
