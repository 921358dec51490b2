// SPDX-License-Identifier: GPL-2.0-or-later
#include "result.h"

#include "follow.h"

#include "outfile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static void put_int(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

static void put_str(json_t *o, const char *key, const char *v)
{
	json_object_set_new(o, key, json_string(v ? v : ""));
}

static void put_bool(json_t *o, const char *key, bool v)
{
	json_object_set_new(o, key, json_boolean(v));
}

static void put_time(json_t *o, const char *key, bs_ns t)
{
	json_object_set_new(o, key, t == BS_NO_TIME ? json_null() : json_integer((json_int_t)t));
}

static json_t *int_array(const uint64_t *v, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(a, json_integer((json_int_t)v[i]));
	return a;
}

static const char *pick(const char *const *names, unsigned int i)
{
	return names[i];
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
		put_int(o, key, *ns);
	}
	return o;
}

/* The name without its folder: a record says the same on every machine. */
static const char *base_name(const char *path)
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

		put_int(o, "time_ns", e->time);
		put_int(o, bs_host_ask_names()[e->ask], e->value);
		json_array_append_new(a, o);
	}
	return a;
}

json_t *bs_config_json(const struct bs_sim_config *cfg)
{
	static const char *const layout[] = {"flat", "qemu-pc"};
	static const char *const touch[] = {"none", "page", "all"};
	static const char *const thp[] = {"auto", "always", "never"};
	static const char *const verify[] = {"each", "sample", "end"};
	static const char *const resident[] = {"used", "all", "none"};
	static const char *const lru[] = {"auto", "none", "all"};
	const struct bs_machine_config *mc = &cfg->guest.machine;
	json_t *o = json_object();
	const char *advice = "";

	put_str(o, "kernel", mc->kernel);
	if (cfg->guest.state_path)
		put_str(o, "state", base_name(cfg->guest.state_path));
	put_int(o, "memory_bytes", mc->memory_bytes);
	put_str(o, "layout", pick(layout, mc->layout));
	put_int(o, "nr_cpus", mc->nr_cpus);
	put_int(o, "pageblock_order", mc->pageblock_order ? mc->pageblock_order : 9);
	put_bool(o, "shuffle", mc->shuffle);
	put_bool(o, "counter_drift", mc->counter_drift);
	put_str(o, "device", cfg->host.device.kind);
	if (cfg->host.device.params)
		put_str(o, "device_params", cfg->host.device.params);
	put_int(o, "capacity", cfg->host.device.capacity ? cfg->host.device.capacity : 32);
	put_str(o, "touch", pick(touch, cfg->host.device.touch));
	put_str(o, "thp", pick(thp, cfg->host.device.thp));
	bs_device_advice(cfg->host.device.advice, &advice, NULL);
	put_str(o, "advice", advice);
	put_str(o, "verify", pick(verify, cfg->host.device.verify));
	json_object_set_new(o, "costs", costs_json(cfg));
	put_str(o, "resident_at_start", pick(resident, cfg->guest.resident));
	put_str(o, "lru", pick(lru, cfg->guest.lru));
	if (cfg->host.memory_bytes) {
		put_int(o, "host_memory_bytes", cfg->host.memory_bytes);
		put_int(o, "host_poll_ns", cfg->host.poll);
	}
	if (cfg->host.nr_events)
		json_object_set_new(o, "host_events", host_events_json(cfg));
	put_int(o, "tail_ns", cfg->window.tail);
	put_int(o, "repeat", cfg->window.repeat);
	put_int(o, "gap_ns", cfg->window.gap);
	put_int(o, "wake_latency_ns", cfg->guest.wake_latency);
	put_int(o, "check_every", cfg->window.check_every);
	return o;
}

static json_t *trace_json(const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	json_t *o = json_object(), *unused = json_object();

	put_str(o, "name", base_name(cfg->trace_path));
	put_str(o, "sha256", info->sha256);
	put_str(o, "source", info->source);
	put_int(o, "events", info->events);
	put_int(o, "allocs", info->allocs);
	put_int(o, "frees", info->frees);
	put_int(o, "before_t0", info->pres);
	put_int(o, "duration_ns", info->duration);
	put_int(o, "peak_bytes", info->peak_pages << BS_PAGE_SHIFT);
	put_int(unused, "batched_twins", info->unused_batched_twins);
	put_int(unused, "unusable", info->unusable);
	put_int(unused, "unknown_frees", info->unknown_frees);
	put_int(unused, "boot_frees", info->boot_frees);
	put_int(unused, "realloc_live", info->realloc_live);
	put_int(unused, "lost_events", info->lost_events);
	put_int(unused, "other_events", info->other_events);
	json_object_set_new(o, "unused", unused);
	put_int(o, "trust_per_10000", bs_trace_trust(info));
	return o;
}

