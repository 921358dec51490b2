// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * violation.c - a law broke: what is needed to see it again, in a file. The run is deterministic, so
 * the command line says it all; the free lists of that moment save the second look.
 */
#include "violation.h"

#include <buddysim/state.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state_print.h"
#include "tell.h"

#define WORD_MAX 100 /* of trace and of label: a file's name has room for 255 in all */

/* What of @text may stand in a file's name. */
static void put_word(char *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len && i < WORD_MAX; i++)
		*to++ = isalnum((unsigned char)text[i]) || strchr("-_.=", text[i]) ? text[i] : '-';
	*to = '\0';
}

/* Without what every trace's name ends with; other dots tell traces apart. */
static size_t stem_length(const char *name)
{
	const char *end = strstr(name, ".cborseq");

	return end && end > name ? (size_t)(end - name) : strlen(name);
}

/* After trace and label, so that several of each can stand in one folder. */
static char *file_name(const struct bs_cell *c)
{
	const struct bs_sim_config *cfg = &c->plan->cfg;
	const char *slash = strrchr(cfg->trace_path, '/');
	const char *trace = slash ? slash + 1 : cfg->trace_path;
	char stem[WORD_MAX + 1], label[WORD_MAX + 1], *path;

	put_word(stem, trace, stem_length(trace));
	put_word(label, c->label, strlen(c->label));
	return asprintf(&path, "%s/buddysim-violation-%s-%s.txt", cfg->output.violation_dir, stem,
			label) < 0
		       ? NULL
		       : path;
}

/* Comments to every reader of dumps: the file can be given to --state and to verify. */
static void write_facts(FILE *f, const struct bs_cell *c, const struct bs_error *err)
{
	const struct bs_sink *sink = c->plan->sink;
	struct bs_report_stats st;
	struct bs_outcome o;

	fprintf(f, "# %s: %s\n", err->where, err->text);
	fprintf(f, "# seed %" PRIu64 "\n# time_ns %" PRIu64 "\n# event %" PRIu64 "\n",
		c->plan->cfg.seed, c->world->clock.now, c->stream.f.events);
	fprintf(f, "# strategy %s\n# parameters %s\n", c->label, c->params);
	fprintf(f, "# device %s\n# trace %s\n", bs_device_words(c->g->dev),
		c->plan->cfg.trace_path);
	/* They are on no list: to whoever loads the dump they are in use. */
	bs_report_stats(c->g->rc, &st);
	fprintf(f, "# isolated_bytes %" PRIu64 "\n", st.isolated_bytes);
	fputs("# again: ", f);
	bs_cell_outcome(c, &o);
	if (!sink || !sink->again || !sink->again(sink->arg, f, &o))
		fputs("the guest was not made from a command line\n", f);
}

void bs_violation_request(struct bs_cell *c, const struct bs_range *r, unsigned int n)
{
	FILE *f = c->violation.f;

	if (!f || c->violation_has_request) /* later ones are wreckage */
		return;
	c->violation_has_request = true;
	fputs("# request", f);
	for (unsigned int i = 0; i < n; i++)
		fprintf(f, " %u:%u", r[i].pfn, r[i].order);
	fputc('\n', f);
}

void bs_violation_write(struct bs_cell *c, const struct bs_error *err)
{
	struct bs_state *s = NULL;
	char *path;
	int ret;

	if (!c->plan->cfg.output.violation_dir || c->violation.f)
		return;
	path = file_name(c);
	ret = path ? bs_outfile_open(&c->violation, path, NULL) : -ENOMEM;
	free(path);
	if (ret) {
		c->violation = (struct bs_outfile){0};
		return;
	}
	/* A guest of several nodes has no dump format: then the facts stand alone. */
	if (!bs_state_of_machine(c->g->m, &s, NULL))
		bs_state_print(s, c->violation.f);
	bs_state_free(s);
	write_facts(c->violation.f, c, err);
}

void bs_violation_close(struct bs_cell *c, struct bs_error *err)
{
	char advice[sizeof(err->advice)];
	char *path;

	if (!c->violation.f)
		return;
	path = strdup(c->violation.path);
	if (!bs_outfile_commit(&c->violation, NULL) && path) {
		snprintf(advice, sizeof(advice),
			 "%.200s has the state, and behind \"# again:\" the command that breaks "
			 "it again",
			 path);
		memcpy(err->advice, advice, sizeof(advice));
	}
	free(path);
	c->violation = (struct bs_outfile){0};
}
