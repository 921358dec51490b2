// SPDX-License-Identifier: GPL-2.0-or-later
/* command.c - the command line that a record came from, out of what it says of its configuration. */
#include <buddysim/device.h>
#include <buddysim/options.h>
#include <buddysim/record.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "shell.h"
#include "stored.h"

static const char *text_at(const json_t *o, const char *path)
{
	return json_string_value(bs_json_at(o, path));
}

/* "rotation:order=9"; on several kernels the label has the kernel in front, and the words are made anew. */
static void strategy_words(const json_t *cell, bool several, char *buf, size_t size)
{
	const char *name = text_at(cell, "strategy"), *params = text_at(cell, "params");

	if (!several || !name)
		snprintf(buf, size, "%s", text_at(cell, "label"));
	else
		snprintf(buf, size, "%s%s%s", name, params && *params ? ":" : "",
			 params ? params : "");
}

static void put_strategies(FILE *f, const struct bs_stored *in, bool several)
{
	char words[512], before[512];
	char *list = NULL;
	size_t size;
	FILE *l = open_memstream(&list, &size);

	if (!l)
		return;
	for (size_t i = 0; i < in->nr_cells; i++) {
		bool twice = false;

		strategy_words(json_array_get(in->cells, i), several, words, sizeof(words));
		for (size_t k = 0; several && k < i && !twice; k++) {
			strategy_words(json_array_get(in->cells, k), several, before,
				       sizeof(before));
			twice = !strcmp(words, before);
		}
		if (!twice)
			fprintf(l, "%s%s", i ? "," : "", words);
	}
	if (!fclose(l)) {
		fputs(" -s ", f);
		bs_shell_put(f, list);
	}
	free(list);
}

/* A number that a record has in bytes or ns, with the largest unit that it is a whole number of. */
static void put_number(FILE *f, const char *name, enum bs_param_type type, uint64_t v)
{
	static const struct unit {
		const char *name;
		uint64_t per;
	} times[] = {{"s", BS_NS_PER_S}, {"ms", BS_NS_PER_MS}, {"us", BS_NS_PER_US}, {"ns", 1}},
	  sizes[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}},
	  none[] = {{"", 1}};
	const struct unit *u = type == BS_PARAM_TIME ? times : type == BS_PARAM_SIZE ? sizes : none;

	while (u->per > 1 && (!v || v % u->per))
		u++;
	fprintf(f, " --%s %" PRIu64 "%s", name, v / u->per, u->name);
}

/* Only what is not the default. A record keeps the number behind it. */
static void put_option(FILE *f, const struct bs_option *opt, const json_t *value)
{
	uint64_t v;

	if (json_is_string(value)) {
		const char *word = json_string_value(value);

		if (opt->kind == BS_OPTION_WORD && opt->word &&
		    opt->word((unsigned int)opt->value.def) &&
		    !strcmp(opt->word((unsigned int)opt->value.def), word))
			return;
		fprintf(f, " --%s ", opt->name);
		bs_shell_put(f, word);
		return;
	}
	if (!bs_json_get_uint(value, &v) || v == opt->value.def)
		return;
	if (opt->kind == BS_OPTION_FLAG)
		fprintf(f, " --%s", opt->name);
	else
		put_number(f, opt->name, opt->value.type, v);
}

/* "model:per_request=2us,..." and the preset under it. */
static void put_device(FILE *f, const json_t *config)
{
	const char *kind = text_at(config, "device"), *params = text_at(config, "device_params");
	const char *preset = text_at(config, "costs_preset");
	const struct bs_device_traits *traits = kind ? bs_device_traits(kind) : NULL;
	struct bs_device_costs costs;
	char *words = NULL;

	if (!kind)
		return;
	if (asprintf(&words, "%s%s%s", kind, params ? ":" : "", params ? params : "") < 0)
		return;
	fputs(" -d ", f);
	bs_shell_put(f, words);
	free(words);
	if (preset && bs_cost_preset(preset, &costs) && traits && traits->has_costs &&
	    strcmp(preset, traits->preset)) {
		fputs(" --costs ", f);
		bs_shell_put(f, preset);
	}
}

/* A time or a size is in the record without its unit. */
static void put_event(FILE *f, const char *option, const json_t *event)
{
	json_t *guest = json_object_get(event, "guest");
	const char *key;
	const json_t *v;

	fprintf(f, " --%s %" JSON_INTEGER_FORMAT "ns:", option,
		json_integer_value(json_object_get(event, "time_ns")));
	json_object_foreach((json_t *)(uintptr_t)event, key, v)
	{
		if (!strcmp(key, "time_ns") || !strcmp(key, "guest"))
			continue;
		fputs(key, f);
		if (json_is_integer(v))
			fprintf(f, "=%" JSON_INTEGER_FORMAT "%s", json_integer_value(v),
				!strcmp(key, "target") || !strcmp(key, "reclaim") ? "B"
				: !strcmp(key, "pause")				  ? "ns"
										  : "");
	}
	if (guest)
		fprintf(f, ",guest=%" JSON_INTEGER_FORMAT, json_integer_value(guest));
}

static void put_events(FILE *f, const char *option, const json_t *events)
{
	const json_t *e;
	size_t i;

	json_array_foreach(events, i, e)
	{
		put_event(f, option, e);
	}
}

static bool is_said(const struct bs_option *opt, const json_t *config)
{
	/* What the dump decides is refused beside it. */
	return opt->record && json_object_get(config, opt->record) &&
	       !(opt->of_state && json_object_get(config, "state"));
}

char *bs_record_command(const struct bs_stored *in)
{
	const json_t *config = json_object_get(in->root, "config");
	const char *trace = text_at(in->root, "trace.name"), *kernel = text_at(config, "kernel");
	const struct bs_option *opt;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fputs("buddysim compare ", f);
	bs_shell_put(f, trace ? trace : "TRACE");
	put_strategies(f, in, kernel && strchr(kernel, ','));
	for (unsigned int i = 0; (opt = bs_option_at(i)); i++)
		if (is_said(opt, config))
			put_option(f, opt, json_object_get(config, opt->record));
	put_device(f, config);
	put_events(f, "guest-event", json_object_get(config, "guest_events"));
	put_events(f, "host-event", json_object_get(config, "host_events"));
	/* What a record has elsewhere. */
	put_option(f, bs_option_find("seed"), json_object_get(in->root, "seed"));
	put_option(f, bs_option_find("weight"), bs_json_at(in->root, "bound.weight_ns_per_mib_s"));
	fputs(" --format json", f);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
