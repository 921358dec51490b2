// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stall.c - the device misbehaves while a guest frees everything. What is lost, when
 * is it made good, and does any law break?
 *
 *   none      nothing goes wrong: what the others are held against
 *   stall     the second request takes 5 s longer
 *   error     every third request fails and discards nothing, for 60 s; then the device is healthy,
 *             and one block is allocated and freed: the next free that some strategies wait for
 *   disable   switched off while the second request is out; after the pass has ended the guest
 *             allocates and frees; 1 s later switched on again
 *
 * recovery: from the moment the device is healthy and the strategy on to the last discard.
 */
#include "trial.h"

#include <buddysim/gfp.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "reporter.h"

#define SETTLE (60 * BS_NS_PER_S)
#define IDLE (60 * BS_NS_PER_S)
#define STALL (5 * BS_NS_PER_S)

enum fault { FAULT_NONE, FAULT_STALL, FAULT_ERROR, FAULT_DISABLE, NR_FAULTS };
static const char *const fault_names[] = {"none", "stall", "error", "disable"};

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false, "who takes part, with its parameters"},
	{"fault", "fault", BS_COLUMN_TEXT, false,
	 "what is wrong: none; stall: the host stands still for 5 s; error: each third request fails; disable: reporting is switched off in the middle, and on again"},
	{"calls", "calls", BS_COLUMN_COUNT, false, "report requests made"},
	{"failed_calls", "failed", BS_COLUMN_COUNT, false,
	 "requests that the host completed with an error"},
	{"aborted_passes", "aborted", BS_COLUMN_COUNT, false, "passes that ended for an error"},
	{"recovery_ns", "recovery s", BS_COLUMN_NS, false,
	 "from the moment the host is well again to the last discard; - where nothing was reported"},
	{"left_raw_bytes", "left raw MiB", BS_COLUMN_BYTES, false,
	 "free in blocks of at least the reporting order, and never reported"},
	{"missed_bytes", "missed MiB", BS_COLUMN_BYTES, false,
	 "of what is left raw, what is more than the strategy may leave by its own thresholds; - for what never reports"},
	{"excess_bytes", "held MiB", BS_COLUMN_BYTES, false,
	 "held though unused, beyond what was before the release"},
	{"end_missed_bytes", "end: missed", BS_COLUMN_BYTES, false,
	 "missed, 60 s after the host is well again"},
	{"end_excess_bytes", "end: held", BS_COLUMN_BYTES, false, "held though unused, then"},
	{"held_mib_s", "held MiB.s", BS_COLUMN_COUNT, false,
	 "memory held though unused, integral from the first free on"},
	{"checks", "checks", BS_COLUMN_COUNT, false, "times that every law was looked at"},
	{"laws", "laws", BS_COLUMN_TEXT, false, "ok, or the law that broke"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

struct stall {
	enum fault fault;
	unsigned int checks;
	bool stop_asked;
	struct bs_error err;
	bool broken;
	bs_ns healthy;
	uint64_t raw_before, excess_before;
};

static void look(struct bs_trial *t, struct stall *s)
{
	s->checks++;
	if (!s->broken && bs_trial_check(t, &s->err))
		s->broken = true;
}

/* While a request is out: the allocator must be whole; and, for disable, somebody switches off. */
static void during(struct bs_trial *t, unsigned int call)
{
	struct stall *s = t->during_arg;

	if (call > 4)
		return;
	look(t, s);
	if (s->fault == FAULT_DISABLE && call == 2) {
		s->stop_asked = true;
		bs_reporter_stop(t->g);
	}
}

static void law(struct stall *s, struct bs_trial *t, bool holds, const char *text)
{
	s->checks++;
	if (holds || s->broken)
		return;
	s->broken = true;
	bs_error_set(&s->err, BS_INVARIANT, 0, t->spec.label, NULL, "%s", text);
}

/* Nothing is isolated or in flight, the guest works, and on again is possible once. */
static void after_disable(struct bs_trial *t, struct stall *s)
{
	struct bs_report_stats rs;
	unsigned int out = 0;
	uint64_t calls;
	bs_pfn pfn;

	if (!s->stop_asked) /* nothing was in flight; it is switched off at rest */
		bs_reporter_stop(t->g);
	bs_report_stats(t->g->rc, &rs);
	calls = rs.calls;
	law(s, t, !rs.isolated_bytes, "blocks are isolated after switching off");
	for (unsigned int i = 0; i < t->g->reporter.nr_calls; i++)
		out += t->g->reporter.calls[i].used;
	law(s, t, !out, "a request is in flight after switching off");
	pfn = bs_trial_alloc(t, BS_GFP_TRANSHUGE, 9);
	law(s, t, pfn != BS_NO_PFN, "no allocation after switching off");
	if (pfn != BS_NO_PFN)
		bs_trial_free(t, pfn, 9);
	bs_drain_pages(t->g->m, BS_ALL_CPUS);
	bs_trial_run(t, bs_trial_now(t) + BS_NS_PER_S);
	bs_report_stats(t->g->rc, &rs);
	law(s, t, rs.calls == calls, "a request was made while switched off");
	law(s, t, !bs_report_start(t->g->rc), "cannot be switched on again");
	law(s, t, bs_report_start(t->g->rc) == -EBUSY, "switched on twice");
	s->healthy = bs_trial_now(t);
	look(t, s);
}

static void nudge(struct bs_trial *t, struct stall *s)
{
	bs_pfn pfn;

	t->faults.error_every = 0;
	s->healthy = bs_trial_now(t);
	pfn = bs_trial_alloc(t, BS_GFP_HIGHUSER_MOVABLE, bs_platform_of(t->g->m)->max_order);
	if (pfn != BS_NO_PFN)
		bs_trial_free(t, pfn, bs_platform_of(t->g->m)->max_order);
}

static uint64_t beyond(uint64_t v, uint64_t base)
{
	return v > base ? v - base : 0;
}

static void snapshot(json_t *row, struct bs_trial *t, const struct stall *s, const char *prefix)
{
	const uint64_t left = beyond(bs_report_raw_bytes(t->g->rc), s->raw_before);
	char key[64];

	snprintf(key, sizeof(key), "%sleft_raw_bytes", prefix);
	bs_json_put_uint(row, key, left);
	snprintf(key, sizeof(key), "%smissed_bytes", prefix);
	bs_json_put_time(row, key, bs_trial_missed(t, left));
	snprintf(key, sizeof(key), "%sexcess_bytes", prefix);
	bs_json_put_uint(row, key, beyond(bs_ledger_excess(t->g), s->excess_before));
}

static void release(struct bs_trial *t, struct bs_trial_release *r, struct stall *s)
{
	static const struct bs_trial_faults faults[NR_FAULTS] = {
		[FAULT_STALL] = {.stall_call = 2, .stall = STALL},
		[FAULT_ERROR] = {.error_every = 3},
	};

	t->during = during;
	t->during_arg = s;
	bs_trial_arm(t, &faults[s->fault]);
	s->healthy = bs_trial_now(t);
	bs_trial_load(t, bs_trial_release_one, r);
	bs_trial_run_load(t);
	if (s->fault == FAULT_NONE)
		s->healthy = t->load_end;
	if (s->fault == FAULT_DISABLE) {
		bs_trial_run(t, bs_trial_now(t) + 4 * BS_NS_PER_S);
		after_disable(t, s);
	}
	bs_trial_run(t, bs_trial_now(t) + IDLE);
	look(t, s);
}

static void put_end(json_t *row, struct bs_trial *t, struct stall *s,
		    const struct bs_report_stats *base)
{
	struct bs_report_stats rs;

	bs_report_stats(t->g->rc, &rs);
	if (s->fault == FAULT_STALL)
		s->healthy = t->stall_end ? t->stall_end : t->load_end;
	bs_json_put_uint(row, "calls", rs.calls - base->calls);
	bs_json_put_uint(row, "failed_calls", rs.failed_calls - base->failed_calls);
	bs_json_put_uint(row, "aborted_passes", rs.aborted_passes - base->aborted_passes);
	bs_json_put_time(row, "recovery_ns",
			 rs.calls == base->calls ? BS_NO_TIME
						 : beyond(t->last_discard, s->healthy));
	bs_timeline_end(t->ledger.tl, bs_trial_now(t));
	bs_json_put_uint(row, "held_mib_s", bs_timeline_held_mib_s(t->ledger.tl));
	bs_json_put_uint(row, "checks", s->checks);
	bs_json_put_text(row, "laws", s->broken ? s->err.text : "ok");
}

static int run_cell(struct bs_experiment *x, const char *spec, enum fault fault, uint64_t bytes,
		    struct bs_error *err)
{
	const struct bs_trial_setup setup = {.bytes = bytes + 256 * BS_MIB,
					     .wake_latency = BS_TRIAL_WAKE_LATENCY,
					     .window = SETTLE + 2 * IDLE};
	struct stall s = {.fault = fault};
	struct bs_trial_release r = {0};
	struct bs_report_stats base;
	struct bs_trial trial, *t = &trial;
	json_t *row;
	int ret = bs_trial_begin(t, x, spec, &setup, err);

	if (ret)
		return ret;
	ret = bs_trial_fill(t, &r, bytes, 9, err);
	if (!ret)
		ret = bs_reporter_start(t->g, err);
	if (ret)
		goto out;
	bs_trial_run(t, SETTLE);
	bs_report_stats(t->g->rc, &base);
	s.raw_before = bs_report_raw_bytes(t->g->rc);
	s.excess_before = bs_ledger_excess(t->g);
	release(t, &r, &s);
	row = bs_experiment_row(x, spec);
	bs_json_put_text(row, "fault", fault_names[fault]);
	snapshot(row, t, &s, "");
	if (fault == FAULT_ERROR) {
		nudge(t, &s);
		bs_trial_run(t, bs_trial_now(t) + IDLE);
		look(t, &s);
	}
	snapshot(row, t, &s, "end_");
	put_end(row, t, &s, &base);
	if (s.broken) {
		*err = s.err;
		ret = -EUCLEAN;
	}
out:
	free(r.pfn);
	bs_trial_end(&trial);
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* The row of @fault in which @key is largest; with @failed only where requests did fail. NULL: none. */
static const json_t *largest(const struct bs_experiment *x, const char *fault, const char *key,
			     bool failed)
{
	const json_t *row, *most = NULL;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		if (strcmp(bs_row_word(row, "fault"), fault) ||
		    (failed && !bs_row_get(row, "failed_calls")))
			continue;
		if (!most || bs_row_get(row, key) > bs_row_get(most, key))
			most = row;
	}
	return most;
}

static void answer(struct bs_experiment *x)
{
	const json_t *slow = largest(x, "stall", "recovery_ns", false), *row;
	const json_t *waits = largest(x, "error", "excess_bytes", true);
	const json_t *keeps = largest(x, "error", "end_excess_bytes", true);
	uint64_t checks = 0;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		checks += bs_row_get(row, "checks");
	}
	if (!waits) {
		bs_experiment_answers(
			x, "stall: every law held (%llu checks in %zu cells); no request failed",
			(unsigned long long)checks, json_array_size(x->rows));
		return;
	}
	bs_experiment_answers(
		x,
		"stall: every law held (%llu checks in %zu cells); after a stall of 5 s the "
		"slowest, %s, needs %llu ms; with every 3rd request failing the host keeps up "
		"to %llu MiB until the next free (%s), up to %llu MiB for good (%s)",
		(unsigned long long)checks, json_array_size(x->rows), bs_row_word(slow, "strategy"),
		(unsigned long long)(bs_row_get(slow, "recovery_ns") / BS_NS_PER_MS),
		(unsigned long long)(bs_row_get(waits, "excess_bytes") >> 20),
		bs_row_word(waits, "strategy"),
		(unsigned long long)(bs_row_get(keeps, "end_excess_bytes") >> 20),
		bs_row_word(keeps, "strategy"));
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const uint64_t bytes = (x->ci ? 384 : 6144) * BS_MIB;
	int ret = 0;

	bs_json_put_uint(x->setting, "release_bytes", bytes);
	bs_json_put_uint(x->setting, "memory_bytes", bytes + 256 * BS_MIB);
	bs_json_put_uint(x->setting, "stall_ns", STALL);
	bs_json_put_uint(x->setting, "error_every", 3);
	bs_experiment_setting(
		x,
		"%llu MiB freed in huge pages while the device misbehaves, 60 s idle; end: 60 s after "
		"it is healthy",
		(unsigned long long)(bytes >> 20));
	x->nr_settings = NR_FAULTS;
	for (unsigned int f = 0; f < NR_FAULTS && !ret; f++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			ret = run_cell(x, x->specs[i], (enum fault)f, bytes, err);
	if (!ret)
		answer(x);
	return ret;
}

static const char *const extra[] = {"bitmap:fixes=cursor", NULL};

const struct bs_experiment_kind bs_experiment_stall = {
	.name = "stall",
	.question = "what a stalled, failing or interrupted device leaves behind, and for how long",
	.columns = columns,
	.extra = extra,
	.run = run,
};