static json_t *measured_json(void)
{
	json_t *o = json_object();
	struct utsname u;
	char thp[128] = "unknown";
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "re");

	if (f) {
		if (fgets(thp, sizeof(thp), f))
			thp[strcspn(thp, "\n")] = '\0';
		fclose(f);
	}
	if (!uname(&u)) {
		put_str(o, "host_kernel", u.release);
		put_str(o, "host_machine", u.machine);
	}
	put_str(o, "host_thp", thp);
	json_object_set_new(o, "cells", json_array());
	return o;
}

struct bs_result *bs_result_new(const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	struct bs_result *r = calloc(1, sizeof(*r));
	json_t *timeline;

	if (!r)
		return NULL;
	snprintf(r->trace_name, sizeof(r->trace_name), "%s", cfg->trace_path);
	r->record = json_object();
	put_str(r->record, "schema", BS_RECORD_SCHEMA);
	put_int(r->record, "seed", cfg->seed);
	put_bool(r->record, "partial", false);
	json_object_set_new(r->record, "config", bs_config_json(cfg));
	json_object_set_new(r->record, "trace", trace_json(cfg, info));
	json_object_set_new(r->record, "cells", json_array());
	json_object_set_new(r->record, "bound", json_null());
	if (cfg->output.timeline) {
		timeline = json_object();
		json_object_set_new(timeline, "cells", json_array());
		json_object_set_new(r->record, "timeline", timeline);
	}
	r->measured = measured_json();
	return r;
}

static json_t *checks_json(const struct bs_outcome *c)
{
	const struct bs_figures *f = c->f;
	json_t *o = json_object();

	put_str(o, "machine", "ok");
	put_str(o, "content", f->device.content_checked ? "ok" : "not checked");
	put_str(o, "residency",
		!f->residency_checked			      ? "not checked"
		: !f->residency_equal			      ? f->residency_note
		: !bs_device_traits(c->cfg->host.device.kind)->has_arena ? "modelled"
		: c->cfg->host.device.advice == BS_ADVICE_FREE ||
				c->cfg->host.device.advice == BS_ADVICE_PAGEOUT
			? "not comparable"
		: c->huge ? "within bounds"
			  : "exact");
	return o;
}

static json_t *cell_json(const struct bs_outcome *c)
{
	const struct bs_figures *f = c->f;
	json_t *o = json_object(), *sub;
	uint64_t unusable[BS_NR_ORDERS];

	put_str(o, "label", c->label);
	put_str(o, "strategy", c->strategy->name);
	put_str(o, "params", c->params);
	put_str(o, "kernel", c->kernel);
	put_str(o, "device", c->device_words);
	put_int(o, "held_mib_s", f->held_mib_s);
	put_int(o, "used_mib_s", f->used_mib_s);
	put_time(o, "cost_ns", f->cost_ns);
	put_int(o, "peak_resident_bytes", f->peak_resident_bytes);
	sub = json_object();
	put_time(sub, "t50", f->settle[0]);
	put_time(sub, "t90", f->settle[1]);
	put_time(sub, "t99", f->settle[2]);
	json_object_set_new(o, "settle_ns", sub);
	put_int(o, "passes", f->report.passes);
	put_int(o, "calls", f->report.calls);
	put_int(o, "failed_calls", f->report.failed_calls);
	put_int(o, "ranges", f->report.ranges);
	put_int(o, "reported_bytes", f->report.reported_bytes);
	put_int(o, "redundant_bytes", f->device.redundant_bytes);
	put_int(o, "discarded_bytes", f->device.discarded_bytes);
	put_int(o, "skipped_bytes", f->device.skipped_bytes);
	put_int(o, "unmapped_bytes", f->device.unmapped_bytes);
	put_int(o, "returned_bytes", f->device.returned_bytes);
	put_int(o, "refaults", f->device.refaults);
	sub = json_object();
	put_int(sub, "total", f->device.refault_bytes);
	put_int(sub, "1s", f->device.refault_bytes_1s);
	put_int(sub, "10s", f->device.refault_bytes_10s);
	json_object_set_new(o, "refault_bytes", sub);
	put_int(o, "poison_bytes", f->device.poison_bytes);
	put_int(o, "zeroing_avoided_bytes", f->device.zeroing_avoided_bytes);
	put_int(o, "unzeroed_bytes", f->device.unzeroed_bytes);
	put_int(o, "installs", f->device.installs);
	put_int(o, "install_bytes", f->device.install_bytes);
	put_int(o, "isolated_peak_bytes", f->report.isolated_peak_bytes);
	put_int(o, "alloc_failed", f->alloc_failed);
	put_int(o, "false_oom", f->false_oom);
	put_int(o, "skipped_frees", f->skipped_frees);
	put_int(o, "unusable_frees", f->unusable_frees);
	put_int(o, "nodes_walked", f->report.nodes_walked);
	put_int(o, "conversions", f->report.conversions);
	put_int(o, "cpu_lag_ns", f->cpu_lag_ns);
	if (f->device.content_checked)
		put_int(o, "content_loss", f->device.content_loss);
	else
		put_str(o, "content_loss", "not checked");
	put_int(o, "left_raw_bytes", f->left_raw_bytes);
	put_int(o, "paused_raw_bytes", f->paused_raw_bytes);
	json_object_set_new(o, "nr_free", int_array(f->nr_free, BS_NR_ORDERS));
	for (unsigned int i = 0; i < BS_NR_ORDERS; i++)
		unusable[i] = (uint64_t)bs_unusable_index(f->nr_free, i);
	json_object_set_new(o, "unusable", int_array(unusable, BS_NR_ORDERS));
	sub = json_object();
	put_int(sub, "global", f->report.meta_global_bytes);
	put_int(sub, "zone", f->report.meta_zone_bytes);
	put_int(sub, "page", f->report.meta_page_bytes);
	put_int(sub, "peak", f->report.meta_peak_bytes);
	json_object_set_new(o, "meta_bytes", sub);
	put_int(o, "marks_set", f->report.marks_set);
	put_int(o, "words_set", f->report.words_set);
	/* Only a run that starts from a dumped state can agree or disagree with a kernel. */
	json_object_set_new(o, "agreement",
			    c->agreement ? bs_agreement_json(c->agreement) : json_null());
	json_object_set_new(o, "checks", checks_json(c));
	return o;
}

