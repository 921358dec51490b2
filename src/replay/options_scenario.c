// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options_scenario.c - a file that says which guests there are and what their host is. What it says of the
 * host are options like any others.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_own.h"
#include "options_read.h"
#include "shell.h"

#define SCHEMA "buddysim-scenario-1"
#define MOST_GUESTS 1024

/* A file that is being read. @where: the place in it, for errors */
struct reading {
	struct bs_options *o;
	const char *path;
	char where[64];
	struct bs_error *err;
};

static int refuse(struct reading *r, const char *advice, const char *what)
{
	char where[200];

	snprintf(where, sizeof(where), "%s%s%s", r->path, *r->where ? ": " : "", r->where);
	return bs_error_set(r->err, BS_INPUT, 0, where, advice, "%s", what);
}

/* A key that nothing reads would be a wish without effect. */
static int check_keys(struct reading *r, json_t *o, const char *const *known)
{
	const char *key;
	json_t *v;

	if (!json_is_object(o))
		return refuse(r, "see buddysim-scenario(5)", "no object");
	json_object_foreach(o, key, v)
	{
		char advice[200], what[100];
		unsigned int i = 0;

		while (known[i] && strcmp(known[i], key))
			i++;
		if (known[i])
			continue;
		bs_nearest_advice("there are", known, key, advice, sizeof(advice));
		snprintf(what, sizeof(what), "unknown key \"%.60s\"", key);
		return refuse(r, advice, what);
	}
	return 0;
}

/* Text or a whole number, as text that the options keep; *@text is NULL where there is none. */
static int get_text(struct reading *r, json_t *o, const char *key, const char **text)
{
	json_t *v = json_object_get(o, key);
	char number[32], what[100];

	*text = NULL;
	if (!v)
		return 0;
	if (json_is_string(v)) {
		*text = json_string_value(v);
	} else if (json_is_integer(v)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
		*text = number;
	} else {
		snprintf(what, sizeof(what), "\"%.60s\" is neither text nor a whole number", key);
		return refuse(r, "write \"4GiB\", \"10s\" or 4", what);
	}
	*text = bs_words_add(&r->o->texts, *text, strlen(*text), r->err);
	return *text ? 0 : -ENOMEM;
}

/* A number with a unit, or without one. */
static int get_value(struct reading *r, json_t *o, const char *key, const struct bs_param *p,
		     uint64_t *value)
{
	const struct bs_option named = {.name = key};
	const char *text;
	int ret = get_text(r, o, key, &text);

	*value = p->def;
	if (ret || !text)
		return ret;
	ret = bs_option_value(&named, p, text, value, r->err);
	if (ret) {
		char why[200];

		snprintf(why, sizeof(why), "%.199s", r->err->text);
		ret = refuse(r, r->err->advice, why);
	}
	return ret;
}

/* ---- The host -------------------------------------------------------------------------------- */

/* To be set when all is read: an option and its value. */
static int queue(struct reading *r, const char *option, const char *text)
{
	struct bs_words *q = &r->o->queued;

	return bs_words_add(q, option, strlen(option), r->err) &&
			       bs_words_add(q, text, strlen(text), r->err)
		       ? 0
		       : -ENOMEM;
}

/* A list of events, each as its option reads it. */
static int queue_events(struct reading *r, json_t *events, const char *option, const char *like)
{
	char advice[64];
	json_t *event;
	size_t i;
	int ret;

	snprintf(advice, sizeof(advice), "write [\"%s\"]", like);
	if (events && !json_is_array(events))
		return refuse(r, advice, "\"events\" is no list");
	json_array_foreach(events, i, event)
	{
		if (!json_is_string(event))
			return refuse(r, advice, "an event that is no text");
		ret = queue(r, option, json_string_value(event));
		if (ret)
			return ret;
	}
	return 0;
}

static int read_host(struct reading *r, json_t *host)
{
	static const char *const keys[] = {"memory", "swap",   "threads", "poll", "policy",
					   "costs",  "advice", "events",  NULL};
	static const char *const options[] = {"host-memory", "host-swap",   "host-threads",
					      "host-poll",   "host-policy", "costs",
					      "advice",	     "host-event",  NULL};
	const char *text;
	size_t i;
	int ret;

	if (!host)
		return 0;
	snprintf(r->where, sizeof(r->where), "host");
	ret = check_keys(r, host, keys);
	for (i = 0; !ret && strcmp(keys[i], "events"); i++) {
		ret = get_text(r, host, keys[i], &text);
		if (!ret && text)
			ret = queue(r, options[i], text);
	}
	return ret ? ret
		   : queue_events(r, json_object_get(host, "events"), "host-event",
				  "30s:pressure=90");
}

/* ---- The guests ------------------------------------------------------------------------------ */

/* As the file stands, not as the program was called. */
static int find_trace(struct reading *r, struct bs_scenario_guest *g)
{
	const char *slash = strrchr(r->path, '/');
	char *path;
	int n;

	if (!g->trace_path || g->trace_path[0] == '/' || !slash)
		return 0;
	n = asprintf(&path, "%.*s/%s", (int)(slash - r->path), r->path, g->trace_path);
	if (n < 0)
		return bs_error_set(r->err, BS_RESOURCE, ENOMEM, r->path, NULL, "cannot be read");
	g->trace_path = bs_words_add(&r->o->texts, path, (size_t)n, r->err);
	free(path);
	return g->trace_path ? 0 : -ENOMEM;
}

