// SPDX-License-Identifier: GPL-2.0-or-later
#include "strategy_commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log_orders.h"
#include "mm_report.h"
#include "opsfile.h"

#define MAX_QUEUED 4096

/* A line, and what it is cut into. */
struct words {
	const struct bs_ops_line *l;
	const char *text, *form;
};

static int malformed(struct bs_vector_run *v, const struct words *w, const char *text)
{
	return bs_ops_malformed(v->err, v->where, w->form, text);
}

static int enable(struct bs_vector_run *v, const struct words *w)
{
	int ret = v->on_before ? malformed(v, w, "a file enables one strategy, once") : 0;

	v->on_before = true;
	if (!ret && bs_report_start(v->rc))
		ret = malformed(v, w, "the strategy does not start");
	v->started = !ret;
	return ret;
}

void bs_vector_forget_queue(struct bs_vector_run *v)
{
	for (unsigned int i = 0; i < v->nr_queued; i++)
		free(v->queue[i].text);
	v->nr_queued = v->nr_fails = 0;
}

static int work(struct bs_vector_run *v, const struct words *w)
{
	(void)w;
	if (!bs_wake_pending(v->rc)) {
		fputs("idle\n", v->out);
		bs_vector_forget_queue(v);
		return 0;
	}
	v->call = 0;
	v->in_pass = true;
	bs_report_pass(v->rc, -1);
	v->in_pass = false;
	for (unsigned int i = 0; i < v->nr_queued; i++)
		if (v->queue[i].call > v->call)
			fprintf(v->out, "skipped %llu %s\n", (unsigned long long)v->queue[i].call,
				v->queue[i].text);
	fputs("done\n", v->out);
	bs_vector_forget_queue(v);
	return 0;
}

static int during(struct bs_vector_run *v, const struct words *w)
{
	struct bs_vector_queued *q;
	char *rest;

	if (!v->queue)
		v->queue = calloc(MAX_QUEUED, sizeof(*v->queue));
	if (!v->queue)
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->where, NULL, "during");
	if (v->nr_queued == MAX_QUEUED)
		return malformed(v, w, "too many queued commands");
	q = &v->queue[v->nr_queued];
	q->call = strtoull(w->text + strcspn(w->text, " \t"), &rest, 10);
	if (*rest != ' ' || !q->call)
		return malformed(v, w, "during needs a call number and a command");
	q->text = strdup(rest + 1);
	if (!q->text)
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->where, NULL, "during");
	v->nr_queued++;
	return 0;
}

/* Compaction's foreign reorder of a MOVABLE list. */
static int rotate(struct bs_vector_run *v, const struct words *w)
{
	const int zone = bs_ops_zone_index(&v->guest, bs_ops_number(w->l, 1));
	const uint64_t order = bs_ops_number(w->l, 2), pfn = bs_ops_number(w->l, 3);
	struct bs_block b;

	if (zone < 0 || order > BS_LOG_MAX_ORDER || pfn >= v->guest.pages)
		return malformed(v, w, "bad rotate");
	if (bs_mm_free_block(v->guest.m, (bs_pfn)pfn, &b) || b.zone != zone || b.order != order ||
	    b.list_mt != BS_MIGRATE_MOVABLE) {
		fputs("rotate -\n", v->out);
		return 0;
	}
	bs_mm_list_reorder(v->guest.m, (unsigned int)zone, (unsigned int)order, BS_MIGRATE_MOVABLE,
			   (bs_pfn)pfn, !bs_ops_number(w->l, 4));
	fprintf(v->out, "rotate %u\n", (unsigned int)pfn);
	return 0;
}

static int switch_on(struct bs_vector_run *v, const struct words *w)
{
	int ret = bs_report_start(v->rc);

	(void)w;
	if (ret)
		fprintf(v->out, "on %d\n", ret);
	else
		v->started = true;
	return 0;
}

static int switch_off(struct bs_vector_run *v, const struct words *w)
{
	if (v->kind.quirks & BS_VECTOR_OFF_FINISHES && bs_wake_pending(v->rc))
		work(v, w);
	bs_report_stop(v->rc);
	v->started = false;
	return 0;
}

static int pending(struct bs_vector_run *v, const struct words *w)
{
	(void)w;
	fprintf(v->out, "%d\n", bs_wake_pending(v->rc));
	return 0;
}

static int fail(struct bs_vector_run *v, const struct words *w)
{
	if (v->nr_fails == BS_VECTOR_FAILS)
		return malformed(v, w, "too many failing calls");
	v->fail[v->nr_fails++] = bs_ops_number(w->l, 1);
	return 0;
}

