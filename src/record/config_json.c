// SPDX-License-Identifier: GPL-2.0-or-later
/* config_json.c - the options in force, as the record holds them. */
#include "config_json.h"

#include <stdio.h>
#include <string.h>

#include "json.h"

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

const char *bs_base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

static json_t *host_events_json(const struct bs_sim_config *cfg)
{
	json_t *a = json_array();

	for (unsigned int i = 0; i < cfg->host.nr_events; i++) {
		const struct bs_host_event *e = &cfg->host.events[i];
		json_t *o = json_object();

		bs_json_put_uint(o, "time_ns", e->time);
		bs_json_put_uint(o, bs_host_ask_names()[e->ask], e->value);
		json_array_append_new(a, o);
	}
	return a;
}

static void put_guest(json_t *o, const struct bs_sim_config *cfg)
{
	static const char *const layout[] = {"flat", "qemu-pc"};
	const struct bs_machine_config *mc = &cfg->guest.machine;

	bs_json_put_text(o, "kernel", mc->kernel);
	if (cfg->guest.state_path)
		bs_json_put_text(o, "state", bs_base_name(cfg->guest.state_path));
	bs_json_put_uint(o, "memory_bytes", mc->memory_bytes);
	bs_json_put_text(o, "layout", layout[mc->layout]);
	bs_json_put_uint(o, "nr_cpus", mc->nr_cpus);
	bs_json_put_uint(o, "pageblock_order", mc->pageblock_order ? mc->pageblock_order : 9);
	bs_json_put_bool(o, "shuffle", mc->shuffle);
	bs_json_put_bool(o, "counter_drift", mc->counter_drift);
}

static void put_device(json_t *o, const struct bs_sim_config *cfg)
{
	static const char *const touch[] = {"none", "page", "all"};
	static const char *const thp[] = {"auto", "always", "never"};
	static const char *const verify[] = {"each", "sample", "end"};
	const struct bs_device_config *dc = &cfg->host.device;
	const char *advice = "";

	bs_json_put_text(o, "device", dc->kind);
	if (dc->params)
		bs_json_put_text(o, "device_params", dc->params);
	bs_json_put_uint(o, "capacity", dc->capacity ? dc->capacity : 32);
	bs_json_put_text(o, "touch", touch[dc->touch]);
	bs_json_put_text(o, "thp", thp[dc->thp]);
	bs_device_advice(dc->advice, &advice, NULL);
	bs_json_put_text(o, "advice", advice);
	bs_json_put_text(o, "verify", verify[dc->verify]);
	json_object_set_new(o, "costs", costs_json(cfg));
}

json_t *bs_config_json(const struct bs_sim_config *cfg)
{
	static const char *const resident[] = {"used", "all", "none"};
	static const char *const lru[] = {"auto", "none", "all"};
	json_t *o = json_object();

	put_guest(o, cfg);
	put_device(o, cfg);
	bs_json_put_text(o, "resident_at_start", resident[cfg->guest.resident]);
	bs_json_put_text(o, "lru", lru[cfg->guest.lru]);
	if (cfg->host.memory_bytes) {
		bs_json_put_uint(o, "host_memory_bytes", cfg->host.memory_bytes);
		bs_json_put_uint(o, "host_poll_ns", cfg->host.poll);
	}
	if (cfg->host.nr_events)
		json_object_set_new(o, "host_events", host_events_json(cfg));
	bs_json_put_uint(o, "tail_ns", cfg->window.tail);
	bs_json_put_uint(o, "repeat", cfg->window.repeat);
	bs_json_put_uint(o, "gap_ns", cfg->window.gap);
	bs_json_put_uint(o, "wake_latency_ns", cfg->guest.wake_latency);
	bs_json_put_uint(o, "check_every", cfg->window.check_every);
	return o;
}