static int check_guest(struct reading *r, const struct bs_scenario_guest *g)
{
	struct bs_error why;
	char what[300];

	if (!g->load == !g->trace_path)
		return refuse(r, "write \"load\": \"memhog:size=1GiB\", or \"trace\": \"FILE\"",
			      g->load ? "it has a load and a trace"
				      : "it has neither a load nor a trace");
	if (g->kernel ? bs_kernel_check(g->kernel, &why) : 0) {
		snprintf(what, sizeof(what), "%.200s", why.text);
		return refuse(r, why.advice, what);
	}
	if (g->policy && bs_policies_check(g->policy, &why)) {
		snprintf(what, sizeof(what), "%.80s: %.200s", why.where, why.text);
		return refuse(r, why.advice, what);
	}
	if (g->load && bs_load_check(g->load, &why)) {
		snprintf(what, sizeof(what), "%.80s: %.200s", why.where, why.text);
		return refuse(r, why.advice, what);
	}
	return 0;
}

static int add_guest(struct reading *r, const struct bs_scenario_guest *g)
{
	struct bs_options *o = r->o;
	struct bs_scenario_guest *more;

	if (o->config.nr_guest_list == MOST_GUESTS)
		return refuse(r, "split it", "more than 1024 guests");
	more = realloc(o->guests, (o->config.nr_guest_list + 1) * sizeof(*more));
	if (!more)
		return bs_error_set(r->err, BS_RESOURCE, ENOMEM, r->path, NULL, "cannot be read");
	more[o->config.nr_guest_list++] = *g;
	o->config.guest_list = o->guests = more;
	return 0;
}

/* "count" of them, "stagger" apart, numbered where there are several. */
static int read_guest(struct reading *r, json_t *o)
{
	static const struct bs_param size = {.type = BS_PARAM_SIZE, .max = UINT64_C(1) << 41};
	static const struct bs_param time = {.type = BS_PARAM_TIME, .max = UINT64_C(1) << 60};
	static const struct bs_param cpus = {.type = BS_PARAM_UINT, .max = BS_MAX_CPUS};
	static const struct bs_param count = {
		.type = BS_PARAM_UINT, .def = 1, .min = 1, .max = MOST_GUESTS};
	static const char *const keys[] = {"name",   "count",  "memory",   "cpus",
					   "kernel", "policy", "strategy", "load",
					   "trace",  "start",  "stagger",  NULL};
	struct bs_scenario_guest g = {0};
	uint64_t n, nr_cpus, stagger;
	const char *name;
	int ret = check_keys(r, o, keys);

	if (ret || (ret = get_text(r, o, "name", &name)) ||
	    (ret = get_text(r, o, "kernel", &g.kernel)) ||
	    (ret = get_text(r, o, "policy", &g.policy)) ||
	    (ret = get_text(r, o, "strategy", &g.strategy)) ||
	    (ret = get_text(r, o, "load", &g.load)) ||
	    (ret = get_text(r, o, "trace", &g.trace_path)) ||
	    (ret = get_value(r, o, "memory", &size, &g.memory_bytes)) ||
	    (ret = get_value(r, o, "cpus", &cpus, &nr_cpus)) ||
	    (ret = get_value(r, o, "count", &count, &n)) ||
	    (ret = get_value(r, o, "start", &time, &g.start)) ||
	    (ret = get_value(r, o, "stagger", &time, &stagger)) || (ret = check_guest(r, &g)) ||
	    (ret = find_trace(r, &g)))
		return ret;
	g.nr_cpus = (unsigned int)nr_cpus;
	for (uint64_t i = 0; i < n && !ret; i++) {
		char numbered[100];

		snprintf(numbered, sizeof(numbered), "%.80s %llu", name ? name : "",
			 (unsigned long long)i + 1);
		g.name = !name || n == 1
				 ? name
				 : bs_words_add(&r->o->texts, numbered, strlen(numbered), r->err);
		ret = name && !g.name ? -ENOMEM : add_guest(r, &g);
		g.start += stagger;
	}
	return ret;
}

static int read_all(struct reading *r, json_t *o)
{
	static const char *const keys[] = {"schema", "about", "host", "guests", "events", NULL};
	const char *schema = json_string_value(json_object_get(o, "schema"));
	json_t *guests = json_object_get(o, "guests"), *guest;
	size_t i;
	int ret = check_keys(r, o, keys);

	if (!ret && (!schema || strcmp(schema, SCHEMA)))
		ret = refuse(r, "write \"schema\": \"" SCHEMA "\"", "no scenario of that version");
	if (!ret && !json_array_size(guests))
		ret = refuse(r, "write \"guests\": [{...}]", "there are no guests");
	if (!ret)
		ret = read_host(r, json_object_get(o, "host"));
	*r->where = '\0';
	if (!ret)
		ret = queue_events(r, json_object_get(o, "events"), "guest-event", "60s:compact");
	if (ret)
		return ret;
	json_array_foreach(guests, i, guest)
	{
		snprintf(r->where, sizeof(r->where), "guests[%zu]", i);
		ret = read_guest(r, guest);
		if (ret)
			return ret;
	}
	return 0;
}

BS_OPTION_READER(bs_set_scenario)
{
	struct reading r = {.o = o, .err = err};
	json_error_t why;
	json_t *file;
	int ret;

	(void)opt;
	r.path = bs_words_add(&o->texts, text, strlen(text), err);
	if (!r.path)
		return -ENOMEM;
	file = json_load_file(text, 0, &why);
	if (!file) {
		char what[300];

		snprintf(what, sizeof(what), "line %d: %.200s", why.line, why.text);
		return refuse(&r, "see buddysim-scenario(5)", what);
	}
	o->config.scenario = r.path;
	o->config.nr_guest_list = 0;
	ret = read_all(&r, file);
	json_decref(file);
	return ret;
}

BS_OPTION_PRINTER(bs_print_scenario)
{
	if (!c->scenario)
		return;
	fprintf(file, " --%s ", opt->name);
	bs_shell_put(file, c->scenario);
}
