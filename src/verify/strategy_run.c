// SPDX-License-Identifier: GPL-2.0-or-later
#include "strategy_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "opsfile.h"
#include "strategy_commands.h"

#define MAX_SLOTS 512

struct bs_strategy_run {
	struct bs_vector_run v;
	char params[256];
	bool show_slots;
	struct bs_range slot[MAX_SLOTS]; /* the device array as v11's host sees it */
	unsigned int slots_used, capacity;
};

/* ---- The strategy's world -------------------------------------------------------------------- */

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
	struct bs_vector_run *v = &((struct bs_strategy_run *)arg)->v;

	if (!v->failed)
		v->failed = bs_error_set(v->err, BS_INVARIANT, 0, v->where, NULL,
					 "law broken at pfn %u: %s", pfn, law);
}

/* v11 never clears old slots: the host sees the whole array each time. */
static void print_slots(struct bs_strategy_run *r, const struct bs_range *ranges, unsigned int n)
{
	FILE *out = r->v.out;

	memcpy(r->slot, ranges, n * sizeof(*ranges));
	if (n > r->slots_used)
		r->slots_used = n;
	fprintf(out, "dev %u", r->capacity);
	for (unsigned int i = 0; i < r->capacity; i++)
		if (i < r->slots_used)
			fprintf(out, " %u:%u", r->slot[i].pfn, r->slot[i].order);
		else
			fputs(" -", out);
	fputc('\n', out);
}

static int env_submit(void *arg, const struct bs_range *ranges, unsigned int n)
{
	struct bs_strategy_run *r = arg;
	struct bs_vector_run *v = &r->v;
	int ret = 0;

	v->call++;
	v->requests++;
	if (r->show_slots)
		print_slots(r, ranges, n);
	fprintf(v->out, "req %u", n);
	for (unsigned int i = 0; i < n; i++)
		fprintf(v->out, " %u:%u", ranges[i].pfn, ranges[i].order);
	fputc('\n', v->out);
	for (unsigned int i = 0; i < v->nr_queued && !v->failed; i++)
		if (v->queue[i].call == v->call)
			v->failed = bs_vector_command(v, v->queue[i].text);
	for (unsigned int i = 0; i < v->nr_fails; i++)
		if (v->fail[i] == v->call)
			ret = -EIO;
	if (ret)
		fputs("err\n", v->out);
	return ret;
}

/* ---- The strategy ---------------------------------------------------------------------------- */

/* strategy NAME [key=value ...] */
static int read_keys(struct bs_strategy_run *r, const struct bs_ops_line *l)
{
	static const char form[] = "strategy NAME [KEY=VALUE ...]";
	struct bs_vector_run *v = &r->v;
	size_t used;

	if (l->n < 2)
		return bs_ops_malformed(v->err, v->where, form, "strategy needs a name");
	snprintf(v->name, sizeof(v->name), "%s", l->word[1]);
	r->capacity = 16;
	v->kind = bs_vector_kind(v->name);
	v->guest.kernel = v->kind.kernel;
	used = (size_t)snprintf(r->params, sizeof(r->params), "%s", v->kind.params);
	for (unsigned int i = 2; i < l->n; i++) {
		if (!strcmp(l->word[i], "d1=1")) {
			r->show_slots = true;
			continue;
		}
		if (!strncmp(l->word[i], "capacity=", 9))
			r->capacity = (unsigned int)strtoul(l->word[i] + 9, NULL, 10);
		used += (size_t)snprintf(r->params + used, sizeof(r->params) - used, "%s%s",
					 used ? "," : "", l->word[i]);
		if (used >= sizeof(r->params))
			return bs_ops_malformed(v->err, v->where, form, "too many keys");
	}
	if (r->capacity > MAX_SLOTS)
		return bs_ops_malformed(v->err, v->where, form, "capacity out of range");
	return 0;
}

int bs_strategy_run_new(const char *path, const struct bs_ops_line *strategy,
			struct bs_strategy_run **out, struct bs_error *err)
{
	struct bs_strategy_run *r = calloc(1, sizeof(*r));
	int ret;

	*out = NULL;
	if (!r)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "replay");
	r->v.err = err;
	snprintf(r->v.where, sizeof(r->v.where), "%.290s", path);
	ret = read_keys(r, strategy);
	if (ret)
		free(r);
	else
		*out = r;
	return ret;
}

/*
 * The series is compiled in from boot on, only off: its list moves and the counters of its hooks
 * are there before the strategy line. So it is bound as soon as there is a guest, and switched on
 * and off once so that it says what it listens to.
 */
static int bind(struct bs_strategy_run *r)
{
	struct bs_vector_run *v = &r->v;
	const struct bs_env env = {
		.arg = r,
		.now = env_now,
		.wake = env_wake,
		.wake_cancel = env_cancel,
		.submit = env_submit,
		.capacity = MAX_SLOTS,
		.violated = env_violated,
	};
	struct bs_error why;
	const struct bs_strategy *s = bs_strategy_find(v->kind.strategy, &why);

	if (!s || bs_report_create(v->guest.m, s, r->params, &env, &v->rc, &why))
		return bs_ops_malformed(v->err, v->where, NULL, why.text);
	v->guest.reporter = true;
	if (bs_report_start(v->rc))
		return bs_ops_malformed(v->err, v->where, NULL, "the strategy does not start");
	bs_report_stop(v->rc);
	return 0;
}

int bs_strategy_run_line(struct bs_strategy_run *r, const char *path, uint64_t n, const char *text,
			 FILE *out)
{
	struct bs_vector_run *v = &r->v;
	struct bs_ops_line line;
	int ret = 0;

	snprintf(v->where, sizeof(v->where), "%.270s:%" PRIu64, path, n);
	v->out = out;
	if (!v->rc && bs_ops_split(text, &line) && line.n && !bs_ops_describes(&line)) {
		ret = bs_ops_guest_need(&v->guest, v->where, v->err);
		if (!ret)
			ret = bind(r);
	}
	return ret ? ret : bs_vector_command(v, text);
}

uint64_t bs_strategy_run_requests(const struct bs_strategy_run *r)
{
	return r->v.requests;
}

uint64_t bs_strategy_run_pfns(const struct bs_strategy_run *r)
{
	return r->v.guest.allocated;
}

void bs_strategy_run_free(struct bs_strategy_run *r)
{
	if (!r)
		return;
	bs_vector_forget_queue(&r->v);
	free(r->v.queue);
	bs_report_destroy(r->v.rc);
	bs_ops_guest_free(&r->v.guest);
	free(r);
}
