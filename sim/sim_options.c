// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table_form.h"
#include "threshold.h"

#ifdef BS_HAVE_JEMALLOC
#include <jemalloc/jemalloc.h>
#endif

#define FIRST_KEY 256 /* above every letter; option number n has FIRST_KEY + n */

#ifdef BS_HAVE_JEMALLOC
static uint64_t thread_allocated(void)
{
	uint64_t bytes = 0;
	size_t size = sizeof(bytes);

	mallctl("thread.allocated", &bytes, &size, NULL, 0);
	return bytes;
}
#endif

/* ---- The table as argp's --------------------------------------------------------------------- */

static bool takes(const struct sim_options *o, const struct bs_option *opt)
{
	if (!o->names)
		return true;
	for (const char *const *n = o->names; *n; n++)
		if (!strcmp(*n, opt->name))
			return true;
	return false;
}

/* What it does, then what it may be: "Ranges per request (1 to 512; default 32)". */
static char *help_text(const struct bs_option *opt)
{
	char range[256], *text;

	bs_option_range(opt, range, sizeof(range));
	if (!range[0])
		return cli_memory(strdup(opt->doc));
	if (asprintf(&text, "%s (%s)", opt->doc, range) < 0)
		text = NULL;
	return cli_memory(text);
}

/* A heading where a group begins; argp sorts by the group's number. */
static void add_heading(struct argp_option *to, const char *heading, int group)
{
	char *text;

	if (asprintf(&text, "%s:", heading) < 0)
		text = NULL;
	*to = (struct argp_option){.doc = cli_memory(text), .group = group};
}

static const struct argp_option *make_options(const struct sim_options *o)
{
	struct argp_option *list, *next;
	const struct bs_option *opt;
	const char *heading = "";
	unsigned int nr = 0;
	int group = 0;

	while (bs_option_at(nr))
		nr++;
	list = next = cli_memory(calloc(3 * nr + 1, sizeof(*list)));
	for (unsigned int i = 0; (opt = bs_option_at(i)); i++) {
		const char *name = bs_option_heading(opt->group);

		if (!takes(o, opt))
			continue;
		/* Two parts may stand under one heading. */
		if (strcmp(name, heading))
			add_heading(next++, name, ++group);
		heading = name;
		*next++ = (struct argp_option){.name = opt->name,
					       .key = opt->key ? opt->key : FIRST_KEY + (int)i,
					       .arg = opt->arg,
					       .doc = help_text(opt),
					       .group = group};
		if (opt->was) {
			*next = next[-1];
			next->name = opt->was;
			next->doc = NULL;
			next++->flags = OPTION_HIDDEN;
		}
	}
	return list;
}

static const struct bs_option *option_of(int key)
{
	const struct bs_option *opt;

	if (key >= FIRST_KEY)
		return bs_option_at((unsigned int)(key - FIRST_KEY));
	for (unsigned int i = 0; (opt = bs_option_at(i)); i++)
		if (opt->key && opt->key == key)
			return opt;
	return NULL;
}

static void add_strategies(struct sim_options *o, const char *text)
{
	struct bs_error err;

	if (bs_option_set(&o->lib, bs_option_find("strategy"), text, &err))
		exit(cli_error(&err));
}

/* When all was said, and what was not has its default. */
static void check(struct sim_options *o)
{
	const uint64_t given = o->lib.given;
	const struct bs_combination *k;
	struct bs_error err;

	if (o->strategies && !o->lib.config.nr_strategies)
		add_strategies(o, o->strategies);
	o->lib.given = given;
	if (bs_options_check(&o->lib, &err))
		exit(cli_error(&err));
	for (unsigned int i = 0; (k = bs_combination_at(i)); i++)
		if (!k->is_refused && bs_combination_is_there(&o->lib, i))
			cli_warn("--%s: %s; %s", k->option, k->why, k->advice);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct sim_options *o = state->input;
	const struct bs_option *opt = option_of(key);
	struct bs_error err;

	if (key == ARGP_KEY_END && !o->take)
		check(o);
	if (!opt || !takes(o, opt))
		return ARGP_ERR_UNKNOWN;
	if (o->take) {
		o->take(o->take_arg, opt, arg);
		return 0;
	}
	if (bs_option_set(&o->lib, opt, arg, &err))
		exit(cli_error(&err));
	if (opt == bs_option_find("fail-if"))
		threshold_check_syntax(arg);
	table_form_check(opt, arg);
	return 0;
}

void sim_options_init(struct sim_options *o, const char *const *names)
{
	struct bs_output_config *out = &o->lib.config.output;

	memset(o, 0, sizeof(*o));
	bs_options_init(&o->lib);
	out->stop = cli_stop();
	out->violation_dir = ".";
#ifdef BS_HAVE_JEMALLOC
	out->allocated = thread_allocated;
#endif
	o->names = names;
	o->argp = (struct argp){.options = make_options(o), .parser = parse_option};
	o->child[0] = (struct argp_child){.argp = &o->argp};
}

void sim_progress_tell(struct progress *p, const struct bs_sim_config *c,
		       const struct bs_progress *is)
{
	const bs_ns whole = is->cells * is->end, now = is->done * is->end + is->now;

	if (is->of_read && !is->events) {
		progress_tell(p, "reading the trace", is->read, is->of_read, "MB");
		return;
	}
	if (is->of_events)
		progress_tell(p, "replaying", is->events, is->of_events, "events");
	else if (whole)
		progress_tell(p, "running", now / BS_NS_PER_S, whole / BS_NS_PER_S, "virtual s");
	if (is->cell < is->cells && is->cells == c->nr_strategies)
		progress_note(p, "%u of %u cells; %.30s is at %.3f s", is->done, is->cells,
			      c->strategies[is->cell], (double)is->now / 1e9);
	else
		progress_note(p, "%u of %u cells", is->done, is->cells);
}

static void heard(void *arg, const struct bs_progress *is)
{
	const struct sim_options *o = arg;

	sim_progress_tell(o->progress, &o->lib.config, is);
}

void sim_options_progress(struct sim_options *o)
{
	o->progress = progress_begin(o->lib.program.quiet);
	o->lib.config.output.progress = o->progress ? heard : NULL;
	o->lib.config.output.progress_arg = o;
}

void sim_options_progress_end(struct sim_options *o)
{
	progress_end(o->progress);
	o->progress = NULL;
	o->lib.config.output.progress = NULL;
}

void sim_options_free(struct sim_options *o)
{
	for (const struct argp_option *a = o->argp.options; a && (a->name || a->doc); a++)
		free((char *)(uintptr_t)a->doc);
	free((struct argp_option *)(uintptr_t)o->argp.options);
	bs_options_free(&o->lib);
}
