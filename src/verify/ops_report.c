// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops_report.h"

#include <buddysim/report.h>

#include <errno.h>
#include <inttypes.h>

#include "vector_kinds.h"

struct report_world {
	FILE *out;
	bool pending;
};

static bs_ns report_now(void *arg)
{
	(void)arg;
	return 0;
}

static void report_wake(void *arg, bs_ns delay)
{
	(void)delay;
	((struct report_world *)arg)->pending = true;
}

static void report_cancel(void *arg)
{
	((struct report_world *)arg)->pending = false;
}

static int report_submit(void *arg, const struct bs_range *r, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		fprintf(((struct report_world *)arg)->out, "rep %u %u\n", r[i].pfn, r[i].order);
	return 0;
}

static void report_violated(void *arg, const char *law, bs_pfn pfn)
{
	fprintf(((struct report_world *)arg)->out, "law broken at pfn %u: %s\n", pfn, law);
}

/* report CAPACITY ORDER: a whole pass of the kernel's own reporter, whose marks stay. */
int bs_ops_report(struct bs_ops_guest *g, const struct bs_ops_line *l, FILE *out, const char *where,
		  struct bs_error *err)
{
	struct report_world world = {.out = out};
	const struct bs_env env = {
		.arg = &world,
		.now = report_now,
		.wake = report_wake,
		.wake_cancel = report_cancel,
		.submit = report_submit,
		.capacity = 512,
		.violated = report_violated,
	};
	const struct bs_vector_kind kind = bs_vector_kind("report");
	const struct bs_strategy *s = bs_strategy_find(kind.strategy, err);
	struct bs_report_ctx *rc;
	static const char form[] = "report CAPACITY ORDER";
	struct bs_error why;
	char params[64];

	if (g->reporter)
		return bs_ops_malformed(err, where, NULL,
					"a strategy reports in this file already");
	snprintf(params, sizeof(params), "%s,capacity=%" PRIu64 ",order=%" PRIu64, kind.params,
		 bs_ops_number(l, 1), bs_ops_number(l, 2));
	if (!s)
		return -EINVAL;
	if (bs_report_create(g->m, s, params, &env, &rc, &why))
		return bs_ops_malformed(err, where, form, why.text);
	if (bs_report_start(rc)) {
		bs_report_destroy(rc);
		return bs_ops_malformed(err, where, form, "the reporter does not start");
	}
	world.pending = false;
	bs_report_pass(rc, -1);
	fprintf(out, "state %d\n", world.pending);
	bs_report_destroy(rc);
	return 0;
}
