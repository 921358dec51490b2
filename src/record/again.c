// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * again.c - the command line that does what a cell did: the same trace, strategy, guest, host and
 * window, whatever presets, files and defaults they came from.
 */
#include <inttypes.h>
#include <string.h>

#include <jansson.h>

#include "again.h"
#include "config_json.h"
#include "json.h"

/* Options that are a figure or a word of the record's configuration. */
static const struct {
	const char *key, *option, *unit;
	bool of_guest; /* decided by --state, if there is one */
} options[] = {
	{"kernel", "--kernel", "", true},
	{"memory_bytes", "--memory", "B", true},
	{"layout", "--layout", "", true},
	{"nr_cpus", "--cpus", "", true},
	{"lru", "--lru", "", false},
	{"touch", "--touch", "", false},
	{"thp", "--thp", "", false},
	{"advice", "--advice", "", false},
	{"verify", "--verify", "", false},
	{"capacity", "--capacity", "", false},
	{"resident_at_start", "--resident-at-start", "", false},
	{"host_memory_bytes", "--host-memory", "B", false},
	{"host_poll_ns", "--host-poll", "ns", false},
	{"tail_ns", "--tail", "ns", false},
	{"repeat", "--repeat", "", false},
	{"gap_ns", "--gap", "ns", false},
	{"wake_latency_ns", "--wake-latency", "ns", false},
	{"check_every", "--check", "", false},
};

/* For a shell: as it is in single quotes, which it may hold itself. */
static void put_quoted(FILE *f, const char *text)
{
	fputc('\'', f);
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", f);
		else
			fputc(*text, f);
	}
	fputc('\'', f);
}

static void put_options(FILE *f, const struct bs_sim_config *cfg, const json_t *config)
{
	uint64_t n;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const json_t *v = json_object_get(config, options[i].key);

		if (!v || (options[i].of_guest && cfg->guest.state_path))
			continue;
		if (!bs_json_get_uint(v, &n))
			fprintf(f, " %s %s", options[i].option, json_string_value(v));
		else if (n || strcmp(options[i].key, "check_every"))
			fprintf(f, " %s %" PRIu64 "%s", options[i].option, n, options[i].unit);
	}
}

static void put_host_events(FILE *f, const struct bs_sim_config *cfg)
{
	for (unsigned int i = 0; i < cfg->host.nr_events; i++) {
		const struct bs_host_event *e = &cfg->host.events[i];

		fprintf(f, " --host-event %lluns:%s=%llu", (unsigned long long)e->time,
			bs_host_ask_names()[e->ask], (unsigned long long)e->value);
	}
}

/* The preset that @costs are, or NULL: they come from a file. */
static const char *preset_of(const struct bs_device_costs *costs)
{
	struct bs_device_costs preset;

	for (const char *const *name = bs_cost_preset_names(); *name; name++)
		if (bs_cost_preset(*name, &preset) && !memcmp(&preset, costs, sizeof(preset)))
			return *name;
	return NULL;
}

/* Costs from a file stand in front of what was said of the device. */
static void put_device(FILE *f, const struct bs_device_config *dc, json_t *config)
{
	json_t *costs = json_object_get(config, "costs"), *v;
	const char *preset = dc->costs ? preset_of(dc->costs) : NULL, *sep = ":", *key;
	uint64_t n = 0;

	if (preset)
		fprintf(f, " --costs %s", preset);
	fprintf(f, " --device %s", dc->kind);
	if (dc->costs && !preset && bs_device_traits(dc->kind)->has_costs)
		json_object_foreach(costs, key, v)
		{
			bs_json_get_uint(v, &n);
			fprintf(f, "%s%.*s=%" PRIu64 "ns", sep, (int)(strlen(key) - strlen("_ns")),
				key, n);
			sep = ",";
		}
	if (dc->params && *dc->params)
		fprintf(f, "%s%s", sep, dc->params);
}

bool bs_again_print(FILE *f, const struct bs_outcome *o)
{
	const struct bs_sim_config *cfg = o->cfg;
	json_t *config;

	if (!cfg->guest.state_path && (cfg->guest.machine.nr_ranges || cfg->guest.machine.nr_zones))
		return false;
	config = bs_config_json(cfg);
	fputs("buddysim run ", f);
	put_quoted(f, cfg->trace_path);
	fputs(" -s ", f);
	put_quoted(f, o->label);
	fprintf(f, " --seed %llu", (unsigned long long)cfg->seed);
	if (cfg->guest.state_path) {
		fputs(" --state ", f);
		put_quoted(f, cfg->guest.state_path);
	} else if (cfg->guest.machine.shuffle) {
		fputs(" --shuffle", f);
	}
	put_options(f, cfg, config);
	put_host_events(f, cfg);
	/* clairvoyant goes by it */
	fprintf(f, " --weight %lluns", (unsigned long long)cfg->host.weight_ns_per_mib_s);
	put_device(f, &cfg->host.device, config);
	if (cfg->window.allow_lossy)
		fputs(" --allow-lossy", f);
	if (cfg->window.keep_whole)
		fputs(" --keep-whole-chunks", f);
	fputc('\n', f);
	json_decref(config);
	return true;
}
