// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * violation.c - a law broke: what is needed to see it again, in a file. The run is deterministic, so
 * the command line says it all; the free lists of that moment save the second look.
 */
#include <buddysim/state.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cell.h"

static void file_name(const struct bs_cell *c, char *path, size_t size)
{
	char label[BS_LABEL_MAX];

	snprintf(label, sizeof(label), "%s", c->label);
	for (char *p = label; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.=", *p))
			*p = '-';
	snprintf(path, size, "%s/buddysim-violation-%s.txt", c->cfg->output.violation_dir, label);
}

/* Comments to every reader of dumps: the file can be given to --state and to verify. */
static void write_facts(FILE *f, const struct bs_cell *c)
{
	const struct bs_sink *sink = c->plan->sink;
	struct bs_report_stats st;
	struct bs_outcome o;

	fprintf(f, "# %s: %s\n", c->err.where, c->err.text);
	fprintf(f, "# seed %" PRIu64 "\n# time_ns %" PRIu64 "\n# event %" PRIu64 "\n", c->cfg->seed,
		c->now, c->f.events);
	fprintf(f, "# strategy %s\n# parameters %s\n", c->label, c->params);
	fprintf(f, "# device %s\n# trace %s\n", bs_device_words(c->dev), c->cfg->trace_path);
	/* They are on no list: to whoever loads the dump they are in use. */
	bs_report_stats(c->rc, &st);
	fprintf(f, "# isolated_bytes %" PRIu64 "\n", st.isolated_bytes);
	fputs("# again: ", f);
	bs_cell_outcome(c, &o);
	if (!sink || !sink->again || !sink->again(sink->arg, f, &o))
		fputs("the guest was not made from a command line\n", f);
}

void bs_cell_violation_request(struct bs_cell *c, const struct bs_range *r, unsigned int n)
{
	FILE *f = c->violation_path[0] ? fopen(c->violation_path, "ae") : NULL;

	c->violation_path[0] = '\0'; /* later ones are wreckage */
	if (!f)
		return;
	fputs("# request", f);
	for (unsigned int i = 0; i < n; i++)
		fprintf(f, " %u:%u", r[i].pfn, r[i].order);
	fputc('\n', f);
	fclose(f);
}

void bs_cell_write_violation(struct bs_cell *c)
{
	char *path = c->violation_path, advice[sizeof(c->err.advice)];
	struct bs_state *s = NULL;
	FILE *f;

	if (!c->cfg->output.violation_dir)
		return;
	file_name(c, path, sizeof(c->violation_path));
	/* A guest of several nodes has no dump format: then the facts stand alone. */
	if (bs_state_of_machine(c->m, &s, NULL) || bs_state_save(s, path, NULL))
		remove(path);
	bs_state_free(s);
	f = fopen(path, "ae");
	if (!f) {
		path[0] = '\0';
		return;
	}
	write_facts(f, c);
	fclose(f);
	snprintf(advice, sizeof(advice),
		 "%.200s has the state, and behind \"# again:\" the command that breaks it again",
		 path);
	memcpy(c->err.advice, advice, sizeof(advice));
}
