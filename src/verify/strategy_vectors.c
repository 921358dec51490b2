// SPDX-License-Identifier: GPL-2.0-or-later
#include "strategy_vectors.h"

#include <buddysim/report.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm_report.h"
#include "opsfile.h"
#include "textfile.h"

#define MAX_QUEUED 4096
#define MAX_SLOTS 512
#define MAX_FAILS 64

/* "during K CMD": waits for request K of the next pass. */
struct queued {
	uint64_t call;
	char *text;
};

struct replay {
	struct bs_ops_guest guest;
	struct bs_report_ctx *rc;
	char name[64], params[256];
	bool started, on_before, show_slots;
	FILE *out; /* what the current command prints */

	struct queued queue[MAX_QUEUED];
	unsigned int nr_queued;
	uint64_t fail[MAX_FAILS];
	unsigned int nr_fails;
	uint64_t call; /* of the running pass, from 1 */
	struct bs_range slot[MAX_SLOTS]; /* the device array as v11's host sees it */
	unsigned int slots_used, capacity;

	uint64_t requests, quiet_pgfree;
	char where[300]; /* file:line */
	struct bs_error *err;
	int failed;
};

/* ---- The strategy's world -------------------------------------------------------------------- */

static int command(struct replay *v, const char *text);

static bs_ns env_now(void *arg)
{
	(void)arg;
	return 0;
}

/* Delays are not modelled: a wake is pending until the next `work`. */
static void env_wake(void *arg, bs_ns delay)
{
	(void)arg;
	(void)delay;
}

static void env_cancel(void *arg)
{
	(void)arg;
}

static void env_violated(void *arg, const char *law, bs_pfn pfn)
{
	struct replay *v = arg;

	if (!v->failed)
		v->failed = bs_error_set(v->err, BS_INVARIANT, 0, v->where, NULL,
					 "law broken at pfn %u: %s", pfn, law);
}

static void print_ranges(FILE *out, const struct bs_range *r, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		fprintf(out, " %u:%u", r[i].pfn, r[i].order);
	fputc('\n', out);
}

/* v11 never clears old slots: the host sees the whole array each time (defect D1). */
static void print_slots(struct replay *v, const struct bs_range *r, unsigned int n)
{
	memcpy(v->slot, r, n * sizeof(*r));
	if (n > v->slots_used)
		v->slots_used = n;
	fprintf(v->out, "dev %u", v->capacity);
	for (unsigned int i = 0; i < v->capacity; i++)
		if (i < v->slots_used)
			fprintf(v->out, " %u:%u", v->slot[i].pfn, v->slot[i].order);
		else
			fputs(" -", v->out);
	fputc('\n', v->out);
}

static int env_submit(void *arg, const struct bs_range *r, unsigned int n)
{
	struct replay *v = arg;
	int ret = 0;

	v->call++;
	v->requests++;
	if (v->show_slots)
		print_slots(v, r, n);
	fprintf(v->out, "req %u", n);
	print_ranges(v->out, r, n);
	for (unsigned int i = 0; i < v->nr_queued && !v->failed; i++)
		if (v->queue[i].call == v->call)
			v->failed = command(v, v->queue[i].text);
	for (unsigned int i = 0; i < v->nr_fails; i++)
		if (v->fail[i] == v->call)
			ret = -EIO;
	if (ret)
		fputs("err\n", v->out);
	return ret;
}

/* ---- Commands of the strategy ---------------------------------------------------------------- */

static int malformed(struct replay *v, const char *text)
{
	return bs_error_set(v->err, BS_INPUT, 0, v->where, "the format: README of the vectors",
			    "%s", text);
}

/* The vectors' names carry the revision of rotation; the rest are ours. */
static const char *strategy_of(const char *name)
{
	return !strncmp(name, "rotation", 8) ? "rotation" : name;
}

