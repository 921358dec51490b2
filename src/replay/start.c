// SPDX-License-Identifier: GPL-2.0-or-later
#include "start.h"

#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "config.h"
#include "state_print.h"
#include "state_text.h"
#include "textfile.h"

static const char end_name[] = "trace_end";

void bs_state_fold(struct bs_state *s)
{
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		s->zone[i].vm_free += s->zone[i].vm_free_diff;
		s->zone[i].vm_free_diff = 0;
	}
}

/* The first dump, and the one from the end of the trace. */
static int keep_dump(struct bs_start *s, struct bs_state_reader *r)
{
	struct bs_state **to = NULL;

	if (!s->first)
		to = &s->first;
	else if (!s->end && !strcmp(r->state->name, end_name))
		to = &s->end;
	if (to) {
		*to = r->state;
		r->state = NULL;
	}
	return 0;
}

static int read_dumps(struct bs_start *s, const char *path, struct bs_error *err)
{
	struct bs_state_reader r;
	struct bs_textfile *t;
	char *line;
	long len = 0;
	int ret = bs_textfile_open(path, &t, err);

	if (ret)
		return ret;
	bs_state_reader_init(&r);
	while (ret >= 0 && (len = bs_textfile_line(t, &line, err)) >= 0) {
		ret = bs_state_reader_line(&r, line, path, bs_textfile_number(t), err);
		if (ret == BS_RECORD_COMPLETE)
			ret = keep_dump(s, &r);
	}
	if (ret >= 0 && len < -1)
		ret = (int)len;
	else if (ret >= 0 && r.open)
		ret = bs_error_set(err, BS_INPUT, 0, path, "the file was cut short",
				   "a dump without its enddump");
	else if (ret >= 0 && !s->first)
		ret = bs_error_set(err, BS_INPUT, 0, path,
				   "a dump begins with `pa_oracle 1` and ends with `enddump`",
				   "no whole dump");
	bs_state_reader_free(&r);
	bs_textfile_close(t);
	return ret < 0 ? ret : 0;
}

static int read_asked(struct bs_start *s, const struct bs_sim_config *cfg, struct bs_error *err)
{
	char *path;
	int ret;

	if (strcmp(cfg->guest.state_path, BS_STATE_BESIDE))
		return read_dumps(s, cfg->guest.state_path, err);
	ret = bs_state_beside(cfg->trace_path, &path, err);
	if (ret)
		return ret;
	ret = read_dumps(s, path, err);
	free(path);
	return ret;
}

/* From a recorded state on the guest does what its kernel did, request by request: nothing would be asked. */
static int check_policy(const struct bs_start *s, const struct bs_plan *plan, struct bs_error *err)
{
	if (!plan->cfg.guest.policy || plan->load.kind || s->first->origin[0])
		return 0;
	return bs_error_set(
		err, BS_USAGE, 0, "--policy", "leave one of them out",
		"the guest follows the kernel that was dumped for --state, and asks no policy");
}

/* The guest is the dumped one, whatever else was said of it. */
static int set_guest(struct bs_start *s, struct bs_plan *plan, struct bs_error *err)
{
	struct bs_machine_config *mc = &plan->cfg.guest.machine;
	struct bs_machine *m;
	int ret;

	if (bs_state_model(s->first) && plan->kernel_asked)
		return bs_error_set(err, BS_USAGE, 0, "--kernel", "leave one of them out",
				    "the dump of --state is of %s already",
				    bs_state_model(s->first));
	if (bs_state_model(s->first))
		mc->kernel = bs_state_model(s->first);
	ret = bs_machine_from_state(s->first, mc->kernel, &m, err);
	if (ret)
		return ret;
	mc->nr_cpus = bs_nr_cpus(m);
	mc->memory_bytes = 0;
	for (unsigned int i = 0; i < s->first->nr_zones; i++) {
		const struct bs_state_zone *z = &s->first->zone[i];

		mc->memory_bytes += (uint64_t)(z->present ? z->present : z->spanned)
				    << bs_platform_of(m)->page_shift;
	}
	if (bs_state_platform(s->first)->page_shift != bs_platform_at(mc->machine)->page_shift) {
		mc->machine = bs_state_machine(s->first);
		ret = bs_config_specs(plan, err);
	}
	mc->pageblock_order = (unsigned int)s->first->pageblock_order;
	mc->shuffle = s->first->shuffle;
	mc->counter_drift = true;
	plan->cfg.guest.state_origin = s->first->origin[0] ? s->first->origin : NULL;
	bs_machine_destroy(m);
	plan->state = s->first;
	plan->end_state = s->end;
	return ret ? ret : check_policy(s, plan, err);
}

int bs_start_open(struct bs_start *s, struct bs_plan *plan, struct bs_error *err)
{
	const struct bs_sim_config *cfg = &plan->cfg;
	int ret = 0;

	*s = (struct bs_start){0};
	if (cfg->guest.state_path) {
		ret = read_asked(s, cfg, err);
		if (!ret)
			ret = set_guest(s, plan, err);
		if (!ret && s->end)
			bs_state_fold(s->end);
	}
	if (!ret && cfg->output.dump_path) {
		ret = bs_outfile_open(&s->out, cfg->output.dump_path, err);
		s->writing = !ret;
	}
	return ret;
}

int bs_start_take(const struct bs_start *s, const struct bs_machine *m, const char *label,
		  struct bs_state **out, struct bs_error *err)
{
	struct bs_state *state;
	int ret;

	*out = NULL;
	if (!s->writing)
		return 0;
	ret = bs_state_of_machine(m, &state, err);
	if (ret)
		return ret;
	snprintf(state->name, sizeof(state->name), "%s", label);
	for (char *c = state->name; *c; c++)
		if (*c == ' ')
			*c = '_';
	*out = state;
	return 0;
}

void bs_start_write(struct bs_start *s, const struct bs_state *state)
{
	if (!state)
		return;
	bs_state_print(state, s->out.f);
	s->written++;
}

int bs_start_close(struct bs_start *s, bool keep, struct bs_error *err)
{
	int ret = 0;

	if (s->writing && keep)
		ret = bs_outfile_commit(&s->out, err);
	else if (s->writing)
		bs_outfile_abandon(&s->out);
	s->writing = false;
	bs_state_free(s->first);
	bs_state_free(s->end);
	s->first = s->end = NULL;
	return ret;
}