static json_t *timeline_json(const struct bs_outcome *c)
{
	static const struct {
		const char *key;
		size_t offset;
	} columns[] = {
		{"time_ns", offsetof(struct bs_sample, time)},
		{"used_bytes", offsetof(struct bs_sample, used_bytes)},
		{"resident_bytes", offsetof(struct bs_sample, resident_bytes)},
		{"unmapped_bytes", offsetof(struct bs_sample, unmapped_bytes)},
		{"reported_bytes", offsetof(struct bs_sample, reported_bytes)},
		{"refault_bytes", offsetof(struct bs_sample, refault_bytes)},
		{"calls", offsetof(struct bs_sample, calls)},
	};
	const struct bs_sample *s;
	size_t n = bs_timeline_samples(c->tl, &s);
	json_t *o = json_object(), *a;

	put_str(o, "label", c->label);
	for (size_t k = 0; k < sizeof(columns) / sizeof(columns[0]); k++) {
		a = json_array();
		for (size_t i = 0; i < n; i++) {
			const char *at = (const char *)&s[i] + columns[k].offset;

			json_array_append_new(a,
					      json_integer(*(const json_int_t *)(const void *)at));
		}
		json_object_set_new(o, columns[k].key, a);
	}
	a = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(a, int_array(s[i].nr_free, BS_NR_ORDERS));
	json_object_set_new(o, "nr_free", a);
	return o;
}

static json_t *cell_measured(const struct bs_outcome *c)
{
	const struct bs_figures *f = c->f;
	json_t *o = json_object();

	put_str(o, "label", c->label);
	put_int(o, "wall_ns", f->wall_ns);
	put_int(o, "events_per_s",
		f->wall_ns ? (uint64_t)((unsigned __int128)f->events * BS_NS_PER_S / f->wall_ns)
			   : 0);
	put_int(o, "real_rss_bytes", f->device.real_rss_bytes);
	put_int(o, "real_anon_huge_bytes", f->device.real_anon_huge_bytes);
	put_int(o, "real_lazyfree_bytes", f->device.real_lazyfree_bytes);
	put_int(o, "real_madvise_ns", f->device.real_madvise_ns);
	put_int(o, "real_touch_ns", f->device.real_touch_ns);
	put_int(o, "residency_checks", f->device.residency_checks);
	put_int(o, "events", f->events);
	put_int(o, "cpu_ns", f->cpu_ns);
	json_object_set_new(o, "host_free_bytes", int_array(f->host_free, 3));
	if (c->cfg->output.allocated)
		put_int(o, "loop_alloc_bytes", f->loop_alloc_bytes);
	return o;
}