/* strategy NAME [key=value ...] */
static int read_keys(struct replay *v, const struct bs_ops_line *l)
{
	size_t used = 0;

	if (l->n < 2)
		return malformed(v, "strategy needs a name");
	snprintf(v->name, sizeof(v->name), "%s", l->word[1]);
	v->capacity = 16;
	v->guest.kernel = strcmp(v->name, "rotation61") ? "linux-5.4" : "linux-6.1";

	if (!strncmp(v->name, "rotation", 8))
		used = (size_t)snprintf(v->params, sizeof(v->params), "rev=%s",
					strcmp(v->name, "rotation57") ? "6.1" : "5.7");
	for (unsigned int i = 2; i < l->n; i++) {
		if (!strcmp(l->word[i], "d1=1")) {
			v->show_slots = true;
			continue;
		}
		if (!strncmp(l->word[i], "capacity=", 9))
			v->capacity = (unsigned int)strtoul(l->word[i] + 9, NULL, 10);
		used += (size_t)snprintf(v->params + used, sizeof(v->params) - used, "%s%s",
					 used ? "," : "", l->word[i]);
		if (used >= sizeof(v->params))
			return malformed(v, "too many keys");
	}
	return v->capacity > MAX_SLOTS ? malformed(v, "capacity out of range") : 0;
}

/*
 * The series is compiled in from boot on, only off: its list moves and the counters of its hooks
 * are there before the strategy line. So it is bound as soon as there is a guest, and switched on
 * and off once so that it says what it listens to.
 */
static int bind(struct replay *v)
{
	const struct bs_env env = {
		.arg = v,
		.now = env_now,
		.wake = env_wake,
		.wake_cancel = env_cancel,
		.submit = env_submit,
		.capacity = MAX_SLOTS,
		.violated = env_violated,
	};
	const struct bs_strategy *s = bs_strategy_find(strategy_of(v->name), v->err);
	int ret;

	if (!s)
		return -EINVAL;
	ret = bs_report_create(v->guest.m, s, v->params, &env, &v->rc, v->err);
	if (ret)
		return ret;
	ret = bs_report_start(v->rc);
	if (ret)
		return bs_error_set(v->err, BS_INPUT, -ret, v->where, NULL, "start failed");
	bs_report_stop(v->rc);
	return 0;
}

static int enable(struct replay *v)
{
	int ret = v->on_before ? malformed(v, "a file enables one strategy, once") : 0;

	v->on_before = true;
	if (!ret)
		ret = bs_report_start(v->rc);
	v->started = !ret;
	return ret;
}

static void forget_queue(struct replay *v)
{
	for (unsigned int i = 0; i < v->nr_queued; i++)
		free(v->queue[i].text);
	v->nr_queued = v->nr_fails = 0;
}

static void work(struct replay *v)
{
	if (!bs_wake_pending(v->rc)) {
		fputs("idle\n", v->out);
		forget_queue(v);
		return;
	}
	v->call = 0;
	bs_report_pass(v->rc, -1);
	for (unsigned int i = 0; i < v->nr_queued; i++)
		if (v->queue[i].call > v->call)
			fprintf(v->out, "skipped %llu %s\n", (unsigned long long)v->queue[i].call,
				v->queue[i].text);
	fputs("done\n", v->out);
	forget_queue(v);
}

static int queue_command(struct replay *v, const char *text)
{
	struct queued *q = &v->queue[v->nr_queued];
	char *rest;

	if (v->nr_queued == MAX_QUEUED)
		return malformed(v, "too many queued commands");
	q->call = strtoull(text + strlen("during "), &rest, 10);
	if (*rest != ' ')
		return malformed(v, "during needs a call number and a command");
	q->text = strdup(rest + 1);
	if (!q->text)
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->where, NULL, "during");
	v->nr_queued++;
	return 0;
}

/* rotate TYPE ORDER PFN FIRST|LAST: compaction's foreign reorder of a MOVABLE list. */
static int rotate(struct replay *v, const struct bs_ops_line *l)
{
	const int zone = bs_ops_zone(&v->guest, (unsigned int)bs_ops_number(l, 1));
	const unsigned int order = (unsigned int)bs_ops_number(l, 2);
	const bs_pfn pfn = (bs_pfn)bs_ops_number(l, 3);
	struct bs_block b;

	if (zone < 0 || order > BS_MAX_ORDER || l->n != 5 || pfn >= v->guest.pages)
		return malformed(v, "bad rotate");
	if (bs_mm_free_block(v->guest.m, pfn, &b) || b.zone != zone || b.order != order ||
	    b.list_mt != BS_MIGRATE_MOVABLE) {
		fputs("rotate -\n", v->out);
		return 0;
	}
	bs_mm_list_reorder(v->guest.m, (unsigned int)zone, order, BS_MIGRATE_MOVABLE, pfn,
			   !bs_ops_number(l, 4));
	fprintf(v->out, "rotate %u\n", pfn);
	return 0;
}