/* ---- The guest's commands that look different with a strategy -------------------------------- */

static void dump_state(struct bs_vector_run *v)
{
	const struct bs_strategy *s = bs_report_strategy(v->rc);
	const unsigned int lines = s->zones_have_state ? v->guest.nr_zones : 1;

	for (unsigned int z = 0; z < lines; z++) {
		if (s->zones_have_state)
			fprintf(v->out, "S%u on=%d", v->guest.zones[z].type, v->started);
		else
			fprintf(v->out, "S on=%d", v->started);
		if (s->print_state)
			s->print_state(v->rc, z, v->out);
		fputc('\n', v->out);
	}
	fprintf(v->out, "P %d\n", bs_wake_pending(v->rc));
}

static uint64_t pgfree_of(const struct bs_vector_run *v)
{
	struct bs_machine_counters c;

	if (!v->guest.m)
		return 0;
	bs_machine_counters(v->guest.m, &c);
	return c.pgfree;
}

static int stat(struct bs_vector_run *v, const struct words *w)
{
	struct bs_machine_counters c;

	(void)w;
	bs_machine_counters(v->guest.m, &c);
	fprintf(v->out, "pgalloc %llu %llu %llu %llu pgfree %llu\n",
		(unsigned long long)c.pgalloc[0], (unsigned long long)c.pgalloc[1],
		(unsigned long long)c.pgalloc[2], (unsigned long long)c.pgalloc[3],
		(unsigned long long)(c.pgfree - v->quiet_pgfree));
	return 0;
}

static int of_the_guest(struct bs_vector_run *v, const struct words *w)
{
	const char *name = w->l->word[0];
	const uint64_t pgfree = pgfree_of(v);

	switch (bs_ops_command(&v->guest, w->l, v->out, v->where, v->err)) {
	case BS_OPS_DONE:
		break;
	case BS_OPS_BAD:
		return -EINVAL;
	case BS_OPS_UNKNOWN:
		return malformed(v, w, "unknown command");
	}
	if (!strcmp(name, "uniso") && v->kind.quirks & BS_VECTOR_UNISO_IS_NO_FREE)
		v->quiet_pgfree += pgfree_of(v) - pgfree;
	if (v->on_before && !strcmp(name, "dump"))
		dump_state(v);
	return 0;
}

/* ---- The commands ---------------------------------------------------------------------------- */

/* @anytime: before the strategy line too. @nested: also while a request is in flight. */
static const struct command {
	const char *name, *form;
	unsigned int args, more;
	int (*run)(struct bs_vector_run *v, const struct words *w);
	bool anytime, nested;
} commands[] = {
	{"strategy", "strategy NAME [KEY=VALUE ...]", 1, BS_OPS_MAX_ARGS, enable, true, false},
	{"during", "during CALL COMMAND ...", 1, BS_OPS_MAX_ARGS, during, false, false},
	{"rotate", "rotate TYPE ORDER PFN LAST", 4, 0, rotate, false, true},
	{"work", "work", 0, 0, work, false, false},
	{"pending", "pending", 0, 0, pending, false, true},
	{"on", "on", 0, 0, switch_on, false, false},
	{"off", "off", 0, 0, switch_off, false, false},
	{"fail", "fail CALL", 1, 0, fail, false, false},
	{"stat", "stat", 0, 0, stat, true, true},
};

static int run(struct bs_vector_run *v, const struct command *c, struct words *w)
{
	const unsigned int args = w->l->n - 1;

	w->form = c->form;
	if (args < c->args || args > c->args + c->more)
		return malformed(v, w, "not the words that this command needs");
	if (!c->anytime && !v->on_before)
		return malformed(v, w, "unknown command, or before the strategy line");
	if (!c->nested && v->in_pass)
		return malformed(v, w, "not while a request is in flight");
	return c->run(v, w);
}

int bs_vector_command(struct bs_vector_run *v, const char *text)
{
	struct bs_ops_line line;
	struct words w = {&line, text, NULL};
	int ret;

	if (!bs_ops_split(text, &line))
		return malformed(v, &w, "line too long");
	if (!line.n)
		return 0;
	for (size_t i = 0; v->rc && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, line.word[0])) {
			ret = run(v, &commands[i], &w);
			return ret ? ret : v->failed;
		}
	ret = of_the_guest(v, &w);
	return ret ? ret : v->failed;
}