int bs_result_add(struct bs_result *r, const struct bs_outcome *c)
{
	json_t *timeline = json_object_get(r->record, "timeline");

	if (c->f->residency_checked && !c->f->residency_equal) {
		r->unequal = true;
		bs_result_warn(r, "%s: residency: %s", c->label, c->f->residency_note);
	}
	if (c->f->device.unzeroed_bytes)
		bs_result_warn(r,
			       "%s: %llu KiB were taken for zeroed by the host and were not: old "
			       "content in the hands of a new owner",
			       c->label, (unsigned long long)(c->f->device.unzeroed_bytes >> 10));
	if (timeline) {
		put_int(timeline, "interval_ns", c->sample_interval);
		json_array_append_new(json_object_get(timeline, "cells"), timeline_json(c));
	}
	json_array_append_new(json_object_get(r->measured, "cells"), cell_measured(c));
	return json_array_append_new(json_object_get(r->record, "cells"), cell_json(c)) ? -ENOMEM
											: 0;
}

void bs_result_bound(struct bs_result *r, const struct bs_bound *b, bs_ns refault, bs_ns weight)
{
	json_t *o = json_object();

	put_int(o, "held_mib_s", bs_bound_held_mib_s(b));
	put_int(o, "refault_bytes", bs_bound_refault_bytes(b));
	put_int(o, "cost_ns", bs_bound_cost_ns(b));
	put_int(o, "refault_ns_per_mib", refault);
	put_int(o, "weight_ns_per_mib_s", weight);
	json_object_set_new(r->record, "bound", o);
}

void bs_result_warn(struct bs_result *r, const char *fmt, ...)
{
	char **more = realloc(r->warnings, (r->nr_warnings + 1) * sizeof(*more));
	char *text = NULL;
	va_list ap;

	if (!more)
		return;
	r->warnings = more;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		r->warnings[r->nr_warnings++] = text;
}

void bs_result_free(struct bs_result *r)
{
	if (!r)
		return;
	json_decref(r->record);
	json_decref(r->measured);
	for (unsigned int i = 0; i < r->nr_warnings; i++)
		free(r->warnings[i]);
	free(r->warnings);
	free(r);
}

const char *bs_result_warning(const struct bs_result *r, unsigned int index)
{
	return index < r->nr_warnings ? r->warnings[index] : NULL;
}

unsigned int bs_result_cells(const struct bs_result *r)
{
	return (unsigned int)json_array_size(json_object_get(r->record, "cells"));
}

const char *bs_result_label(const struct bs_result *r, unsigned int cell)
{
	const json_t *o = json_array_get(json_object_get(r->record, "cells"), cell);

	return json_string_value(json_object_get(o, "label"));
}

int bs_json_int(const json_t *o, const char *path, int64_t *value)
{
	char part[64];

	while (*path) {
		size_t len = strcspn(path, ".");

		if (len >= sizeof(part))
			return -ENOENT;
		memcpy(part, path, len);
		part[len] = '\0';
		o = json_is_array(o) ? json_array_get(o, strtoul(part, NULL, 10))
				     : json_object_get(o, part);
		if (!o)
			return -ENOENT;
		path += len + (path[len] == '.');
	}
	if (!json_is_integer(o) && !json_is_boolean(o))
		return -ENODATA;
	*value = json_is_integer(o) ? json_integer_value(o) : json_is_true(o);
	return 0;
}

static int cell_value(const json_t *part, unsigned int cell, const char *key, uint64_t *value)
{
	int64_t v;
	int ret = bs_json_int(json_array_get(json_object_get(part, "cells"), cell), key, &v);

	if (!ret)
		*value = (uint64_t)v;
	return ret;
}

int bs_result_metric(const struct bs_result *r, unsigned int cell, const char *key, uint64_t *value)
{
	return cell_value(r->record, cell, key, value);
}

int bs_result_measured(const struct bs_result *r, unsigned int cell, const char *key,
		       uint64_t *value)
{
	return cell_value(r->measured, cell, key, value);
}

int bs_result_print(const struct bs_result *r, enum bs_format format, bool measured, void *file)
{
	FILE *f = file;
	json_t *o;
	int ret;

	if (format == BS_FORMAT_TEXT)
		return bs_result_text(r, f);
	if (format == BS_FORMAT_CSV)
		return bs_result_csv(r, f);
	o = json_copy(r->record);
	if (measured)
		json_object_set(o, "measured", r->measured);
	ret = json_dumpf(o, f, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	json_decref(o);
	return ret || fputc('\n', f) == EOF ? -EIO : 0;
}

int bs_result_write(const struct bs_result *r, enum bs_format format, bool measured,
		    const char *path, struct bs_error *err)
{
	struct bs_outfile o;
	int ret = bs_outfile_open(&o, path, err);

	if (ret)
		return ret;
	/* A failed write shows up in commit(), which knows the errno. */
	bs_result_print(r, format, measured, o.f);
	return bs_outfile_commit(&o, err);
}