static void switch_on(struct replay *v)
{
	int ret = bs_report_start(v->rc);

	if (ret)
		fprintf(v->out, "on %d\n", ret);
	else
		v->started = true;
}

/* Aeration's stop sleeps until the worker has finished with every zone. */
static void switch_off(struct replay *v)
{
	if (!strcmp(v->name, "bubble") && bs_wake_pending(v->rc))
		work(v);
	bs_report_stop(v->rc);
	v->started = false;
}

static int strategy_command(struct replay *v, const struct bs_ops_line *l, const char *text)
{
	const char *w = l->word[0];

	if (!strcmp(w, "strategy"))
		return enable(v);
	if (!v->on_before)
		return malformed(v, "unknown command, or before the strategy line");
	if (!strcmp(w, "during"))
		return queue_command(v, text);
	if (!strcmp(w, "rotate"))
		return rotate(v, l);
	if (!strcmp(w, "work"))
		work(v);
	else if (!strcmp(w, "pending"))
		fprintf(v->out, "%d\n", bs_wake_pending(v->rc));
	else if (!strcmp(w, "on"))
		switch_on(v);
	else if (!strcmp(w, "off"))
		switch_off(v);
	else if (!strcmp(w, "fail") && v->nr_fails < MAX_FAILS)
		v->fail[v->nr_fails++] = bs_ops_number(l, 1);
	else
		return malformed(v, "unknown command");
	return v->failed;
}

static void dump_state(struct replay *v)
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

static uint64_t pgfree_of(const struct replay *v)
{
	struct bs_machine_counters c;

	if (!v->guest.m)
		return 0;
	bs_machine_counters(v->guest.m, &c);
	return c.pgfree;
}

static void stat(struct replay *v)
{
	struct bs_machine_counters c;

	bs_machine_counters(v->guest.m, &c);
	fprintf(v->out, "pgalloc %llu %llu %llu %llu pgfree %llu\n",
		(unsigned long long)c.pgalloc[0], (unsigned long long)c.pgalloc[1],
		(unsigned long long)c.pgalloc[2], (unsigned long long)c.pgalloc[3],
		(unsigned long long)(c.pgfree - v->quiet_pgfree));
}

static int command(struct replay *v, const char *text)
{
	const uint64_t pgfree = pgfree_of(v);
	struct bs_ops_line line;

	if (!bs_ops_split(text, &line))
		return malformed(v, "line too long");
	if (!line.n)
		return 0;
	if (v->rc && !strcmp(line.word[0], "stat")) {
		stat(v);
		return 0;
	}
	switch (bs_ops_command(&v->guest, &line, v->out, v->where, v->err)) {
	case BS_OPS_DONE:
		break;
	case BS_OPS_BAD:
		return -EINVAL;
	case BS_OPS_UNKNOWN:
		return strategy_command(v, &line, text);
	}
	if (v->guest.m && !v->rc)
		return bind(v);
	/* 5.7 gives an un-isolated block back without counting a free; the guest here is a 5.4. */
	if (!strcmp(line.word[0], "uniso") && !strcmp(v->name, "rotation57"))
		v->quiet_pgfree += pgfree_of(v) - pgfree;
	if (v->on_before && !strcmp(line.word[0], "dump"))
		dump_state(v);
	return v->failed;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

/* What the format says not to compare: counters of a strategy that is off, and kswapd's wakes. */
static bool line_equal(const char *expected, const char *got)
{
	const char *cnt, *kswapd = strstr(expected, " kswapd ");

	if (!strcmp(expected, got))
		return true;
	if (!strncmp(expected, "pgalloc ", 8) && kswapd)
		return !strncmp(expected, got, (size_t)(kswapd - expected));
	cnt = strstr(expected, " cnt ");
	if (*expected != 'S' || !cnt || !strstr(expected, " on=0 ") || !strstr(got, " on=0 "))
		return false;
	return strstr(got, " cnt ") && !strcmp(cnt, strstr(got, " cnt "));
}

static int differ(struct bs_vector_result *r, const char *expected, const char *got)
{
	r->equal = false;
	r->expected = strdup(expected);
	r->got = strdup(got);
	return r->expected && r->got ? 0 : -ENOMEM;
}

static int compare(struct bs_textfile *want, char *text, struct bs_vector_result *r,
		   struct bs_error *err)
{
	char *save = NULL;

	for (char *got = strtok_r(text, "\n", &save); got; got = strtok_r(NULL, "\n", &save)) {
		char *expected;
		long len = bs_textfile_line(want, &expected, err);

		if (len < -1)
			return (int)len;
		if (len < 0)
			return differ(r, "(end of file)", got);
		if (!line_equal(expected, got))
			return differ(r, expected, got);
		r->lines++;
	}
	return 0;
}

static int run_line(struct replay *v, const char *text, struct bs_textfile *want,
		    struct bs_vector_result *r)
{
	char *printed = NULL;
	size_t size = 0;
	int ret;

	v->out = open_memstream(&printed, &size);
	if (!v->out)
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->where, NULL, "replay");
	ret = command(v, text);
	fclose(v->out);
	if (!ret)
		ret = compare(want, printed, r, v->err);
	free(printed);
	r->commands++;
	if (!r->equal)
		snprintf(r->command, sizeof(r->command), "%s", text);
	return ret;
}

