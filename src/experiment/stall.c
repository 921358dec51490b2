// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * experiment_stall.c - E8: the device misbehaves while a guest frees everything. What is lost, when
 * is it made good, and does any law break? (spec reporting.md 15, invariants 6, 22, 31)
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
#include "experiment_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE (60 * BS_NS_PER_S)
#define IDLE (60 * BS_NS_PER_S)
#define STALL (5 * BS_NS_PER_S)

enum fault { FAULT_NONE, FAULT_STALL, FAULT_ERROR, FAULT_DISABLE, NR_FAULTS };
static const char *const fault_names[] = {"none", "stall", "error", "disable"};

static const struct bs_lab_column columns[] = {
	{"strategy", "strategy", BS_LAB_TEXT, false},
	{"fault", "fault", BS_LAB_TEXT, false},
	{"calls", "calls", BS_LAB_COUNT, false},
	{"failed_calls", "failed", BS_LAB_COUNT, false},
	{"aborted_passes", "aborted", BS_LAB_COUNT, false},
	{"recovery_ns", "recovery s", BS_LAB_NS, false},
	{"left_raw_bytes", "left raw MiB", BS_LAB_BYTES, false},
	{"missed_bytes", "missed MiB", BS_LAB_BYTES, false},
	{"excess_bytes", "held MiB", BS_LAB_BYTES, false},
	{"end_missed_bytes", "end: missed", BS_LAB_BYTES, false},
	{"end_excess_bytes", "end: held", BS_LAB_BYTES, false},
	{"held_mib_s", "held MiB.s", BS_LAB_COUNT, false},
	{"checks", "checks", BS_LAB_COUNT, false},
	{"laws", "laws", BS_LAB_TEXT, false},
	{NULL, NULL, BS_LAB_TEXT, false},
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

static void look(struct bs_lab *lab, struct stall *s)
{
	s->checks++;
	if (!s->broken && bs_lab_check(lab, &s->err))
		s->broken = true;
}

/* While a request is out: the allocator must be whole; and, for disable, somebody switches off. */
static void during(struct bs_lab *lab, unsigned int call)
{
	struct stall *s = lab->during_arg;

	if (call > 4)
		return;
	look(lab, s);
	if (s->fault == FAULT_DISABLE && call == 2) {
		s->stop_asked = true;
		bs_lab_stop(lab);
	}
}

static void law(struct stall *s, struct bs_lab *lab, bool holds, const char *text)
{
	s->checks++;
	if (holds || s->broken)
		return;
	s->broken = true;
	bs_error_set(&s->err, BS_INVARIANT, 0, lab->label, NULL, "%s", text);
}

/* Invariant 31: nothing is isolated or in flight, the guest works, and on again is possible once. */
static void after_disable(struct bs_lab *lab, struct stall *s)
{
	struct bs_report_stats rs;
	uint64_t calls;
	bs_pfn pfn;

	if (!s->stop_asked) /* nothing was in flight; it is switched off at rest */
		bs_lab_stop(lab);
	bs_report_stats(lab->rc, &rs);
	calls = rs.calls;
	law(s, lab, !rs.isolated_bytes, "blocks are isolated after switching off");
	for (unsigned int i = 0; i < BS_LAB_MAX_CALLS; i++)
		law(s, lab, !lab->calls[i].used, "a request is in flight after switching off");
	pfn = bs_lab_alloc(lab, BS_GFP_TRANSHUGE, 9);
	law(s, lab, pfn != BS_NO_PFN, "no allocation after switching off");
	if (pfn != BS_NO_PFN)
		bs_lab_free(lab, pfn, 9);
	bs_lab_drain(lab);
	bs_lab_run(lab, lab->now + BS_NS_PER_S);
	bs_report_stats(lab->rc, &rs);
	law(s, lab, rs.calls == calls, "a request was made while switched off");
	law(s, lab, !bs_report_start(lab->rc), "cannot be switched on again");
	law(s, lab, bs_report_start(lab->rc) == -EBUSY, "switched on twice");
	s->healthy = lab->now;
	look(lab, s);
}

static void nudge(struct bs_lab *lab, struct stall *s)
{
	bs_pfn pfn;

	lab->faults.error_every = 0;
	s->healthy = lab->now;
	pfn = bs_lab_alloc(lab, BS_GFP_HIGHUSER_MOVABLE, BS_MAX_ORDER);
	if (pfn != BS_NO_PFN)
		bs_lab_free(lab, pfn, BS_MAX_ORDER);
}

static uint64_t beyond(uint64_t v, uint64_t base)
{
	return v > base ? v - base : 0;
}

static void snapshot(json_t *row, struct bs_lab *lab, const struct stall *s, const char *prefix)
{
	const uint64_t left = beyond(bs_report_raw_bytes(lab->rc), s->raw_before);
	char key[64];

	snprintf(key, sizeof(key), "%sleft_raw_bytes", prefix);
	bs_lab_put(row, key, left);
	snprintf(key, sizeof(key), "%smissed_bytes", prefix);
	bs_lab_put_time(row, key, bs_lab_missed(lab, left));
	snprintf(key, sizeof(key), "%sexcess_bytes", prefix);
	bs_lab_put(row, key, beyond(bs_lab_excess(lab), s->excess_before));
}

static void release(struct bs_lab *lab, struct bs_lab_release *r, struct stall *s)
{
	static const struct bs_lab_faults faults[NR_FAULTS] = {
		[FAULT_STALL] = {.stall_call = 2, .stall = STALL},
		[FAULT_ERROR] = {.error_every = 3},
	};

	lab->during = during;
	lab->during_arg = s;
	bs_lab_arm(lab, &faults[s->fault]);
	s->healthy = lab->now;
	bs_lab_begin_load(lab, bs_lab_release_one, r);
	while (lab->load && !lab->failed)
		bs_lab_run(lab, bs_due_next(&lab->due));
	if (s->fault == FAULT_NONE)
		s->healthy = lab->load_end;
	if (s->fault == FAULT_DISABLE) {
		bs_lab_run(lab, lab->now + 4 * BS_NS_PER_S);
		after_disable(lab, s);
	}
	bs_lab_run(lab, lab->now + IDLE);
	look(lab, s);
}

static void put_end(json_t *row, struct bs_lab *lab, struct stall *s,
		    const struct bs_report_stats *base)
{
	struct bs_report_stats rs;

	bs_report_stats(lab->rc, &rs);
	if (s->fault == FAULT_STALL)
		s->healthy = lab->stall_end ? lab->stall_end : lab->load_end;
	bs_lab_put(row, "calls", rs.calls - base->calls);
	bs_lab_put(row, "failed_calls", rs.failed_calls - base->failed_calls);
	bs_lab_put(row, "aborted_passes", rs.aborted_passes - base->aborted_passes);
	bs_lab_put_time(row, "recovery_ns",
			rs.calls == base->calls ? BS_NO_TIME
						: beyond(lab->last_discard, s->healthy));
	bs_timeline_end(lab->tl, lab->now);
	bs_lab_put(row, "held_mib_s", bs_timeline_held_mib_s(lab->tl));
	bs_lab_put(row, "checks", s->checks);
	bs_lab_put_text(row, "laws", s->broken ? s->err.text : "ok");
}

static int run_cell(struct bs_experiment *x, const char *spec, enum fault fault, uint64_t bytes,
		    struct bs_error *err)
{
	const struct bs_lab_config lc = {.kernel = x->cfg.kernel,
					 .strategy = spec,
					 .bytes = bytes + 256 * BS_LAB_MIB,
					 .seed = x->cfg.seed,
					 .window = SETTLE + 2 * IDLE};
	struct stall s = {.fault = fault};
	struct bs_lab_release r = {0};
	struct bs_report_stats base;
	struct bs_lab *lab;
	json_t *row;
	int ret = bs_lab_create(&lc, &lab, err);

	if (ret)
		return ret;
	ret = bs_lab_fill(lab, &r, bytes, 9, err);
	if (!ret)
		ret = bs_lab_start(lab, err);
	if (ret)
		goto out;
	bs_lab_run(lab, SETTLE);
	bs_report_stats(lab->rc, &base);
	s.raw_before = bs_report_raw_bytes(lab->rc);
	s.excess_before = bs_lab_excess(lab);
	release(lab, &r, &s);
	row = bs_lab_row(x, spec);
	bs_lab_put_text(row, "fault", fault_names[fault]);
	snapshot(row, lab, &s, "");
	if (fault == FAULT_ERROR) {
		nudge(lab, &s);
		bs_lab_run(lab, lab->now + IDLE);
		look(lab, &s);
	}
	snapshot(row, lab, &s, "end_");
	put_end(row, lab, &s, &base);
	if (s.broken) {
		*err = s.err;
		ret = -EUCLEAN;
	}
out:
	free(r.pfn);
	bs_lab_destroy(lab);
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
		if (strcmp(json_string_value(json_object_get(row, "fault")), fault) ||
		    (failed && !bs_lab_get(row, "failed_calls")))
			continue;
		if (!most || bs_lab_get(row, key) > bs_lab_get(most, key))
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
		checks += bs_lab_get(row, "checks");
	}
	if (!waits) {
		bs_lab_answer(x,
			      "stall: every law held (%llu checks in %zu cells); no request failed",
			      (unsigned long long)checks, json_array_size(x->rows));
		return;
	}
	bs_lab_answer(
		x,
		"stall: every law held (%llu checks in %zu cells); after a stall of 5 s the "
		"slowest, %s, needs %llu ms; with every 3rd request failing the host keeps up "
		"to %llu MiB until the next free (%s), up to %llu MiB for good (%s)",
		(unsigned long long)checks, json_array_size(x->rows),
		json_string_value(json_object_get(slow, "strategy")),
		(unsigned long long)(bs_lab_get(slow, "recovery_ns") / BS_NS_PER_MS),
		(unsigned long long)(bs_lab_get(waits, "excess_bytes") >> 20),
		json_string_value(json_object_get(waits, "strategy")),
		(unsigned long long)(bs_lab_get(keeps, "end_excess_bytes") >> 20),
		json_string_value(json_object_get(keeps, "strategy")));
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const uint64_t bytes = (x->ci ? 384 : 6144) * BS_LAB_MIB;
	int ret = 0;

	bs_lab_put(x->setting, "release_bytes", bytes);
	bs_lab_put(x->setting, "memory_bytes", bytes + 256 * BS_LAB_MIB);
	bs_lab_put(x->setting, "stall_ns", STALL);
	bs_lab_put(x->setting, "error_every", 3);
	snprintf(
		x->text, sizeof(x->text),
		"%llu MiB freed in huge pages while the device misbehaves, 60 s idle; end: 60 s after "
		"it is healthy",
		(unsigned long long)(bytes >> 20));
	for (unsigned int f = 0; f < NR_FAULTS && !ret; f++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			ret = run_cell(x, x->specs[i], (enum fault)f, bytes, err);
	if (!ret)
		answer(x);
	return ret;
}

static const char *const extra[] = {"bitmap:fixes=cursor", NULL};

const struct bs_lab_kind bs_lab_kind_stall = {
	.name = "stall",
	.question = "what a stalled, failing or interrupted device leaves behind, and for how long",
	.device = "model",
	.columns = columns,
	.extra = extra,
	.run = run,
};
