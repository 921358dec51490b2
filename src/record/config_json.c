// SPDX-License-Identifier: GPL-2.0-or-later
/* config_json.c - the options in force, and what came of them, as the record holds them. */
#include "config_json.h"

#include <buddysim/options.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "loads.h"

const char *bs_base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

static json_t *costs_json(const struct bs_sim_config *cfg)
{
	struct bs_device_costs costs;
	json_t *o = json_object();
	const char *name;
	char key[64];
	bs_ns *ns;

	if (bs_device_config_costs(&cfg->host.device, &costs, NULL))
		return o;
	for (unsigned int i = 0; (ns = bs_cost_field(&costs, i, &name)); i++) {
		snprintf(key, sizeof(key), "%s_ns", name);
		bs_json_put_uint(o, key, *ns);
	}
	return o;
}

/* The preset that these are; or that they were before something else was said of the device. */
static const char *costs_name(const struct bs_sim_config *cfg)
{
	const struct bs_device_config *dc = &cfg->host.device;
	const char *name =
		dc->costs ? bs_cost_preset_of(dc->costs) : bs_device_traits(dc->kind)->preset;
	struct bs_device_costs costs;

	if (name && !bs_device_config_costs(dc, &costs, NULL) && !bs_cost_preset_of(&costs))
		return "changed";
	return name ? name : "own";
}

static json_t *host_events_json(const struct bs_sim_config *cfg)
{
	json_t *a = json_array();

	for (unsigned int i = 0; i < cfg->host.nr_events; i++) {
		const struct bs_host_event *e = &cfg->host.events[i];
		json_t *o = json_object();

		bs_json_put_uint(o, "time_ns", e->time);
		if (e->ask == BS_HOST_SNAPSHOT || e->ask == BS_HOST_RESTORE)
			json_object_set_new(o, bs_host_ask_names()[e->ask], json_true());
		else
			bs_json_put_uint(o, bs_host_ask_names()[e->ask], e->value);
		if (e->guest)
			bs_json_put_uint(o, "guest", e->guest);
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *guest_events_json(const struct bs_sim_config *cfg)
{
	const struct bs_param *params = bs_guest_ask_params();
	json_t *a = json_array();

	for (unsigned int i = 0; i < cfg->guest.nr_events; i++) {
		const struct bs_guest_event *e = &cfg->guest.events[i];
		json_t *o = json_object();

		bs_json_put_uint(o, "time_ns", e->time);
		if (params[e->ask].type == BS_PARAM_BOOL)
			json_object_set_new(o, params[e->ask].name, json_true());
		else
			bs_json_put_uint(o, params[e->ask].name, e->value);
		if (e->guest)
			bs_json_put_uint(o, "guest", e->guest);
		json_array_append_new(a, o);
	}
	return a;
}

/* All its parameters, as they are in force; and what a bound, which a load has not, would say. */
static void put_load(json_t *o, const struct bs_sim_config *cfg)
{
	struct bs_load_spec spec;
	char *text;

	if (bs_load_parse(cfg->load, &spec, NULL))
		return;
	text = bs_load_spec_text(&spec);
	bs_json_put_text(o, "load", text ? text : cfg->load);
	bs_json_put_uint(o, "weight_ns_per_mib_s", cfg->host.weight_ns_per_mib_s);
	free(text);
	bs_load_spec_free(&spec);
}

static void put_contention(json_t *o, const struct bs_sim_config *cfg)
{
	struct bs_lock_costs costs;
	json_t *part;
	const char *name;
	bs_ns *ns;
	bool on;

	if (bs_contention_read(cfg->guest.contention, &on, &costs, NULL) || !on)
		return;
	part = json_object();
	for (unsigned int i = 0; (ns = bs_lock_cost_field(&costs, i, &name, NULL, NULL)); i++) {
		char key[64];

		snprintf(key, sizeof(key), "%s_ns", name);
		bs_json_put_uint(part, key, *ns);
	}
	json_object_set_new(o, "lock_costs", part);
}

static void put_reclaim(json_t *o, const struct bs_sim_config *cfg)
{
	struct bs_reclaim_costs costs;
	json_t *part;
	const char *name;
	bs_ns *ns;
	bool on;

	if (bs_reclaim_read(cfg->guest.reclaim, cfg->load, &on, &costs, NULL) || !on)
		return;
	part = json_object();
	for (unsigned int i = 0; (ns = bs_reclaim_cost_field(&costs, i, &name, NULL, NULL)); i++) {
		char key[64];

		snprintf(key, sizeof(key), "%s_ns", name);
		bs_json_put_uint(part, key, *ns);
	}
	json_object_set_new(o, "reclaim_costs", part);
}

static void put_option(json_t *o, const struct bs_sim_config *cfg, const struct bs_option *opt)
{
	const char *text;

	switch (opt->kind) {
	case BS_OPTION_NUMBER:
		bs_json_put_uint(o, opt->record, bs_option_number(cfg, opt));
		return;
	case BS_OPTION_FLAG:
		bs_json_put_bool(o, opt->record, bs_option_number(cfg, opt));
		return;
	case BS_OPTION_WORD:
	case BS_OPTION_TEXT:
		text = bs_option_text(cfg, opt);
		if (text)
			bs_json_put_text(o, opt->record, bs_base_name(text));
		return;
	case BS_OPTION_OWN:
		return;
	}
}

json_t *bs_config_json(const struct bs_sim_config *cfg)
{
	const struct bs_machine_config *mc = &cfg->guest.machine;
	const struct bs_device_config *dc = &cfg->host.device;
	const struct bs_platform *on = bs_platform_at(mc->machine);
	json_t *o = json_object();
	const struct bs_option *opt;

	for (unsigned int i = 0; (opt = bs_option_at(i)); i++)
		if (opt->record && bs_option_in_force(cfg, opt))
			put_option(o, cfg, opt);
	if (cfg->load)
		put_load(o, cfg);
	put_contention(o, cfg);
	put_reclaim(o, cfg);
	if (cfg->scenario)
		bs_json_put_text(o, "scenario", bs_base_name(cfg->scenario));
	if (cfg->host.shared)
		bs_json_put_uint(o, "weight_ns_per_mib_s", cfg->host.weight_ns_per_mib_s);
	/* What is no option, or more than a value. */
	bs_json_put_uint(o, "page_bytes", UINT64_C(1) << on->page_shift);
	bs_json_put_uint(o, "max_order", on->max_order);
	bs_json_put_uint(o, "pageblock_order",
			 mc->pageblock_order ? mc->pageblock_order : on->pageblock_order);
	bs_json_put_bool(o, "counter_drift", mc->counter_drift);
	if (cfg->guest.state_path)
		bs_json_put_text(o, "state_origin",
				 cfg->guest.state_origin ? cfg->guest.state_origin : "dump");
	bs_json_put_text(o, "device", dc->kind);
	if (dc->params)
		bs_json_put_text(o, "device_params", dc->params);
	bs_json_put_text(o, "costs_preset", costs_name(cfg));
	json_object_set_new(o, "costs", costs_json(cfg));
	if (cfg->guest.nr_events)
		json_object_set_new(o, "guest_events", guest_events_json(cfg));
	if (cfg->host.nr_events)
		json_object_set_new(o, "host_events", host_events_json(cfg));
	return o;
}