/* All that was printed is equal; the expected file must end here too. */
static int expect_end(struct bs_textfile *want, struct bs_vector_result *r, struct bs_error *err)
{
	char *line;
	long len = bs_textfile_line(want, &line, err);

	if (len >= 0)
		return differ(r, line, "(end)");
	return len == -1 ? 0 : (int)len;
}

static int run(struct replay *v, struct bs_textfile *ops, struct bs_textfile *want,
	       const char *path, struct bs_vector_result *r)
{
	char *line;
	long len = 0;
	int ret = 0;

	r->equal = true;
	while (!ret && r->equal && (len = bs_textfile_line(ops, &line, v->err)) >= 0) {
		r->at = bs_textfile_number(ops);
		snprintf(v->where, sizeof(v->where), "%.200s:%llu", path,
			 (unsigned long long)r->at);
		ret = run_line(v, line, want, r);
	}
	if (!ret && r->equal)
		ret = len < -1 ? (int)len : expect_end(want, r, v->err);
	r->pfns = v->guest.allocated;
	r->requests = v->requests;
	return ret;
}

/* The strategy line of a file, cut into words: which kernel the guest has, and which parameters the
 * strategy, is needed before that line is reached. */
static int find_strategy(const char *ops, struct bs_ops_line *l, struct bs_error *err)
{
	struct bs_textfile *t;
	char *line;
	long len;
	int ret = bs_textfile_open(ops, &t, err);

	l->n = 0;
	if (ret)
		return ret;
	while ((len = bs_textfile_line(t, &line, err)) >= 0)
		if (!strncmp(line, "strategy ", 9) && bs_ops_split(line, l))
			break;
	bs_textfile_close(t);
	return len < -1 ? (int)len : 0;
}

int bs_is_strategy_vector(const char *ops, struct bs_error *err)
{
	struct bs_ops_line l;
	int ret = find_strategy(ops, &l, err);

	return ret ? ret : l.n > 0;
}

static int prepare(struct replay *v, const char *ops)
{
	struct bs_ops_line l;
	int ret = find_strategy(ops, &l, v->err);

	snprintf(v->where, sizeof(v->where), "%.290s", ops);
	return ret ? ret : read_keys(v, &l);
}

int bs_strategy_vector_run(const char *ops, const char *out, struct bs_vector_result *r,
			   struct bs_error *err)
{
	struct bs_textfile *in = NULL, *want = NULL;
	struct replay *v = calloc(1, sizeof(*v));
	int ret;

	*r = (struct bs_vector_result){0};
	if (!v)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, ops, NULL, "replay");
	v->err = err;
	ret = prepare(v, ops);
	if (!ret)
		ret = bs_textfile_open(ops, &in, err);
	if (!ret)
		ret = bs_textfile_open(out, &want, err);
	if (!ret)
		ret = run(v, in, want, ops, r);
	bs_textfile_close(in);
	bs_textfile_close(want);
	forget_queue(v);
	bs_report_destroy(v->rc);
	bs_ops_guest_free(&v->guest);
	free(v);
	return ret;
}

void bs_vector_result_free(struct bs_vector_result *r)
{
	free(r->expected);
	free(r->got);
	r->expected = r->got = NULL;
}
